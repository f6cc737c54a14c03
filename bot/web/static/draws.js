// The page /draws: takes a card from the server or from the visitor and checks it here.
import { verify } from "./check_draws.js";

const $ = (id) => document.getElementById(id);
const words = $("words").dataset;
const SHORTEST = 8; // digits of a hash that somebody types
const PENDING = "种子还没有公布";
const CODE = "公示码不符";

function show(said, faults = [], figures = "") {
  $("verdict").hidden = false;
  $("said").textContent = said;
  $("faults").replaceChildren(...faults.map((one) => Object.assign(document.createElement("li"), { textContent: one })));
  $("figures").textContent = figures;
}

function figuresOf(text) {
  try {
    const card = JSON.parse(text);
    const picked = card.asked.filter((one) => one.way === "picked").length;
    const facts = {
      drawn: card.drawn.length, asked: card.asked.length - picked, picked, until: new Date(card.until - 1).toLocaleDateString("zh-CN", { timeZone: "Asia/Shanghai" }),
      void: card.drawn.filter((one) => one.result === "void").length + card.void.length,
    };
    return words.figures.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  } catch {
    return "";
  }
}

// A code of another month is the commonest slip: say so in a sentence.
function inWords(text, faults) {
  if (!faults.includes(CODE)) return faults;
  const [year, month] = JSON.parse(text).opening.period.split("-");
  const said = words.code.replace("{year}", year).replace("{month}", Number(month));
  return faults.map((one) => (one === CODE ? said : one));
}

async function check(reading) {
  const told = $("told").value.trim().toLowerCase();
  if (told && told.length < SHORTEST) return show(words.told);
  show(words.working);
  await new Promise((go) => setTimeout(go, 30)); // let the word be painted before the work
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await reading());
  } catch {
    return show(words.unread);
  }
  const faults = verify(text, told ? [told] : []);
  const waits = faults.length === 1 && faults[0].startsWith(PENDING);
  show(waits ? words.pending : faults.length ? words.bad : words.good, inWords(text, faults), figuresOf(text));
}

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answer.status);
  return answer.arrayBuffer();
}

for (const one of document.querySelectorAll("[data-card]")) one.onclick = () => check(() => fetched(one.dataset.card));
$("file").onchange = ({ target }) => target.files[0] && check(() => target.files[0].arrayBuffer());
const drop = $("drop");
for (const name of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
    const file = name === "drop" && event.dataTransfer.files[0];
    if (file) check(() => file.arrayBuffer());
  });
}
