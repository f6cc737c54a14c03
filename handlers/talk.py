"""A conversation is one function, replayed: `ask` returns the stored answer or stops.

Every message runs the topic's function again with the answers so far. So a talk survives a
restart between any two messages, 返回 drops the last answer, 取消 all of them, and a branch is
an `if`. The function asks first and writes last; it runs in a savepoint that is rolled back
when it stops to ask.
"""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, TypeVar

from ledger import outbox, talks
from ledger.clock import moment
from ledger.database import Session
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.people import EVERYONE, Person, Role
from ledger.reading.lexicon import Lexicon, load_lexicon
from ledger.rules import Rules
from ledger.seed_vault import Vault
from ledger.talks import Answer, Said, State
from ledger.windows import after_night
from templates.words import Words, unmarked

T = TypeVar("T")
Form = Literal["bare", "spaced", "loose"]  # the word alone; set off; glued to what follows

BACK = Option("返回", "返回")
CANCEL = Option("取消", "取消")
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\ufeff\u202a-\u202e\u2066-\u2069]")
LONGEST_LABEL = 24  # characters of a button that is a record's line
LONGEST_ANSWER = 1000  # characters of one answer
ENOUGH = frozenset({"没有", "没有了", "没了", "不用", "不用了", "好了"})  # nothing to add


@dataclass(frozen=True)
class Room:
    """What a conversation has at hand: the open transaction, words, rules, the moment."""

    db: Session
    words: Words
    rules: Rules
    key: bytes
    now: datetime
    vault: Vault  # the seeds of this month's draws
    present: datetime | None = None  # when it is answered, if that may be long after `now`
    lexicon: Lexicon = field(default_factory=load_lexicon)  # the words a sentence is read by
    public_url: str = ""  # where members reach our pages; '' none


class Waiting(Exception):
    """The talk stops here and waits for an answer."""

    def __init__(self, question: str, reply: Reply, misread: str = "") -> None:
        super().__init__(question)
        self.question, self.reply, self.misread = question, reply, misread


@dataclass
class Talk:
    """One run of a topic's function."""

    room: Room
    asker: Person
    state: State
    rest: str
    position: int = 0
    files: list[int] = field(default_factory=list)
    place: str = ""
    exits: bool = True

    @property
    def db(self) -> Session:
        """The open transaction."""
        return self.room.db

    @property
    def now(self) -> datetime:
        """When the message arrived."""
        return self.room.now

    @property
    def today(self) -> date:
        """The day the talk was opened: 昨天 means the same at every replay, past midnight too."""
        opened = self.state.opening.at
        return moment(opened).date() if opened else self.room.now.date()

    @property
    def rules(self) -> Rules:
        """The county's numbers."""
        return self.room.rules

    @property
    def source(self) -> str:
        """The message that opened this talk; its records carry it."""
        return self.state.opening.source

    def say(self, name: str, /, **facts: Any) -> str:
        """Words from templates/chat; they know what day it is."""
        return self.room.words.say(name, **{"today": self.today, **facts})

    def reply(self, name: str, /, options: Iterable[Option] = (), **facts: Any) -> Reply:
        """The last word of a talk, with buttons for what may come next."""
        return Reply(
            self.say(name, **facts), tuple(options), kind="card" if options else "text"
        )

    async def ask(
        self, question: str, /, read: Callable[[str], T], options: Iterable[str | Option] = (),
        **facts: Any,
    ) -> T:  # fmt: skip
        """The answer to this question, or stop and wait for it."""
        answer = self._stored(question)
        if answer is None:
            raise self._wait(question, options, facts)
        self._collect(answer)
        if not answer.text and (answer.files or answer.place):
            self.state.answers.pop(self.position)
            raise self._wait(question, options, facts, note="talk.got_file")
        try:
            value = read(answer.text)
        except Misunderstood as why:
            del self.state.answers[self.position :]
            raise self._wait(question, options, facts, note=why.block, **why.facts) from None
        self.position += 1
        return value

    async def ask_more(self, question: str, done: str) -> list[str]:
        """Take photos, places and words until `done` is said; returns the words."""
        words: list[str] = []
        while True:
            answer = self._stored(question)
            if answer is None:
                facts = {"files": len(self.files), "words": len(words)}
                raise self._wait(question, (done,), facts)
            self._collect(answer)
            self.position += 1
            if answer.text == done or answer.text in ENOUGH:
                return words
            words += [answer.text[:LONGEST_ANSWER]] if answer.text else []

    async def tell(self, person: int, reply: Reply, *, dedupe: str) -> bool:
        """Say something to somebody else, with this talk's transaction; False: he has not joined."""
        return await tell(self.room, person, reply, dedupe=dedupe, by=self.asker)

    def forget(self) -> None:
        """The last answer has been written: it is not replayed, nor can 返回 take it back."""
        self.position -= 1
        del self.state.answers[self.position]

    def _stored(self, question: str) -> Said | None:
        answers = self.state.answers
        if self.position >= len(answers):
            return None
        if answers[self.position].question != question:
            del answers[self.position :]
            return None
        return answers[self.position].said

    def _collect(self, said: Said) -> None:
        self.files += [id for id in said.files if id not in self.files]
        self.place = said.place or self.place

    def _wait(
        self, question: str, options: Iterable[str | Option], facts: dict[str, Any],
        note: str = "", **why: Any,
    ) -> Waiting:  # fmt: skip
        lines = [self.say(note, **{"files": len(self.files), **why})] if note else []
        lines.append(self.say(question, **facts))
        buttons = [one if isinstance(one, Option) else Option(one, one) for one in options]
        buttons += [BACK, CANCEL] if self.exits else []
        words = Reply("\n".join(lines), tuple(buttons), kind="question")
        return Waiting(question, words, note if why else "")


