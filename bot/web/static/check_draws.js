// What is wrong with a month's card: the steps of docs/fair-draws.md, word for word the verdicts of
// scripts/check_draws.py. Nothing leaves the browser.
import { bytes, hex, hmac, sha256, unhex } from "./sha256.js";

const SPAN = 1n << 256n;
const [DAY, LATE, HERE] = [86400000, 1800000, 28800000]; // ms; Asia/Shanghai is eight hours ahead
const NOBODY = ["moved", "away", "void"];
const UNREADABLE = ["文件读不懂"];

// text and hashes
/** JSON in one form only: sorted keys, no spaces. */
export function canonical(it) {
  if (Array.isArray(it)) return `[${it.map(canonical).join(",")}]`;
  if (it === null || typeof it !== "object") return JSON.stringify(it);
  const keys = Object.keys(it).sort((a, b) => order([...a].map((one) => one.codePointAt(0)), [...b].map((one) => one.codePointAt(0))));
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(it[key])}`).join(",")}}`;
}
const sha = (text) => hex(sha256(bytes(text)));
const texts = (it) => (Array.isArray(it) ? it.map(texts) : String(it));
const same = (one, other) => canonical(texts(one)) === canonical(texts(other));
const start = (day) => {
  const found = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(found)) throw new TypeError(day);
  return found - HERE;
};
const dayOf = (at) => new Date(at + HERE).toISOString().slice(0, 10);
const slotOf = (one) => [one.day, one.kind, one.why, one.subject].join("\n");

function order(one, other) {
  for (let n = 0; n < Math.min(one.length, other.length); n++) if (one[n] !== other[n]) return one[n] < other[n] ? -1 : 1;
  return one.length - other.length;
}
const sortBy = (list, key) => list.map((one) => [key(one), one]).sort(([one], [other]) => order(one, other)).map(([, one]) => one);

// tickets
/** The ticket of these words under a key, as hex. */
export const ticket = (key, ...words) => hex(hmac(key, bytes(words.join("|"))));
/** The `count` ids with the smallest tickets. */
export const pick = (key, name, ids, count) => sortBy(ids.map(String), (one) => [ticket(key, name, one)]).slice(0, count);

/** A fair number from 0 to limit - 1. */
export function below(key, limit, ...words) {
  const size = BigInt(limit);
  for (let counter = 0; ; counter++) {
    const drawn = BigInt(`0x${ticket(key, ...words, counter)}`);
    if (drawn < SPAN - (SPAN % size)) return Number(drawn % size);
  }
}

/** `count` ids spread over their strata ([id, stratum] pairs), each id with the same chance. */
export function spread(key, name, strata, count) {
  const line = sortBy(strata, ([one, town]) => [ticket(key, name, "stratum", town), ticket(key, name, one)]);
  const first = line.length ? below(key, line.length, name, "start") : 0;
  const wanted = Math.min(count, line.length);
  return Array.from({ length: wanted }, (_, place) => line[Math.floor((first + place * line.length) / wanted)][0]);
}

// the plan
function here(card, kind, team, day, at) {
  const off = ([on, since, until, why]) => (on === "" || on === day) && (why === "away" || kind === "chat") && since <= at && !(until > 0 && until <= at);
  return card.people.filter((one) => one.team === team && (one.since ?? 0) <= at && !(card.off[one.id] ?? []).some(off)).map((one) => one.id);
}

/** Every slot that has come about, by its name: its team and the moment of its minute. */
export function plan(card, key) {
  const { days, frozen_at, kinds } = card.opening;
  const done = new Map(card.drawn.map((one) => [slotOf(one), one.result]));
  const found = new Map();
  for (const [kind, how] of days.length ? Object.entries(kinds) : []) {
    const minutes = how.windows.flatMap(([first, end]) => Array.from({ length: Math.max(0, end - first) }, (_, n) => first + n));
    const due = (why, subject, day, team) => {
      const minute = minutes[below(key, minutes.length, kind, why, "minute", subject, day)];
      found.set(slotOf({ day, kind, why, subject }), { team, moment: start(day) + minute * 60000 });
    };
    if (how.quota) quota(card, key, kind, how, done, due, days, frozen_at);
    const limit = SPAN * BigInt(how.extra);
    const among = 100n * BigInt(days.length);
    for (const one of how.extra ? card.people : []) {
      for (const day of days) if (BigInt(`0x${ticket(key, kind, "extra", one.id, day)}`) * among < limit && (one.since ?? 0) < start(day) + DAY) due("extra", one.id, day, one.team);
    }
  }
  return found;
}

