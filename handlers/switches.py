"""开关: 「开关」 lists what is restricted, 「开关 必须定位」 turns one on by a talk, 「关掉 …」 off.

Also the words behind two of them: 报平安 (roll call in an emergency), 抽查公布 (published results).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.forms import choice, words
from handlers.talk import Talk, Topic, plain
from ledger import people, switches
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Person, Role, Scope, scope_of
from ledger.roster_words import is_name
from ledger.surnames import COMPOUND, SINGLE, surname_of
from ledger.switches import BY_NAME, FEATURES, ROLL_ANSWERS, Feature, Switch, Turn, Wish
from ledger.times import find_day

COUNTY = frozenset({Role.COUNTY})
LENGTHS = (f"{switches.USUAL.days} 天", "30 天", "7 天")
SCENES = ("日常工作", "专项行动", "应急抢险", "安全生产")
DAYS_LONG = re.compile(r"(\d{1,4})\s*天")
NO_BASIS = frozenset({"无", "没有"})
AROUND_DAY = frozenset(
    {
        "",
        "为止",
        "止",
        "到",
        "至",
        "用到",
        "开到",
        "截至",
        "截止到",
        "截止",
        "直到",
        "前",
        "以前",
    }
)
NAME, POST = "姓名", "职务"
POSTS = re.compile(
    r"(?:[县市镇乡村部局科处厅组所站队社州区]长|书记|主任|主席|[常委]委|委员|干事|科员|专员|秘书长?"
    r"|总指挥|指挥长|负责人|领导|干部)$"
)
NO_NAME = re.compile(r"[副县市镇乡委组部局办局科处党总]")
PUBLISHED_DRAWS = 3
SAFE, HOW_FAR = "平安", "情况"


# looking
async def show_switches(talk: Talk) -> Reply:
    """Every switch with its state."""
    running = await switches.access_on(talk.db, talk.asker, talk.today)
    lines = [_line(talk, one, running) for one in FEATURES]
    options = [
        Option(f"关掉 {one.feature.name}", f"关掉 {one.feature.name} {one.id}")
        for one in running[:3]
    ]
    return talk.reply("switches.all", options, lines=lines)


def _line(talk: Talk, feature: Feature, running: list[Turn]) -> str:
    turns = [one for one in running if one.feature is feature]
    return talk.say("switches.line", feature=feature, turns=turns, does=talk.say(feature.does))


# turning on
async def turn_on(talk: Talk) -> Reply:
    """Ask reason, scene, basis, approver, end; show the rule; turn it on when confirmed."""
    feature, place = split_name(talk.rest)
    if feature is None:
        return await show_switches(talk)
    if not feature.available:
        raise Refused("switches.never", feature=feature, rule=talk.say(feature.rule))
    township = await _township(talk, feature, place)
    wish = await _wish(talk, feature, township)
    switches.check(wish, today=talk.today)
    facts = {"wish": wish, "place": place or "全县", "today": talk.today}
    words = {"does": talk.say(feature.does), "rule": talk.say(feature.rule)}
    await talk.ask("switches.preview", choice({"确认": True}), ("确认",), **facts, **words)
    await switches.turn_on(talk.db, talk.asker, wish, now=talk.now)
    off = Option(f"关掉 {feature.name}", f"关掉 {feature.name}")
    return talk.reply("switches.turned_on", (off,), wish=wish)


async def _township(talk: Talk, feature: Feature, place: str) -> int:
    """The township named behind the switch; 0 is the whole county."""
    if place in {"", "全县", talk.asker.county}:
        return 0
    known = await people.townships(talk.db, talk.asker.county_id)
    if place not in known:
        raise Refused("switches.no_township", said=place[:20], known=list(known))
    if not feature.by_township:
        raise Refused("switches.whole_county", feature=feature)
    return known[place]


async def _wish(talk: Talk, feature: Feature, township: int) -> Wish:
    reason = await talk.ask("switches.ask_reason", words, feature=feature)
    scene = await talk.ask(
        "switches.ask_scene", _scene_for(feature), SCENES[2:] if feature.emergency else SCENES
    )
    basis = await talk.ask("switches.ask_basis", words, ("无",))
    approver = await _approver(talk)
    until = await talk.ask("switches.ask_until", _until_for(talk.today), LENGTHS)
    basis = "" if basis in NO_BASIS else basis
    return Wish(feature, until, reason, scene, basis, approver, township)


def split_name(text: str) -> tuple[Feature | None, str]:
    """「必须定位 清水镇」: the switch and the words behind its name."""
    for name, feature in BY_NAME.items():
        if text.startswith(name):
            return feature, text.removeprefix(name).strip(" ，,：:")
    return None, text


def _scene_for(feature: Feature) -> Callable[[str], str]:
    def read(text: str) -> str:
        words(text)
        if feature.emergency and not switches.is_emergency(text):
            raise Misunderstood("switches.only_emergency", said=text[:20])
        return text

    return read


async def _approver(talk: Talk) -> str:
    """Name and post, in one answer or one after the other."""
    said = await talk.ask("switches.ask_approver", words)
    lack = lacking_of(said)
    if not lack:
        return said
    read = _post if lack == POST else _name
    rest = await talk.ask("switches.ask_other_part", read, said=said, lacking=lack)
    if not lacking_of(rest):
        return rest  # both, once more
    return f"{said} {rest}" if lack == POST else f"{rest} {said}"


def _name(text: str) -> str:
    both = not lacking_of(words(text))
    if not both and (not is_name(text) or lacking_of(text) == NAME):
        raise Misunderstood("switches.not_that_part", said=text[:20], part=NAME)
    return text


def _post(text: str) -> str:
    if re.search(r"\d", words(text)):
        raise Misunderstood("switches.not_that_part", said=text[:20], part=POST)
    return text


def lacking_of(text: str) -> str:
    """Which of name and post is missing; '' when both are said, apart or in one word."""
    parts = [one for one in re.split(r"[\s，,、（()）]+", text.strip()) if one]
    if len(parts) > 1:
        return "" if any(_may_name(one) for one in parts) else NAME
    if not POSTS.search(text):
        return POST
    named = any(_is_named(text[:long], text[long:]) for long in (2, 3, 4))
    return "" if named else NAME


def _may_name(part: str) -> bool:
    """Of several words one that is no post, or a surname with one: 高部长."""
    if not POSTS.search(part):
        return True
    return len(part) <= len("欧阳部长") and surname_of(part) in COMPOUND | SINGLE


def _is_named(name: str, post: str) -> bool:
    """张建军 with 副县长 behind: a surname, one or two characters more, then a whole post."""
    first = surname_of(name)
    family = first in COMPOUND or first in SINGLE
    own = name.removeprefix(first)
    return (
        family
        and 1 <= len(own) <= 2
        and not NO_NAME.search(own)
        and len(post) > 1
        and bool(POSTS.search(post))
    )


def _until_for(today: date) -> Callable[[str], date]:
    def read(text: str) -> date:
        until = read_until(words(text), today=today)
        try:
            switches.check_until(until, today=today)
        except Refused as why:
            raise Misunderstood(why.block, **why.facts) from why
        return until

    return read


def read_until(text: str, *, today: date) -> date:
    """「90 天」 from today, or the day itself: 12月5日, 到下月底, 年底为止."""
    if match := DAYS_LONG.fullmatch(text):
        return today + timedelta(days=int(match[1]))
    found = find_day(text, today=today, looks="ahead")
    if found is None or found.rest not in AROUND_DAY:
        raise Misunderstood("switches.not_until", said=text[:20])
    return found.day


# turning off
async def turn_off(talk: Talk) -> Reply:
    """Off at once; the reason why it was on stays in the log."""
    feature, rest = split_name(talk.rest)
    running = await switches.access_on(talk.db, talk.asker, talk.today)
    turns = [one for one in running if one.feature is feature]
    if len(turns) > 1:
        turns = [one for one in turns if rest in {str(one.id), one.township or "全县"}]
    if feature is None or not turns:
        raise Refused("switches.is_off", feature=feature or FEATURES[0])
    await switches.turn_off(talk.db, talk.asker, turns[0], now=talk.now)
    return talk.reply("switches.turned_off", turn=turns[0])


# the roll call of an emergency
async def answer_roll(talk: Talk) -> Reply:
    """「报平安 在村」; for staff how far the day's roll call is."""
    if talk.asker.role not in ON_TEAM or talk.rest == HOW_FAR:
        return await _show_roll(talk)
    words = talk.rest or SAFE
    await switches.answer_roll(
        talk.db, talk.asker, plain(words), source=talk.source, now=talk.now
    )
    return talk.reply("switches.roll_answered", words=words)


