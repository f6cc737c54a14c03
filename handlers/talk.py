"""A conversation is one function, replayed: `ask` returns the stored answer or stops.

Every message runs the topic's function again with the answers so far. So a talk survives a
restart between any two messages, 返回 drops the last answer, 取消 all of them, and a branch is
an `if`. The function asks first and writes last; it runs in a savepoint that is rolled back
when it stops to ask.
"""

import unicodedata
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeVar

from ledger import chance, outbox, talks
from ledger.database import Session
from ledger.errors import Misunderstood
from ledger.messages import Option, Reply
from ledger.people import EVERYONE, Person, Role
from ledger.rules import Rules
from ledger.talks import Answer, Said, State
from templates.words import Words

T = TypeVar("T")
Form = Literal["bare", "spaced", "loose"]  # the word alone; set off; glued to what follows

BACK = Option("返回", "返回")
CANCEL = Option("取消", "取消")
LONGEST_ANSWER = 1000  # characters of one answer


@dataclass(frozen=True)
class Room:
    """What a conversation has at hand: the open transaction, words, rules, the moment."""

    db: Session
    words: Words
    rules: Rules
    key: bytes
    now: datetime
    lots: Callable[[], bytes] = chance.fresh_seed  # the seed of a draw


class Waiting(Exception):
    """The talk stops here and waits for an answer."""

    def __init__(self, question: str, reply: Reply) -> None:
        super().__init__(question)
        self.question, self.reply = question, reply


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
        """The day it arrived, in Asia/Shanghai."""
        return self.room.now.date()

    @property
    def rules(self) -> Rules:
        """The county's numbers."""
        return self.room.rules

    @property
    def source(self) -> str:
        """The message that opened this talk; its records carry it."""
        return self.state.opening.source

    def say(self, name: str, /, **facts: Any) -> str:
        """Words from templates/chat."""
        return self.room.words.say(name, **facts)

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

    async def ask_more(self, question: str, done: tuple[str, ...], **facts: Any) -> None:
        """Take photos, places and words until one of `done` is said."""
        while True:
            answer = self._stored(question)
            if answer is None:
                raise self._wait(question, done, {**facts, "files": len(self.files)})
            self._collect(answer)
            self.position += 1
            if answer.text in done:
                return

    async def tell(self, person: int, reply: Reply, *, dedupe: str) -> None:
        """Say something to somebody else; it goes out with this talk's transaction."""
        timing = outbox.Timing(lane=outbox.ANSWER)
        await outbox.post_to(self.db, person, reply, dedupe=dedupe, now=self.now, timing=timing)

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
        buttons += [BACK, CANCEL] if self.position or self.state.answers else [CANCEL]
        return Waiting(question, Reply("\n".join(lines), tuple(buttons), kind="question"))


@dataclass(frozen=True)
class Topic:
    """Something one can talk about: the words that open it, the function that holds it."""

    name: str
    words: tuple[str, ...]
    run: Callable[[Talk], Awaitable[Reply]]
    roles: frozenset[Role] = EVERYONE
    form: Form = "spaced"
    aside: bool = False  # said in between: an open talk goes on afterwards

    def rest_of(self, text: str, *, strict: bool) -> str | None:
        """What follows the opening word; None when the text does not open this topic.

        Strict, while another talk is open, even a loose topic wants its word alone or set off
        by a space or a digit: 「问题不大」 is an answer then.
        """
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
    """Letters, digits and spaces in their half-width form, Chinese marks as they are."""
    shaped = "".join(
        one if one in "，。：；（）！？《》、" else unicodedata.normalize("NFKC", one)
        for one in text
    )
    return shaped.replace("\u200b", "").replace("\ufeff", "").strip()


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


async def hold(room: Room, asker: Person, topic: Topic, state: State, rest: str) -> Reply:
    """Run the topic's function; keep the talk when it waits, end it when it is done."""
    talk = Talk(
        room, asker, state, rest, files=list(state.opening.files), place=state.opening.place
    )
    try:
        async with room.db.savepoint():
            reply = await topic.run(talk)
    except Waiting as waiting:
        state.pending = waiting.question
        state.step += 1
        state.opening = Said(
            state.opening.text, state.opening.source, tuple(talk.files), talk.place
        )
        await talks.save(room.db, asker.id, state, now=room.now, rules=room.rules)
        return Reply(
            waiting.reply.text, waiting.reply.options, kind="question",
            step=state.step_name(asker.id),
        )  # fmt: skip
    if not topic.aside or state.step:
        await talks.drop(room.db, asker.id)
    return reply


def answered(state: State, said: Said) -> State:
    """The talk with one more answer."""
    return State(
        state.topic, state.opening, [*state.answers, Answer(state.pending, said)],
        state.pending, state.step,
    )  # fmt: skip


def stepped_back(state: State) -> State:
    """The talk without its last answer (返回)."""
    return State(state.topic, state.opening, state.answers[:-1], state.pending, state.step)
