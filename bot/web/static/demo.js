// Only in the demo: choose who you are, move the clock.
import { call, enter, post } from "./chat.js";
import { moment } from "./lines.js";

const $ = (id) => document.getElementById(id);
let people = [];
let ahead = 0; // the demo's clock minus this machine's, in ms
let clock = {};

// people
function heading(tag, text) {
  return Object.assign(document.createElement(tag), { textContent: text });
}

function entry(person) {
  const item = $("t-person").content.cloneNode(true).firstElementChild;
  const [face, name, post] = item.children;
  face.textContent = person.name.slice(0, 1);
  name.textContent = person.name;
  post.textContent = person.title || person.role_name;
  item.dataset.role = person.role;
  item.dataset.id = person.id;
  item.onclick = () => (location.hash = person.id);
  return item;
}

// County first, then each township with its staff and its villages.
function grouped(found) {
  const places = ["", ...new Set(people.map((one) => one.township))];
  return [...found].sort((a, b) => places.indexOf(a.township) - places.indexOf(b.township));
}

function list() {
  const wanted = $("search").value.trim();
  const fits = (one) => [one.name, one.role_name, one.title, one.township, one.village, one.place].some((word) => word.includes(wanted));
  const found = people.filter(fits);
  const shown = [];
  let [township, village] = [null, null];
  for (const person of grouped(found)) {
    if (person.township !== township) shown.push(heading("h3", person.township || $("say").dataset.county));
    if (person.village && person.village !== village) shown.push(heading("h4", person.village));
    [township, village] = [person.township, person.village];
    shown.push(entry(person));
  }
  $("roster").replaceChildren(...shown);
  $("nobody").hidden = found.length > 0;
  current();
}

function current() {
  for (const item of document.querySelectorAll(".person")) item.setAttribute("aria-current", String(item.dataset.id === location.hash.slice(1)));
}

function choose() {
  const person = people.find((one) => String(one.id) === location.hash.slice(1));
  if (!person) return;
  $("who").textContent = person.name;
  $("place").textContent = `${person.place} ${person.title || person.role_name}`;
  document.title = `${person.name} · ${person.place}`;
  $("reports").href = `/reports?person=${person.id}`;
  picking(false);
  current();
  enter(person);
}

function picking(on) {
  document.body.classList.toggle("picking", on);
  $(on ? "close-people" : "open-people").focus({ preventScroll: true }); // not the search: a keyboard would cover the list
}

$("open-people").onclick = $("first-pick").onclick = () => picking(true);
$("close-people").onclick = () => picking(false);
$("search").oninput = list;
addEventListener("hashchange", choose);
addEventListener("keydown", (event) => event.key === "Escape" && picking(false));

// clock
function told(answer) {
  clock = answer;
  ahead = Date.parse(answer.now) - Date.now();
  tick();
}

function tick() {
  if (!clock.now) return;
  const now = new Date(Date.now() + ahead);
  $("now").textContent = moment(now);
  document.querySelector('[data-jump="tonight"]').disabled = !clock.tonight;
}

$("clock").ontoggle = () => {
  const shanghai = new Date(Date.now() + ahead + 8 * 3600000);
  $("moment").value = shanghai.toISOString().slice(0, 16);
};

async function move(to) {
  const controls = document.querySelectorAll(".moves button");
  $("clock-said").textContent = $("clock-said").dataset.moving;
  for (const control of controls) control.disabled = true;
  let said = "";
  try {
    told(await post("/clock", { now: to }));
  } catch (trouble) {
    said = trouble.body ? `${trouble.body.error} ${trouble.body.hint}` : $("clock-said").dataset.away;
  }
  for (const control of controls) control.disabled = false;
  $("clock-said").textContent = said;
  tick();
}

for (const control of document.querySelectorAll("[data-jump]")) {
  control.onclick = () => move({ hour: new Date(Date.now() + ahead + 3600000).toISOString() }[control.dataset.jump] ?? clock[control.dataset.jump]);
}
$("moment-form").onsubmit = (event) => {
  event.preventDefault();
  move($("moment").value);
};

const ask = () => call("/clock").then(told).catch(() => null);
ask();
setInterval(ask, 20000);
setInterval(tick, 1000);

async function begin() {
  try {
    people = await call("/people");
  } catch {
    setTimeout(begin, 3000);
    return;
  }
  list();
  choose();
}
begin();
