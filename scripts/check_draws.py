"""核对一个月的抽查。用法：python check_draws.py 抽查.json [日报里的公示码]。只用标准库，算法写在 docs/fair-draws.md。"""
import datetime, hashlib, hmac, json, sys

def canonical(it): return json.dumps(it, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
def sha(it): return hashlib.sha256((it if isinstance(it, str) else canonical(it)).encode()).hexdigest()
def ticket(key, *words): return hmac.new(key, "|".join(map(str, words)).encode(), hashlib.sha256).hexdigest()
def pick(key, name, ids, count): return sorted(map(str, ids), key=lambda one: ticket(key, name, one))[:count]
def start(day): return round(datetime.datetime.fromisoformat(f"{day}T00:00:00+08:00").timestamp()) * 1000
def slot(one): return one["day"], one["kind"], one["why"], one["subject"]
def texts(it): return [texts(one) for one in it] if isinstance(it, list) else str(it)
def below(key, limit, *words, counter=0):
    while (drawn := int(ticket(key, *words, counter), 16)) >= 2**256 - 2**256 % limit: counter += 1
    return drawn % limit
def spread(key, name, towns, count):
    line = sorted(towns, key=lambda one: (ticket(key, name, "stratum", towns[one]), ticket(key, name, one)))
    first, count = below(key, len(line), name, "start") if line else 0, min(count, len(line))
    return [line[(first + place * len(line)) // count] for place in range(count)]
def here(card, kind, team, day, at):
    def off(on, since, until, why): return on in ("", day) and (why == "away" or kind == "chat") and since <= at and not 0 < until <= at
    return [one["id"] for one in card["people"] if one["team"] == team and one.get("since", 0) <= at
            and not any(off(*row) for row in card["off"].get(one["id"], ()))]
def plan(card, key):
    opening, done = card["opening"], {slot(one): one["result"] for one in card["drawn"]}
    days, towns = opening["days"], {one["team"]: one["township"] for one in card["roster"]}
    for kind, how in opening["kinds"].items() if days else ():
        minutes = [minute for first, end in how["windows"] for minute in range(first, end)]
        def due(why, subject, day, team):
            minute = minutes[below(key, len(minutes), kind, why, "minute", subject, day)]
            return (day, kind, why, subject), (team, start(day) + minute * 60_000)
        teams, load = spread(key, f"{kind}|teams", towns, how["teams"] or len(towns)) if how["quota"] else [], {}
        most = max(1, -(-len(teams) * 115 // (100 * len(days))))
        for team in sorted(teams, key=lambda one: ticket(key, kind, "order", one)):
            line = sorted(days, key=lambda day: ticket(key, kind, "day", team, day))
            day = next((one for one in line if load.get(one, 0) < most and here(card, "", team, one, opening["frozen_at"])), "")
            load[day] = load.get(day, 0) + 1
            while day:
                yield due("quota", team, day, team)
                day = next((one for one in line if one > day), "") if done.get((day, kind, "quota", team)) in ("moved", "void") else ""
        for day, one in ((day, one) for one in card["people"] for day in days if how["extra"]):
            if int(ticket(key, kind, "extra", one["id"], day), 16) * 100 * len(days) < 2**256 * how["extra"] and one.get("since", 0) < start(day) + 86_400_000: yield due("extra", one["id"], day, one["team"])
def drawn_faults(card, key):
    due = dict(plan(card, key))
    if sum(slot(one) in due for one in card["drawn"]) * 2 < len(card["drawn"]): return (yield "抽签数不符：抽查整个对不上")
    for number, one in enumerate(card["drawn"], 1):
        (day, kind, why, subject), at, result, (team, moment) = slot(one), one["at"], one["result"], due.pop(slot(one), ("", 0))
        there = here(card, kind, team, day, at)
        again = (pick(key, f"{kind}|member|{team}|{day}", there, 1) or ["moved"])[0] if why == "quota" else subject if subject in there else "away"
        wrong = "不在计划里" if not team else "时间不符" if at < moment or (at > moment + 1_800_000) != (result == "void") else "重算不一致" if result not in (again, "void") else ""
        if wrong: yield f"第 {number} 次抽查{wrong}：{day} {kind} {subject}"
    for day, kind, _, subject in sorted(due): yield f"少了一次抽查：{day} {kind} {subject}"
def redo(key, name, kind, pool, wanted):
    secret, stem, urns = bytes.fromhex(ticket(key, "draw", name)), f"look_back|{name.split('|')[0]}", pool.get("urns", {})
    if "of" in pool: return pick(secret, f"{kind}|{name}", pool["of"], wanted)
    if "urns" in pool: return [one for urn, it in sorted(urns.items()) for one in pick(secret, f"{stem}|{urn}", it["of"], (len(it["of"]) * it["share"] + 50) // 100)] or pick(secret, f"{stem}|one", [one for it in urns.values() if it["share"] for one in it["of"]], 1)
    towns = {team: town for town, teams in pool.items() for team in teams}
    return [[team, *pick(secret, f"member|{name}|{team}", pool[towns[team]][team], 1)] for team in spread(secret, f"team|{name}", towns, wanted)]
def pair_of(secret, one, may): return sorted(may, key=lambda who: (may[who], ticket(secret, "insp", one["team"], who)))[:2] if len(may) > 1 else one["pair"][:1]
def mixed(period, beacon, numbers):
    return ("+".join(one["number"] for one in numbers) == beacon and len({one["department"] for one in numbers}) == len(numbers) == 2
            and all(one["seal"] == sha("|".join(("beacon", period, one["department"], one["number"], one["salt"]))) for one in numbers))
def check(card, text, told):
    opening, beacon, seed, card["people"] = card["opening"], card["beacon"], bytes.fromhex(card["seed"]), card["roster"] + card["joined"]
    plain, ids = {name: it for name, it in card.items() if name not in ("people", "sha256")}, {one["id"] for one in card["people"]}
    prints, promise = (card["opening_sha256"], card["sha256"], sha(text)), hashlib.sha256(f"spotcheck/v1|{opening['period']}|".encode() + seed).hexdigest()
    yield from (name for name, wrong in {"文件不是规范格式": text != canonical({**plain, "sha256": prints[1]}) + "\n", "文件哈希不符": sha(plain) != prints[1],
        "公示码不符": sha(opening) != prints[0] or not all(one and any(each.startswith(one) for each in prints) for one in told),
        "名册不符": sha(card["roster"]) != opening["roster_sha256"] or len(ids) < len(card["people"]) or any(one["since"] < opening["frozen_at"] for one in card["joined"]),
        "抽签数不符": beacon["source"] == "officials" and not mixed(opening["period"], beacon["value"], beacon["numbers"]),
        "承诺不符": card["seed"] and promise != opening["commitment"], "种子还没有公布": not card["seed"]}.items() if wrong)
    key = hmac.new(seed, "|".join(("key", opening["period"], opening["roster_sha256"], beacon["value"])).encode(), hashlib.sha256).digest()
    if card["seed"] and promise == opening["commitment"]: yield from (*drawn_faults(card, key), *(f"人工抽签重算不一致：{one['name']}" for one in card["asked"] if
        one["way"] != "picked" and redo(key, one["name"], one["kind"], one["pool"], one["wanted"]) != texts(one["drawn"])), *(
        f"第 {number} 组督导员重算不一致：{one['team']}" for number, one in enumerate(card["pairs"], 1) if not one["by_hand"] and pair_of(bytes.fromhex(ticket(key, "draw", one["draw"])), one, one["eligible"]) != one["pair"]))
def faults(text, told=()):
    try: return list(check(json.loads(text), text, told))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError): return ["文件读不懂"]
if __name__ == "__main__":
    found = faults(open(sys.argv[1], "rb").read().decode("utf-8", "replace"), [one.lower() for one in sys.argv[2:]]) if sys.argv[1:] else [__doc__]
    print("\n".join(f"✗ {one}" for one in found) or "✓ 全部核对一致：公示、承诺、名册、抽签数、每一次抽签和督导员")
    sys.exit(bool(found))