async def _show_roll(talk: Talk) -> Reply:
    """Counts and whom to ring up, within the asker's scope; a member sees his own answer."""
    if talk.asker.role is Role.MEMBER:
        raise Refused("talk.not_for_role")
    scope = scope_of(talk.asker)
    members = await _concerned(talk, scope)
    answers = await switches.access_roll(talk.db, scope, talk.today)
    asked = await switches.roll_called(talk.db, talk.asker.county_id, talk.today)
    called = [one for one in members if one.id in asked | answers.keys()]
    others = [
        talk.say("switches.roll_line", person=one, words=answers[one.id])
        for one in called
        if answers.get(one.id, SAFE) not in {SAFE, ROLL_ANSWERS[0]}
    ]
    return talk.reply(
        "switches.roll", called=called, others=others, unasked=len(members) - len(called),
        silent=[one for one in called if one.id not in answers],
    )  # fmt: skip


async def _concerned(talk: Talk, scope: Scope) -> list[Person]:
    """Everybody of the places where a roll is called."""
    members = await people.members(talk.db, scope, day=talk.today)
    running = await switches.on(talk.db, talk.asker.county_id, talk.today)
    places = {one.township_id for one in running if one.feature.switch is Switch.ROLL_CALL}
    found = [one for one in members if places & {0, one.township_id}]
    if not found:
        raise Refused("switches.no_roll_call")
    return found