@dataclass(frozen=True)
class Topic:
    """Something one can talk about: the words that open it, the function that holds it."""

    name: str
    words: tuple[str, ...]
    run: Callable[[Talk], Awaitable[Reply]]
    roles: frozenset[Role] = EVERYONE
    form: Form = "spaced"
    aside: bool = False  # said in between: an open talk goes on afterwards
    exits: bool = True  # whether its questions show 返回 and 取消 (they always work)
    settles: bool = (
        False  # each answer is written at once, whatever becomes of the next question
    )
    needs: str = ""  # a word that has to be said with it: 周报 草稿 is not 周报
    dropped: str = "talk.cancelled"  # what 取消 answers; other words where something stands

    def rest_of(self, text: str, *, strict: bool) -> str | None:
        """What follows the opening word; None when the text does not open this topic.

        Strict, while another talk is open, even a loose topic wants its word alone or set off
        by a space or a digit: 「问题不大」 is an answer then.
        """
        if self.needs not in text:
            return None
        for word in self.words:
            if text == word:
                return ""
            if self.form == "bare" or not text.startswith(word):
                continue
            rest = text[len(word) :]
            set_off = rest[0].isspace() or rest[0].isdigit()
            if set_off or (self.form == "loose" and not strict):
                return rest.strip(" ：:，,")
        return None


def normal(text: str) -> str:
    """Letters, digits and spaces in their half-width form, Chinese marks as they are.

    What nobody sees (control characters, marks that turn the direction) is left out.
    """
    shaped = "".join(
        one if one in "，。：；（）！？《》、" else unicodedata.normalize("NFKC", one)
        for one in text
    )
    return UNSEEN.sub("", shaped).strip()


def plain(text: str) -> str:
    """Any words of sensible length."""
    if not text:
        raise Misunderstood("talk.needs_words")
    if len(text) > LONGEST_ANSWER:
        raise Misunderstood("talk.too_long", limit=LONGEST_ANSWER)
    return text


