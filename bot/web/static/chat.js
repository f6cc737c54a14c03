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
let top = 0; // where the scroll stood last: only a person moves it up
const resting = new Map(); // card -> when one of its buttons was pressed
const { fileMb, totalMb, mostFiles } = document.body.dataset;
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
  [lines, editing, chosen, bottom, top] = [new Map(), null, [], true, 0];
  resting.clear();
  $("log").replaceChildren();
  $("empty").classList.remove("choose");
  for (const nav of document.querySelectorAll(".quick")) nav.hidden = nav.dataset.role !== me.role;
  tell("");
  stopEditing();
  showChosen();
  listen();
}

function listen() {
  const mine = me;
  // a fresh page gets its lines with the list; the stream then begins with what is new
  const after = lines.size ? `&after=${newest()}` : "";
  source = new EventSource(`${API}/stream?person=${me.id}${after}`);
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
    if (lineOf(line.id) && JSON.stringify(lines.get(line.id)) === JSON.stringify(line)) continue;
    if (line.from === "bot") answered();
    lines.set(line.id, line);
    if (line.client_id) lineOf("c" + line.client_id)?.remove();
    const item = draw(line, me, press, edit);
    item.classList.toggle("fresh", !first && line.from === "bot" && !known.has(line.id));
    rest(item);
    place(item);
  }
  for (const line of lines.values()) if (line.kind === "press") mark(line.card, line.text);
  $("empty").hidden = $("log").children.length > 0;
  stamp();
}

// In order of rank: stored lines by id, a refused one behind those it was written after, and
// at the end what is still to be sent.
function place(item) {
  lineOf(item.dataset.id)?.remove();
  const later = [...$("log").children].reverse().find((one) => Number(one.dataset.rank) <= Number(item.dataset.rank));
  return later ? later.after(item) : $("log").prepend(item);
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
$("scroll").onscroll = () => {
  const { scrollHeight, scrollTop, clientHeight } = $("scroll");
  const near = scrollHeight - scrollTop - clientHeight < 120;
  // what grows below us is no wish to look back: only a way up is
  bottom = near || (bottom && scrollTop >= top);
  top = scrollTop;
};

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
  const fresh = { ...item, error: null, after: null };
  const again = () => (unsent.change(me.id, fresh), showUnsent(fresh), sendAll());
  const drop = () => (unsent.remove(me.id, item), lineOf("c" + item.client_id)?.remove());
  place(draw(line, me, press, edit, { again, drop }));
  if (item.card && !item.error && !resting.has(item.card)) hold(item.card, 1); // pressed before a reload
}

const sendAll = () => unsent.send(me.id, {
  one: (person, item) => unsent.deliver(call, post, person, item),
  sent: (person, item, answer) => me.id === person && stored(item, answer.id),
  failed: (person, item) => me.id === person && (showUnsent(item), wake(item.card, resting.get(item.card))),
  last: (person) => (me.id === person ? newest() : null),
});

// The line itself comes with the stream, mostly before the answer to our POST.
function stored(item, id) {
  const shown = lineOf("c" + item.client_id);
  if (item.edits || !id || lines.has(id)) shown?.remove();
  else if (shown) draw.stored(shown);
  const since = resting.get(item.card);
  if (since) setTimeout(() => wake(item.card, since), SILENCE);
  if (source.readyState !== EventSource.OPEN) refresh(me);
}

// A card rests from a press until the bot has answered, and long enough for a second tap of the
// same finger to fall on nothing: two quick taps are one press.
const [TAPS, SILENCE] = [1000, 8000]; // ms

function press(line, button, control) {
  if (resting.has(line.card)) return;
  control.setAttribute("aria-pressed", "true");
  hold(line.card, line.kind === "question" ? null : Date.now()); // a question is answered once
  send({ token: button.token, text: button.label, card: line.card });
}

function rest(item) {
  if (!item.dataset.card) return;
  const on = resting.has(Number(item.dataset.card));
  for (const one of item.querySelectorAll(".choices button")) one.disabled = on;
}

function hold(card, since) {
  resting.set(card, since);
  for (const item of document.querySelectorAll(`#log > [data-card="${card}"]`)) rest(item);
}

function answered() {
  for (const [card, since] of resting)
    if (since) setTimeout(() => wake(card, since), Math.max(0, since + TAPS - Date.now()));
}

function wake(card, since) {
  if (resting.get(card) !== since) return;
  resting.delete(card);
  for (const item of document.querySelectorAll(`#log > [data-card="${card}"]`)) rest(item);
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
  const large = picked.filter((file) => file.size > fileMb << 20);
  const said = large.map((file) => `“${file.name}”${$("chosen-said").dataset.large}`);
  let room = (totalMb << 20) - chosen.reduce((sum, file) => sum + file.size, 0);
  let places = mostFiles - chosen.length;
  const fitting = picked.filter((file) => !large.includes(file) && places > 0 && (room -= file.size) >= 0 && places--);
  if (fitting.length + large.length < picked.length) said.push($("chosen-said").dataset.many);
  tell(said.join("\n"));
  chosen = chosen.concat(await Promise.all(fitting.map(unsent.read)));
  showChosen();
};

function tell(words) {
  $("chosen-said").textContent = words;
  $("chosen-said").hidden = !words;
}

$("composer").onsubmit = (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!me || (!text && !chosen.length)) return;
  send({ text, files: chosen, edits: editing });
  chosen = [];
  tell("");
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
