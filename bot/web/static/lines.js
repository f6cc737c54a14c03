// One line of the chat as a bubble, from the templates in the page.
const say = document.getElementById("say").dataset;
const when = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai", month: "long", day: "numeric", weekday: "short",
  hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});

export const moment = (date) =>
  when.formatToParts(date).map((part) => (part.type === "weekday" ? ` ${part.value} ` : part.value)).join("").replace(/ +/g, " ");

export const lineOf = (id) => document.querySelector(`#log > [data-id="${id}"]`);

const one = (id) => document.getElementById(id).content.cloneNode(true);

export function draw(line, me, press, edit, unsent) {
  const item = one("t-line").firstElementChild;
  const find = (name) => item.querySelector("." + name);
  const own = line.from === "person";
  item.classList.add(own ? "own" : "bot");
  item.dataset.id = unsent ? "c" + line.client_id : line.id;
  item.dataset.rank = unsent ? (line.after ?? Infinity) : line.id;
  if (line.card && !own) item.dataset.card = line.card;
  item.querySelector("time").dateTime = line.at;
  item.querySelector("time").textContent = line.at && moment(new Date(line.at));
  find("face").textContent = own ? me.name.slice(0, 1) : say.botFace;
  find("unseen").textContent = own ? say.own : say.bot;
  find("words").append(...(own ? [line.text ?? ""] : words(line.md)));
  find("bubble").hidden = !(own ? line.text : line.md);
  const files = line.files ?? [];
  const above = own ? [] : files.filter(pictured);
  find("pictures").append(...above.map(file));
  find("files").append(...files.filter((one) => !above.includes(one)).map(file));
  find("choices").append(...line.buttons.map((button) => choice(line, button, press)));
  if (own && ["text", "edited"].includes(line.kind)) {
    item.classList.add("editable");
    find("edit").onclick = () => edit(line);
  }
  if (unsent) waiting(item, find("state"), line, unsent);
  else find("state").textContent = line.kind === "edited" ? say.edited : say.stored;
  return item;
}

draw.stored = (item) => {
  item.classList.remove("waiting");
  item.querySelector(".state").textContent = say.stored;
};

function waiting(item, state, line, { again, drop }) {
  item.classList.add(line.error ? "failed" : "waiting");
  state.textContent = line.heavy ? `${say.waiting} · ${say.heavy}` : say.waiting;
  if (!line.error) return;
  state.replaceChildren(one("t-failed"));
  state.querySelector(".why").textContent = say.failed + line.error;
  state.querySelector(".retry").hidden = Boolean(line.final);
  state.querySelector(".retry").onclick = again;
  state.querySelector(".drop").onclick = drop;
}

// The neutral markup: **bold** and backslash escapes; links only to this very site.
function words(md) {
  const nodes = [];
  let position = 0;
  for (const part of md.matchAll(/\\([\s\S])|\*\*([\s\S]+?)\*\*/g)) {
    nodes.push(...linked(md.slice(position, part.index)));
    if (part[1]) nodes.push(part[1]);
    else {
      const bold = document.createElement("strong");
      bold.append(...words(part[2]));
      nodes.push(bold);
    }
    position = part.index + part[0].length;
  }
  return [...nodes, ...linked(md.slice(position))];
}

function linked(text) {
  const start = text.indexOf(location.origin + "/");
  if (start < 0) return [text];
  const address = /^[\w:/.?=&%#-]+/.exec(text.slice(start))[0];
  const link = Object.assign(document.createElement("a"), { href: address, textContent: address });
  return [text.slice(0, start), link, ...linked(text.slice(start + address.length))];
}

const pictured = (one) => one.mime.startsWith("image/") && Boolean(one.url ?? one.preview);

// "120 KB", "1.4 MB"; nothing where nobody knows.
function size(bytes) {
  if (!bytes) return "";
  const kilo = Math.max(1, Math.round(bytes / 1024));
  return kilo < 1024 ? `（${kilo} KB）` : `（${(bytes / 1048576).toFixed(1)} MB）`;
}

function file(one) {
  const link = document.createElement("a");
  const source = one.url ?? one.preview ?? "";
  if (source && !source.startsWith("data:")) Object.assign(link, { href: source, target: "_blank", rel: "noopener" });
  if (!pictured(one)) {
    link.textContent = one.name + size(one.bytes);
    return link;
  }
  const image = Object.assign(document.createElement("img"), { src: source, alt: `${say.picture} ${one.name}` });
  if (one.width) Object.assign(image, { width: one.width, height: one.height });
  link.append(image);
  return link;
}

function choice(line, button, press) {
  const control = Object.assign(document.createElement("button"), { type: "button", textContent: button.label });
  control.onclick = () => press(line, button, control);
  return control;
}

// The button that was pressed, also after a reload: the transcript knows.
export function mark(card, label) {
  for (const control of document.querySelectorAll(`#log > [data-card="${card}"] .choices button`))
    if (control.textContent === label) control.setAttribute("aria-pressed", "true");
}