def one_of(choices: dict[str, T]) -> Callable[[str], T]:
    """Read one of these words and nothing else."""

    def read(text: str) -> T:
        if text not in choices:
            raise Misunderstood("talk.choose", choices=list(choices))
        return choices[text]

    return read


def labelled(lines: Iterable[tuple[str, T]]) -> dict[str, T]:
    """A button for each thing by its line; the same words twice are told apart by a number."""
    choices: dict[str, T] = {}
    for line, one in lines:
        words = unmarked(line)[:LONGEST_LABEL]
        same = sum(label.startswith(words) for label in choices)
        choices[f"{words}（{same + 1}）" if words in choices else words] = one
    return choices


async def tell(room: Room, person: int, reply: Reply, *, dedupe: str, by: Person) -> bool:
    """Say something to somebody else, in this transaction; False: he has not joined.

    What one person wants of another waits for the morning, and stands in his 负担 with the name.
    """
    cause = outbox.Cause(outbox.REQUEST, str(by.id)) if person != by.id else outbox.Cause()
    timing = outbox.Timing(outbox.ANSWER, after_night(room.now, room.rules), cause=cause)
    posted = await outbox.post_to(
        room.db, person, reply, dedupe=dedupe, now=room.now, timing=timing
    )
    return posted is not None


async def hold(room: Room, asker: Person, topic: Topic, state: State, rest: str) -> Reply:
    """Run the topic's function; keep the talk when it waits, end it when it is done."""
    talk = Talk(
        room, asker, state, rest, files=list(state.opening.files), place=state.opening.place,
        exits=topic.exits,
    )  # fmt: skip
    try:
        reply = await _run(topic, talk)
    except Refused as why:
        if not state.step:
            raise
        await talks.drop(room.db, asker.id)  # its last question must not catch what comes next
        return Reply(talk.say(why.block, **why.facts))
    except Waiting as waiting:
        state.pending = waiting.question
        state.step += 1
        state.opening = replace(state.opening, files=tuple(talk.files), place=talk.place)
        await talks.save(room.db, asker.id, state, now=room.now, rules=room.rules)
        return Reply(
            waiting.reply.text, waiting.reply.options, kind="question",
            step=state.step_name(asker.id),
        )  # fmt: skip
    if not topic.aside or state.step:
        await talks.drop(room.db, asker.id)
    return reply


async def _run(topic: Topic, talk: Talk) -> Reply:
    if topic.settles:
        return await topic.run(talk)
    async with talk.db.savepoint():
        return await topic.run(talk)


def answered(state: State, said: Said) -> State:
    """The talk with one more answer."""
    return State(
        state.topic, state.opening, [*state.answers, Answer(state.pending, said)],
        state.pending, state.step,
    )  # fmt: skip


async def offers(room: Room, asker: Person, topic: Topic, state: State, word: str) -> bool:
    """Whether the open question has a button that says this very word."""
    asked = replace(state, answers=list(state.answers))
    try:
        async with room.db.savepoint():
            await topic.run(Talk(room, asker, asked, asked.opening.text))
            raise Refused("cards.past")  # it asks nothing any more: nothing of it may stay
    except Waiting as waiting:
        return word in {one.say for one in waiting.reply.options}
    except (Refused, Misunderstood):
        return False


async def misread(room: Room, asker: Person, state: State, topic: Topic, said: Said) -> str:
    """The block with which the open question would turn these words down; empty: it takes them."""
    state = answered(state, said)
    try:
        async with room.db.savepoint():
            await topic.run(Talk(room, asker, state, state.opening.text))
            raise Refused("cards.past")  # a trial: nothing of it may stay
    except Waiting as waiting:
        return waiting.misread
    except (Refused, Misunderstood):
        return ""


def stepped_back(state: State) -> State:
    """The talk without its last answer (返回), and without all that the open question has got."""
    answers = list(state.answers)
    while len(answers) > 1 and answers[-1].question == state.pending:
        answers.pop()
    return State(state.topic, state.opening, answers[:-1], state.pending, state.step)