function quota(card, key, kind, how, done, due, days, frozen) {
  const towns = [...new Map(card.roster.map((one) => [one.team, one.township]))];
  const teams = spread(key, `${kind}|teams`, towns, how.teams || towns.length);
  const most = Math.max(1, Math.ceil((teams.length * 115) / (100 * days.length)));
  const load = new Map();
  for (const team of sortBy(teams, (one) => [ticket(key, kind, "order", one)])) {
    const line = sortBy(days, (day) => [ticket(key, kind, "day", team, day)]);
    let day = line.find((one) => (load.get(one) ?? 0) < most && here(card, "", team, one, frozen).length) ?? "";
    load.set(day, (load.get(day) ?? 0) + 1);
    while (day) {
      due("quota", team, day, team);
      const moved = ["moved", "void"].includes(done.get(slotOf({ day, kind, why: "quota", subject: team })));
      const before = day;
      day = (moved && line.find((one) => one > before)) || "";
    }
  }
}

// what is wrong
function drawnFaults(card, key) {
  const due = plan(card, key);
  const faults = [];
  if (card.drawn.filter((one) => due.has(slotOf(one))).length * 2 < card.drawn.length) return ["抽签数不符：抽查整个对不上"];
  card.drawn.forEach((one, n) => {
    const { team, moment } = due.get(slotOf(one)) ?? {};
    due.delete(slotOf(one));
    const wrong = team === undefined ? "不在计划里" : wrongOf(card, key, one, team, moment);
    if (wrong) faults.push(`第 ${n + 1} 次抽查${wrong}：${one.day} ${one.kind} ${one.subject}`);
  });
  const left = [...due.keys()].map((slot) => slot.split("\n"));
  for (const [day, kind, , subject] of sortBy(left, (one) => one)) faults.push(`少了一次抽查：${day} ${kind} ${subject}`);
  return faults;
}

function wrongOf(card, key, one, team, moment) {
  const { day, kind, why, subject, at, result } = one;
  if (at < moment || at > moment + LATE !== (result === "void")) return "时间不符";
  const there = here(card, kind, team, day, at);
  const lot = why === "quota" ? pick(key, `${kind}|member|${team}|${day}`, there, 1)[0] ?? "moved" : there.includes(subject) ? subject : "away";
  return [lot, "void"].includes(result) ? "" : "重算不一致";
}

function restFaults(card) {
  const met = card.drawn.filter((one) => one.kind === "chat" && !NOBODY.includes(one.result)).map((one) => [one.result, one.at]);
  for (const one of card.asked) if (one.kind === "chat") for (const [team, person] of one.drawn) met.push([`p${person}t${team}`, one.at]);
  const due = met.flatMap(([who, at]) => Array.from({ length: card.opening.rest_days + 1 }, (_, n) => [dayOf(at + n * DAY), who, at + 1]));
  const known = new Set(due.map((one) => one.join("\n")));
  const [wrong, first] = [new Map(), new Map()];
  const blame = (day, who) => wrong.set(`${who}\n${day}`, [who, day]);
  for (const [who, rows] of Object.entries(card.off)) {
    for (const [day, since, until, why] of rows) {
      if (why !== "rest") continue;
      if (until || !known.has([day, who, since].join("\n"))) blame(day, who);
      first.set(`${who}\n${day}`, Math.min(since, first.get(`${who}\n${day}`) ?? Infinity));
    }
  }
  for (const [day, who, since] of due) if ((first.get(`${who}\n${day}`) ?? Infinity) > since) blame(day, who);
  return sortBy([...wrong.values()], (one) => one).map(([who, day]) => `抽查间隔不符：${day} ${who}`);
}

function again(key, { name, kind, pool, wanted }) {
  const secret = unhex(ticket(key, "draw", name));
  if ("of" in pool) return pick(secret, `${kind}|${name}`, pool.of, wanted);
  if ("urns" in pool) return lookBacks(secret, `look_back|${name.split("|")[0]}`, pool.urns);
  const towns = Object.entries(pool).flatMap(([town, teams]) => Object.keys(teams).map((team) => [team, town]));
  const member = (team) => pick(secret, `member|${name}|${team}`, pool[new Map(towns).get(team)][team], 1)[0];
  return spread(secret, `team|${name}`, towns, wanted).map((team) => [team, member(team)]);
}

