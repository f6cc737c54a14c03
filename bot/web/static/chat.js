// The chat: listens to the stream, shows lines, sends what is written. No data becomes markup:
// everything goes in as text nodes. All words stand in templates/web/chat.html.
import * as unsent from "./unsent.js";
import { draw, lineOf, mark } from "./lines.js";

const $ = (id) => document.getElementById(id);
const API = "/chat/api";
let me = null; // {id, name, role}
let source = null;
let lines = new Map(); // id -> line, as the API gave it
let editing = null;
let chosen = []; // files picked, not sent yet
let bottom = true; // the newest line is in sight, and stays so
const PATIENCE = 60000; // ms for one request; moving the clock may take longer

export async function call(path, options) {
  const signal = path === "/clock" ? undefined : AbortSignal.timeout?.(PATIENCE);
  const answer = await fetch(API + path, { signal, ...options });
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return body;
  throw Object.assign(new Error(body.error || ""), { status: answer.status, body });
}

export const post = (path, body) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export function enter(person) {
  source?.close();
  me = person;
  [lines, editing, chosen, bottom] = [new Map(), null, [], true];
  $("log").replaceChildren();
  $("empty").classList.remove("choose");
  for (const nav of document.querySelectorAll(".quick")) nav.hidden = nav.dataset.role !== me.role;
  stopEditing();
  showChosen();
  listen();
}

function listen() {
  const mine = me;
  source = new EventSource(`${API}/stream?person=${me.id}&after=${newest()}`);
  source.onopen = () => refresh(mine);
  source.onmessage = (event) => me === mine && show([JSON.parse(event.data)]);
  source.onerror = () => {
    if (me !== mine) return;
    $("away").hidden = false;
    if (source.readyState !== EventSource.CLOSED) return;
    refresh(mine);
    setTimeout(() => me === mine && listen(), 3000);
  };
}

const newest = () => Math.max(0, ...lines.keys());

// At every (re)connection: what was changed while we were away comes with the list.
async function refresh(mine) {
  const list = await call(`/messages?person=${mine.id}`).catch((trouble) => trouble);
  if (list.status === 403) location.reload(); // no longer signed in: the server says how
  if (me !== mine || list instanceof Error) return;
  $("away").hidden = true;
  show(list);
  for (const item of unsent.all(me.id)) showUnsent(item);
  if (!list.length && !unsent.all(me.id).length) post("/enter", { person: me.id }).catch(() => null);
  sendAll();
}

function show(list) {
  const [first, known] = [lines.size === 0, new Set(lines.keys())];
  for (const line of list) {
    lines.set(line.id, line);
    if (line.client_id) lineOf("c" + line.client_id)?.remove();
    const item = draw(line, me, press, edit);
    item.classList.toggle("fresh", !first && line.from === "bot" && !known.has(line.id));
    place(item, line.id);
  }
  for (const line of lines.values()) if (line.kind === "press") mark(line.card, line.text);
  $("empty").hidden = $("log").children.length > 0;
  stamp();
}

function place(item, id) {
  const old = lineOf(id);
  if (old) return old.replaceWith(item);
  const later = [...$("log").children].find((one) => !(Number(one.dataset.id) < id));
  return $("log").insertBefore(item, later ?? null);
}

// A time above a line when ten minutes have passed since the one before, as chats do.
function stamp() {
  let before = 0;
  for (const item of $("log").children) {
    const at = Date.parse(item.querySelector("time").dateTime) || before;
    item.classList.toggle("stamped", at - before > 600000);
    before = at;
  }
}

// New lines, pictures that arrive late and the phone's keyboard all change the size.
const follow = new ResizeObserver(() => bottom && ($("scroll").scrollTop = $("scroll").scrollHeight));
follow.observe($("log"));
follow.observe($("scroll"));
$("scroll").onscroll = () => (bottom = $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < 120);

// sending
function send(item) {
  unsent.add(me.id, { client_id: unsent.name(), ...item });
  for (const one of unsent.all(me.id)) showUnsent(one);
  $("empty").hidden = true;
  bottom = true;
  sendAll();
}

function showUnsent(item) {
  const line = { ...item, from: "person", kind: "unsent", at: "", buttons: [] };
  const again = () => (unsent.change(me.id, { ...item, error: null }), showUnsent(item), sendAll());
  const drop = () => (unsent.remove(me.id, item), lineOf("c" + item.client_id)?.remove());
  const drawn = draw(line, me, press, edit, { again, drop });
  const old = lineOf("c" + item.client_id);
  old ? old.replaceWith(drawn) : $("log").append(drawn);
}

const sendAll = () => unsent.send(me.id, {
  one: (person, item) => unsent.deliver(call, post, person, item),
  sent: (person, item, answer) => me.id === person && stored(item, answer.id),
  failed: (person, item) => me.id === person && showUnsent(item),
});

// The line itself comes with the stream, mostly before the answer to our POST.
function stored(item, id) {
  const shown = lineOf("c" + item.client_id);
  if (item.edits || !id || lines.has(id)) shown?.remove();
  else if (shown) draw.stored(shown);
  if (source.readyState !== EventSource.OPEN) refresh(me);
}

function press(line, button, control) {
  control.setAttribute("aria-pressed", "true");
  if (line.kind === "question") for (const one of control.parentNode.children) one.disabled = true;
  send({ token: button.token, text: button.label });
}

function edit(line) {
  editing = line.id;
  $("editing").hidden = false;
  $("text").value = line.text;
  $("text").focus();
}

function stopEditing() {
  editing = null;
  $("editing").hidden = true;
  $("text").value = "";
  $("text").rows = 1;
}

function showChosen() {
  $("chosen").hidden = !chosen.length;
  $("chosen").replaceChildren(...chosen.map((file) => {
    const item = $("t-chosen").content.cloneNode(true).firstElementChild;
    const [picture, name, away] = item.children;
    picture.hidden = !file.mime.startsWith("image/");
    picture.src = file.preview;
    name.textContent = file.name;
    away.onclick = () => ((chosen = chosen.filter((one) => one !== file)), showChosen());
    return item;
  }));
}

$("files").onchange = async () => {
  const picked = [...$("files").files];
  $("files").value = "";
  chosen = chosen.concat(await Promise.all(picked.map(unsent.read)));
  showChosen();
};

$("composer").onsubmit = (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!me || (!text && !chosen.length)) return;
  send({ text, files: chosen, edits: editing });
  chosen = [];
  stopEditing();
  showChosen();
};

// Enter sends where there is a keyboard; on a phone it breaks the line, the button sends.
$("text").onkeydown = (event) => {
  const plain = event.key === "Enter" && !event.shiftKey && !event.isComposing;
  if (!plain || matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  $("composer").requestSubmit();
};

$("text").oninput = () => ($("text").rows = Math.min(6, $("text").value.split("\n").length));
$("stop-editing").onclick = stopEditing;
for (const button of document.querySelectorAll(".quick button")) button.onclick = () => send({ text: button.textContent });

function large(on) {
  document.documentElement.classList.toggle("large", on);
  $("large").setAttribute("aria-pressed", String(on));
  localStorage.setItem("zhucun.large", on ? "1" : "");
}
large(localStorage.getItem("zhucun.large") === "1");
$("large").onclick = () => large($("large").getAttribute("aria-pressed") !== "true");

addEventListener("online", () => me && sendAll());
setInterval(() => me && sendAll(), 4000);
const { person, name, role } = document.body.dataset;
if (person) enter({ id: Number(person), name, role });
