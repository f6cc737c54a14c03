// What was written and is not yet stored on the server: kept in the page's storage, sent in
// order, repeated under the same client_id so that the server takes it once.
const memory = new Map(); // person -> items; the storage may be full or forbidden
const key = (person) => `zhucun.unsent.${person}`;
let busy = false;

export const name = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export function all(person) {
  if (!memory.has(person)) memory.set(person, JSON.parse(localStorage.getItem(key(person)) ?? "[]"));
  return memory.get(person);
}

function save(person, items) {
  memory.set(person, items);
  try {
    localStorage.setItem(key(person), JSON.stringify(items));
  } catch { // photos over the storage's size live in the page alone
    for (const item of items) item.heavy = Boolean(item.files?.length);
    localStorage.setItem(key(person), JSON.stringify(items.filter((item) => !item.heavy)));
  }
}

export const add = (person, item) => save(person, [...all(person), item]);
export const remove = (person, item) => save(person, all(person).filter((one) => one.client_id !== item.client_id));
export const change = (person, item) => save(person, all(person).map((one) => (one.client_id === item.client_id ? item : one)));

// A picked file, readable again after a reload.
export const read = (file) => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onerror = () => failed(reader.error);
  reader.onload = () => done({ name: file.name, mime: file.type, size: file.size, preview: reader.result });
  reader.readAsDataURL(file);
});

export async function deliver(call, post, person, item) {
  const { client_id, text, token, edits } = item;
  if (token) return post("/actions", { person, token, client_id });
  if (!item.files?.length) return post("/messages", { person, text, client_id, edits });
  const form = new FormData();
  for (const [field, value] of Object.entries({ person, text, client_id, edits: edits ?? "" })) form.set(field, value);
  for (const file of item.files) form.append("files", blob(file), file.name);
  return call("/messages", { method: "POST", body: form });
}

function blob(file) {
  const bytes = atob(file.preview.slice(file.preview.indexOf(",") + 1));
  return new Blob([Uint8Array.from(bytes, (one) => one.charCodeAt(0))], { type: file.mime });
}

const HOPELESS = [400, 404, 413]; // the same again would get the same answer

// One after the other. No network or a server in trouble: try later; a refusal is shown, behind
// the last line of that moment.
export async function send(person, { one, sent, failed, last }) {
  if (busy) return;
  busy = true;
  for (let item; (item = all(person).find((each) => !each.error));) {
    try {
      const answer = await one(person, item);
      remove(person, item);
      sent(person, item, answer);
    } catch (trouble) {
      if (!trouble.status || trouble.status >= 500) break;
      const error = [trouble.body.error, trouble.body.hint].filter(Boolean).join(" ");
      const refused = { ...item, error, final: HOPELESS.includes(trouble.status), after: last(person) };
      change(person, refused);
      failed(person, refused);
    }
  }
  busy = false;
}