function lookBacks(secret, stem, urns) {
  const names = Object.keys(urns).sort();
  const drawn = names.flatMap((urn) => pick(secret, `${stem}|${urn}`, urns[urn].of, Math.floor((urns[urn].of.length * urns[urn].share + 50) / 100)));
  const rest = names.filter((urn) => urns[urn].share).flatMap((urn) => urns[urn].of);
  return drawn.length ? drawn : pick(secret, `${stem}|one`, rest, 1);
}

function askedFaults(card, key) {
  const [faults, numbers] = [[], new Map()];
  for (const one of card.asked) {
    const cut = one.name.lastIndexOf("|");
    const [stem, number] = [one.name.slice(0, Math.max(0, cut)), one.name.slice(cut + 1)];
    if (/^[0-9]+$/.test(number) && !stem.endsWith("|look_back")) numbers.set(stem, [...(numbers.get(stem) ?? []), Number(number)]);
    if (one.way !== "picked" && !same(again(key, one), one.drawn)) faults.push(`人工抽签重算不一致：${one.name}`);
  }
  for (const [stem, found] of sortBy([...numbers], ([name]) => [name])) {
    if (new Set(found).size < found.length || Math.min(...found) !== 1 || Math.max(...found) !== found.length) faults.push(`人工抽签编号不连续：${stem}`);
  }
  card.pairs.forEach((one, n) => {
    const secret = unhex(ticket(key, "draw", one.draw));
    const may = sortBy(Object.keys(one.eligible), (who) => [one.eligible[who], ticket(secret, "insp", one.team, who)]).slice(0, 2);
    if (!one.by_hand && !same(may.length > 1 ? may : one.pair.slice(0, 1), one.pair)) faults.push(`第 ${n + 1} 组督导员重算不一致：${one.team}`);
  });
  return faults;
}

function isMixed(period, { value, numbers }) {
  const sealed = numbers.every((one) => one.seal === sha(["beacon", period, one.department, one.number, one.salt].join("|")));
  const joined = numbers.map((one) => one.number).join("+") === value;
  return sealed && joined && numbers.length === 2 && new Set(numbers.map((one) => one.department)).size === 2;
}

/** Every fault of a card by name, none when it is right; `told`: hashes known from elsewhere. */
export function verify(text, told = []) {
  try {
    return faultsOf(text, told);
  } catch {
    return UNREADABLE;
  }
}

const NEEDED = {
  opening: "version county period commitment days roster_sha256 kinds rest_days beacon frozen_at",
  beacon: "value source numbers", drawn: "kind why subject day result at", asked: "name kind way wanted pool drawn at",
  pairs: "draw team at eligible pair by_hand", roster: "id role team township unit village", joined: "id role team township unit village since",
};

function whole(card) {
  for (const [name, keys] of Object.entries(NEEDED)) {
    for (const one of [card[name]].flat()) for (const key of keys.split(" ")) if (!(key in one)) throw new TypeError(key);
  }
  if (!Object.values(card.off).every(Array.isArray)) throw new TypeError("off");
}

function faultsOf(text, told) {
  const card = JSON.parse(text);
  whole(card);
  const { opening, beacon } = card;
  const { sha256: own, ...rest } = card;
  const seed = unhex(card.seed);
  card.people = [...card.roster, ...card.joined];
  const prints = [card.opening_sha256, own, sha(text)];
  const known = (one) => one && prints.some((each) => each.startsWith(one));
  const promised = hex(sha256(Uint8Array.of(...bytes(`spotcheck/v1|${opening.period}|`), ...seed))) === opening.commitment;
  const wrong = [
    ["文件不是规范格式", text !== `${canonical({ sha256: own, ...rest })}\n`],
    ["文件哈希不符", sha(canonical(rest)) !== own],
    ["公示码不符", sha(canonical(opening)) !== prints[0] || !told.every(known)],
    ["名册不符", sha(canonical(card.roster)) !== opening.roster_sha256 || new Set(card.people.map((one) => one.id)).size < card.people.length || card.joined.some((one) => one.since < opening.frozen_at)],
    ["抽签数不符", beacon.source === "officials" && !isMixed(opening.period, beacon)],
    ["承诺不符", seed.length > 0 && !promised],
    ["种子还没有公布", !seed.length],
  ];
  const faults = wrong.filter(([, is]) => is).map(([name]) => name);
  if (!seed.length || !promised) return faults;
  const key = hmac(seed, bytes(["key", opening.period, opening.roster_sha256, beacon.value].join("|")));
  return [...faults, ...drawnFaults(card, key), ...restFaults(card), ...askedFaults(card, key)];
}