# published results
async def show_published(talk: Talk) -> Reply:
    """The last draws without names, while their publication is on."""
    found = await switches.access_published(
        talk.db, talk.asker, limit=PUBLISHED_DRAWS, now=talk.now
    )
    return talk.reply("switches.published", draws=found)


# topics
@dataclass(frozen=True)
class NamedTopic(Topic):
    """开关 alone, or with the name of a switch: 「开关 坏了」 is a sentence about a light."""

    alone: bool = False

    def rest_of(self, text: str, *, strict: bool) -> str | None:
        """The switch's name and what follows it."""
        for word in self.words:
            if text == word and self.alone:
                return ""
            if text.startswith(word):
                rest = text.removeprefix(word).strip(" ：:，,")
                return rest if split_name(rest)[0] else None
        return None


@dataclass(frozen=True)
class RollTopic(Topic):
    """报平安 alone, set off, or 报平安情况."""

    def rest_of(self, text: str, *, strict: bool) -> str | None:
        """The words of the answer, or 情况."""
        if text == f"{self.words[0]}{HOW_FAR}":
            return HOW_FAR
        return super().rest_of(text, strict=strict)


LIST = NamedTopic("switches", ("开关", "打开"), turn_on, COUNTY, alone=True)
OFF = NamedTopic("switch_off", ("关掉", "关闭"), turn_off, COUNTY)
ROLL = RollTopic("roll_call", ("报平安",), answer_roll, aside=True)
PUBLISHED = Topic("published", ("抽查公布",), show_published, form="bare", aside=True)
