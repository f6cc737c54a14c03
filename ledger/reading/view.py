"""Whom each part of a message is about: the household it names, else the one in view."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from ledger.heads import led
from ledger.mentions import Mention
from ledger.reading.advances import effects_in
from ledger.reading.clauses import Clause
from ledger.reading.said import Who
from ledger.reading.scene import Scene, who
from ledger.reading.spoken_of_again import again
from ledger.reading.visit_names import is_neighbour
from ledger.reading.visits import same

SAYS = (
    r"(?:反映|说|讲|问|称|提|诉|愁|嫌|怨|抱怨|念叨|嘀咕|唠叨|表示|觉得|怀疑"
    r"|想|要求|希望|盼|求|托|喊|哭)"
)
SAYS_FIRST = re.compile(
    rf"^(?:(?:路上|临走时?|末了|最后|饭桌上|电话里)(?=[他她])|其[父母妻子女孙儿]{{1,2}}|[他她]|人家|还|也|又|都|就|老是|顺嘴|顺口|顺便|一直|直|便|可|只)*+{SAYS}"
)
SPEAKER = re.compile(
    rf"^(?:家|户|[他她]|里|自己|还|也|又|就|老是|顺嘴|一直|直|来村部"
    rf"|来村委|来电话|打电话|来|电话里|跟我|和我|向我|对我|找我)*+{SAYS}"
)
# 全村, 二组: not this household any more, unless it is whom somebody asks, or where he goes
ASKED = r"(?<![要找请让叫求盼望托喊到来跟和同在去回往给向的住说得])"
# 村上替她刷了脸: who does something about the household's own matter
ACTS = (
    r"(?![^，。；没不]{0,2}(?:研究|同意|替[他她]|帮[他她]|给[他她]|派[了人]|出[了面]|垫[了付]|盖[了章]|评议"
    r"|报上|答应|联系[了上好]))"
)
PUBLIC = led(
    rf"{ASKED}(?:(?:村[里上]|大家|群众){ACTS}|全村|组[里上](?!的?人)|村口|各户|(?<!到大)路上(?!没人)|全组|几户"
    r"|那[截条段][^，]{0,3}[路渠沟河管道]|[那这]一[片带]"
    r"|[路渠沟河坝堤][上面]?那一?[截条段]|通村"
    r"|村道|村民|乡亲|老乡们?|巷道|村头|村尾|村东|村西|村南|村北|有人"
    r"|[一二三四五六七八九十\d]{1,2}[组社队](?!织|的?[老小]|$)"
    r"|公共|公厕|院坝会|广场|活动室|文化站|学校门口|(?<![往到去送回]村)(?<![往到去送回])卫生室|村小)"
)
# 去了马德泉家，就5组那个: which household is meant
APPOSED = re.compile(r"^就?是?[一二三四五六七八九十\d]{1,2}[组社队]的?(?:那[个家户])?$")
OF_HOUSE = re.compile(
    r"[他她](?:们)?(?:家|屋|那)|家门|门前|门口(?!卫)|[屋房]后|屋前|屋里|院[里外前后]|院坝(?!会|里?开)|自家"
)
AT_CLINIC = re.compile(  # where the household did not get it
    r"^(?:[^，。；]{0,8}[药针剂片膏])?(?:[村镇乡县](?:里|上)?的?)?(?:卫生[室所院]|药[房店]|医院|诊所|村医|供销社|小卖部|商店|学校|小学?)"
    r"(?:[那里]边?|头)?(?:也|又|都|却|还|就|老|一直)*(?:说|讲|没|不|要|让|无|缺|断|关|锁)"
)
OWN_TURN = re.compile(
    r"^(?:我|咱们|咱|队里|全队|晚上|夜里|今晚|晚饭|回来|回村|回到村|回村部|散会|路上|镇里|镇上|县里"
    r"|上面|上头|支书|队员|村部|村委|值班)(?![^，,]{0,4}[他她])"
)
# 我打电话问了学校: what we do about the household's matter does not turn away from it
ERRAND = re.compile(
    r"^我(?:[和跟同]邻居|们?几个|们)?(?:就|也|又|刚|当场|赶紧|马上|立马|今天|上午|下午)*(?:打电话|打了?个?电话|打[^，。]{1,4}(?:站|局|所)|联系|问了|催了?|提水|帮着?|替|托|跑了)"
)
MEETING = led(
    r"院坝会|院子会|屋场会|群众会|村民会|坝坝会|板凳会|火塘会"
    r"|户主会|村民代表会|村民大会|村民小组会|座谈会|恳谈会"
    r"|(?:院[坝子里]|晒[谷场坝]+|坝子|门口|屋场)[里上]?[^，。；]{0,4}开[了个]{0,2}会"
)
# where they met, and not who spoke: 在石老汉院子里开了个坝坝会
VENUE_LED = re.compile(r"(?:[在到于借上]|[一二三四五六七八九十\d]{1,2}[组社队]的?)$")
VENUE = re.compile(r"^(?:家|屋|那儿?|的)*(?:院|坝|门[口前]|晒|场|堂屋|火塘|屋里|楼下|空地)")
# a clause that only says who tells what follows it: 潘石头反映，组里广播站那根杆斜了
TELLS = re.compile(
    r"(?:反映|说是?|讲|诉苦|来电话?|电话(?:里|来)?|打来的?|微信|[捎带][了来个张口]{0,3}(?:信|话|纸条)|来信|留言|短信)$"
)
LIST_GAP = re.compile(
    r"(?:家|户|屋里|屋|那边|那儿|那|他们|两口子)?(?:[、,，/ ]|和|跟|与|及|以及|还有|同)+"
    r"(?:[\d一二三四五六七八九十]{1,2}[组社]的?)?"
)
LED = re.compile(
    r"(?:[跟和与给向对把被叫让替帮为到去看访找陪问是说讲来请]|看望"
    r"|走访|回访|[看去到]了|说是|联系|通知|隔壁|邻居|对门|亲家)$"
)
TOGETHER = re.compile(
    r"^(?:他们|这|那)?(?:[两二三四五六七八几\d]+[家户])?(?:都|全|均|一致|一样|也都|全都|统统|齐声|共同)"
    r"|[两三四五六\d][家户]都|都(?:反映|说|讲|嫌|愁|没|缺|想|要|有)"
)
# said before its household: 说好了啊，许家旺，你那补贴表…; 保证！…我把吴桂花家的…
ANNOUNCES = re.compile(
    r"^(?:我|咱|可|都|跟你){0,3}(?:[说讲谈]好了?的?|[说讲谈]定了?的?|保证|答应[过了]?的?(?:事[^，。；]{0,3})?|承诺|一言为定)[啊哈呀哦]?$"
    r"|^[^，。；他她我]{2,7}的事儿?[啊哈]?$|^[^，。；他她我]{0,6}(?:总算|可算|终于)[^，。；没不]{1,3}[好通]了$"
)
# who has come to enjoy it tells whose it was: 水沟清完了，梁永红讲这下放心
PLEASED = led(
    r"放心|安心|踏实|满意|高兴|感谢|谢谢|道谢|感激|乐得|笑得|夸|舒坦|松了[一]?口气|试了(?:一?试|[一几两]?下)|(?<!拿)给我[喝尝吃看]|竖[起着]?(?:大)?拇指|点头说"
)
IDENTIFIES = re.compile(
    r"^(?:我?说的|[他她]|阿[公婆爷]|老(?:人家?|汉|头|太太?)|大[爷娘妈]|奶奶|[这那]?(?:一)?[家户人个]人?)(?:嘛|呢)?就?是(?:的|咱|我们?|[一二三四五六七八九十\d]{1,2}[组社队]的?)?$"
)
NEXT = 2  # clauses in which that household is named
# 侯大勇倒是没来: a household that has no part in what is told
# 把高玉兰的三轮颠翻了: who came to harm by what is everybody's
PUBLIC_THING = led(r"乡道|村道|县道|公路|大路|路[上面中]|桥[上面头]|路口|村口|坡道|路边")
HARMED = re.compile(
    r"(?:把|害得?|连|险些|差点)[^，。；]{2,10}(?:颠|绊|摔|滑|刮|撞|闪|掉|崴|跌)|(?:绊|滑|摔|颠|跌)倒了?[^，。；]{0,4}$"
)
NOT_THERE = re.compile(
    r"^(?:家|户)?的?(?:人)?(?:倒是?|却|可|就|也)?(?:没来|没到场|没吭声|没说话|没吱声)了?$"
)
REMEMBERED = 30  # names of a message that a later 老赵 may mean; nobody lists more
LEAST = 4  # characters between two households that can say something of the first


@dataclass(eq=False)
class Part:
    """A clause, or as much of one as is about the same people.

    clause: these words; whole: the clause of the message they stand in; people: the households
    it is about, None for the village or nobody named.
    """

    clause: Clause
    whole: Clause
    people: tuple[Who | None, ...]


@dataclass
class _View:
    """Who is in view while a message is read."""

    people: tuple[Who, ...] = ()
    named: list[Who] = field(default_factory=list)
    listed: list[Who] = field(default_factory=list)  # every household named so far, once
    together: int = -1  # the sentence that tells of all of them
    meeting: int = -1  # the sentence that tells of a villagers' meeting
    teller: int = -1  # the sentence whose last clause only said who tells what follows
    public: int = -1  # the sentence that tells of what is everybody's
    speaker: int = -1  # the sentence in which one of those who met has the word

    def about(self, clause: Clause) -> tuple[Who | None, ...]:
        """The households a clause is about."""
        if MEETING.search(clause.text):
            self.meeting = clause.sentence
        if clause.mentions and self.people and is_neighbour(clause):
            return self.people
        meant = () if clause.mentions else again(clause.text, self.listed, self.people)
        if meant:
            self.people = tuple(one for one in meant if one)
            return meant
        if clause.mentions and self.people and _not_there(clause):
            return self.people
        harmed = clause.mentions and not self.people and self.public == clause.sentence
        if harmed and HARMED.search(clause.text):
            return (None,)
        if clause.mentions:
            self.people = self._people(clause)
            self.teller = clause.sentence if TELLS.search(clause.text) else -1
            return self.people if not self._met(clause) else (None,)
        told = self.teller == clause.sentence and len(self.people) == 1
        self.teller = -1
        if PUBLIC_THING.search(clause.text):
            self.public = clause.sentence
        if self._met(clause) or (self._turns(clause) and not told):
            self.people = ()
        if TOGETHER.search(clause.text):
            self.together = clause.sentence
        if len(self.people) > 1 and self.together != clause.sentence:
            return self.people[-1:]
        return self.people or (None,)

    def _met(self, clause: Clause) -> bool:
        """Whether it tells of all who met, and of nobody who has the word there."""
        if self.meeting == clause.sentence and len(clause.mentions) == 1 and not _hosts(clause):
            self.speaker = clause.sentence
        heard = self.speaker == clause.sentence and len(clause.mentions) < 2
        return self.meeting == clause.sentence and not heard

    def _turns(self, clause: Clause) -> bool:
        """Whether a clause turns away from the household."""
        if clause.before != "hard" and AT_CLINIC.search(clause.text):
            return False
        if SAYS_FIRST.search(clause.text) or OF_HOUSE.search(clause.text):
            return False
        if clause.before == "soft" and APPOSED.search(clause.text):
            return False
        return bool(PUBLIC.search(clause.text)) or (
            clause.before == "hard"
            and bool(OWN_TURN.search(clause.text))
            and not ERRAND.search(clause.text)
        )

    def _people(self, clause: Clause) -> tuple[Who, ...]:
        """Those a clause names: a list as a whole, else the one who speaks or is spoken of."""
        groups = lists_of(clause)
        chosen = (
            groups[0]
            if len(groups) == 1 or _speaks(clause, groups[0][-1])
            else _topic(clause, groups)
        )
        people = [self._settled(who(one)) for one in chosen]
        self._list(clause)
        self.named = [*self.named, *people][-REMEMBERED:]
        return tuple(
            one
            for place, one in enumerate(people)
            if not any(same(one, other) for other in people[:place])
        )

    def _list(self, clause: Clause) -> None:
        """Remember all whom a clause names, in the order in which they were first named."""
        for one in (self._settled(who(mention)) for mention in clause.mentions):
            if len(self.listed) < REMEMBERED and not any(same(one, it) for it in self.listed):
                self.listed.append(one)

    def _settled(self, one: Who) -> Who:
        """老赵 after 赵有根 is 赵有根."""
        if len(one.fits) < 2:
            return one
        before = {
            other.known.id: other
            for other in self.named
            if other.known and other.known in one.fits
        }
        return next(iter(before.values())) if len(before) == 1 else one


def parts_of(scene: Scene) -> list[Part]:
    """All parts of a message in order, each with whom it is about."""
    view = _View()
    found = [
        Part(part, whole, view.about(part)) for whole in scene.clauses for part in _cut(whole)
    ]
    for index, one in enumerate(found):
        if one.people == (None,) and ANNOUNCES.search(one.clause.text.strip()):
            one.people = _announced(found[index + 1 : index + 1 + NEXT])
        if one.people[0] and _identifies(one.clause):
            _all_about(found[:index], one.people)
        if one.people[0] and one.clause.mentions and PLEASED.search(one.clause.text):
            _given_back(found[:index], one)
    return found


def _given_back(before: list[Part], pleased: Part) -> None:
    """Give what was mended before in the sentence to the only household, who is pleased with it."""
    told = [one for one in before if one.clause.sentence == pleased.clause.sentence]
    if pleased.clause.at(pleased.clause.mentions[0].start) > 2 or not told:
        return
    if told[-1].people != (None,) or not any(_mended(one.clause) for one in told):
        return
    _all_about(told, pleased.people)


def _all_about(parts: list[Part], people: tuple[Who | None, ...]) -> None:
    """Parts about nobody named are about these."""
    if any(one.people != (None,) for one in parts):
        parts = [
            one for one in parts if one.people == (None,) and not PUBLIC.search(one.clause.text)
        ]
    for one in parts:
        one.people = people


def _identifies(clause: Clause) -> bool:
    """阿公就是汪成林: who it was that all the message told of."""
    if len(clause.mentions) != 1:
        return False
    one = clause.mentions[0]
    behind = clause.text[clause.at(one.end) :].strip()
    return not behind.strip("家户") and bool(
        IDENTIFIES.search(clause.text[: clause.at(one.start)])
    )


def _mended(clause: Clause) -> bool:
    return bool(effects_in(clause.text)) or clause.has("steps.end")


def _announced(behind: list[Part]) -> tuple[Who | None, ...]:
    """The household that follows what only says that something is pledged or mended."""
    return next((one.people for one in behind if one.clause.mentions), (None,))


def households_in_view(scene: Scene, parts: list[Part]) -> dict[Clause, Who | None]:
    """Which household each clause is about: its own, else the last one named."""
    if len(parts) == len(scene.clauses):  # none was cut: they have been looked at already
        return {one.whole: one.people[-1] for one in parts}
    view = _View()
    found = {one: view.about(one)[-1] for one in scene.clauses}
    return found | {one.whole: one.people[-1] for one in parts if not found[one.whole]}


def lists_of(clause: Clause) -> list[list[Mention]]:
    """The mentions of a clause, those that are listed together in one."""
    groups: list[list[Mention]] = []
    for one in clause.mentions:
        if groups and LIST_GAP.fullmatch(_between(clause, groups[-1][-1], one)):
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _between(clause: Clause, first: Mention, second: Mention) -> str:
    return clause.text[clause.at(first.end) : clause.at(second.start)]


def _not_there(clause: Clause) -> bool:
    """Whether it only tells that somebody else did not come."""
    return bool(NOT_THERE.search(clause.text[clause.at(clause.mentions[-1].end) :].strip()))


def _hosts(clause: Clause) -> bool:
    """Whether its only household is where they met."""
    one = clause.mentions[0]
    led = VENUE_LED.search(clause.text[: clause.at(one.start)])
    return bool(led and VENUE.search(clause.text[clause.at(one.end) :]))


def _speaks(clause: Clause, one: Mention) -> bool:
    return bool(SPEAKER.search(clause.text[clause.at(one.end) :]))


def _topic(clause: Clause, groups: list[list[Mention]]) -> list[Mention]:
    """The first that no preposition leads, else the first."""
    free = [one for one in groups if not LED.search(clause.text[: clause.at(one[0].start)])]
    return (free or groups)[0]


def _cut(clause: Clause) -> list[Clause]:
    """A clause without marks, cut where it goes on to another household."""
    starts = [clause.start]
    groups = lists_of(clause)
    for before, one in pairwise(groups):
        gap = _between(clause, before[-1], one[0])
        again = one[0].fits and any(one[0].fits == other.fits for other in before)
        if again or (len(gap) >= LEAST and not LED.search(gap) and not _speaks_only(gap)):
            starts.append(one[0].start)
    if len(starts) == 1:
        return [clause]
    return [
        _slice(clause, start, end)
        for start, end in zip(starts, [*starts[1:], clause.end], strict=True)
    ]


def _speaks_only(gap: str) -> bool:
    return bool(re.fullmatch(rf"{SPEAKER.pattern[1:]}(?:是|的|过|着|了|道)?", gap))


def _slice(clause: Clause, start: int, end: int) -> Clause:
    """A part of a clause as a clause of its own."""
    part = Clause(
        clause.text[clause.at(start) : clause.at(end)], start, end,
        clause.before if start == clause.start else "cue", clause.sentence, clause.lexicon, clause.question,
    )  # fmt: skip
    part.times = [one for one in clause.times if start <= one.start < end]
    part.durations = [one for one in clause.durations if start <= one.start < end]
    part.mentions = [one for one in clause.mentions if start <= one.start < end]
    return part
