"""How issues live in a rehearsal: measures, bureaus and their answers, deadlines, proof, look-backs.

Each working day everybody who is there looks at what is his and says at most one thing about each
matter, by lot; the program does the rest. What came of it is counted in bot/issue_proof.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ledger import issues, look_backs
from ledger.chance import Lots
from ledger.closing import needs_measure
from ledger.custody import Kind
from ledger.database import Session
from ledger.issue_moves import WORKED_ON
from ledger.issues import Issue
from ledger.people import Person
from ledger.rules import Rules

UNIT = "县水务局"
SWEEP = ("过筛子 开始 春季排查 到4月30日", "开始")  # said by the county on its first day
FIRST_LEFT = {
    "measure": 25,
    "hand_over": 10,
    "reply": 10,
    "answer": 18,
    "due": 35,
    "submit": 14,
}
LOOKED_AT = 60  # percent of days on which somebody does what waits for him
WORSE = 40  # percent of look-backs that find it has come back
PICTURED = 70  # percent of requests that come with a new picture
NOT_YET = 10  # percent of requests that are sent back


@dataclass(frozen=True)
class Deed:
    """Something said about an issue; `photo`: sent with a picture of its own."""

    text: str
    photo: str = ""


@dataclass(frozen=True)
class IssueLives:
    """What people do about issues; the same lots make the same lives."""

    lots: Lots
    rules: Rules

    async def deeds(self, db: Session, person: Person, day: date) -> list[Deed]:
        """Everything one person has to say about issues on a working day."""
        found = [deed for one in await self._mine(db, person) if (deed := self._work(one, day))]
        found += [
            deed
            for one in await issues.waiting_for(db, person, day)
            if (deed := self._verified(one, person, day))
        ]
        for one in await look_backs.asked_of(db, person, day):
            if one.due <= day + timedelta(days=3):
                found += self._looked(one.issue, person, day)
        return found

    async def _mine(self, db: Session, person: Person) -> list[Issue]:
        """What he answers for and still works on."""
        every = await issues.open_issues(db, person, limit=1000)
        return [one for one in every if one.owner_id == person.id and one.state in WORKED_ON]

    def _work(self, issue: Issue, day: date) -> Deed | None:
        """The next thing its owner does about it, if it comes to that today."""
        number = f"问题{issue.id}"
        if issue.holder_kind == Kind.UNIT:
            return self._of_unit(issue, day)
        if needs_measure(issue) and self._happens("measure", issue, day):
            return Deed(f"{number} 措施 换了保温水管")
        if day >= issue.due_day - timedelta(days=2) and self._happens("due", issue, day):
            later = max(day, issue.due_day) + timedelta(days=10)
            return Deed(f"{number} 延期 到{later.month}月{later.day}日 等配件")
        if self._happens("submit", issue, day) and not needs_measure(issue):
            return Deed(f"{number} 申请销号 水通了，能正常用水", self._proof(issue))
        return Deed(f"{issue.id}号转{UNIT}，等配件") if self._sent(issue, day) else None

    def _of_unit(self, issue: Issue, day: date) -> Deed | None:
        """A bureau gives the matter back when it is done; a word from it before is only noted."""
        if self._happens("answer", issue, day):
            return Deed(f"{issue.id}号{UNIT}办结退回来了，配件换好了")
        if self._happens("reply", issue, day):
            return Deed(f"{issue.id}号{UNIT}回复，配件下周到")
        return None

    def _sent(self, issue: Issue, day: date) -> bool:
        return self._happens("hand_over", issue, day)

    def _proof(self, issue: Issue) -> str:
        """Most requests come with a picture that was never sent before."""
        return f"after{issue.id}" if self._below(100, "proof", issue.id) < PICTURED else ""

    def _verified(self, issue: Issue, person: Person, day: date) -> Deed | None:
        """A word on what waits for him and was left lying: not every card is pressed."""
        if self._below(100, "verify", issue.id, day, person.id) >= LOOKED_AT:
            return None
        if self._below(100, "not yet", issue.id, day) < NOT_YET:
            return Deed(f"问题{issue.id} 退回 水还是不通")
        return Deed(f"问题{issue.id} 同意销号 电话")

    def _looked(self, issue: Issue, person: Person, day: date) -> Iterator[Deed]:
        if self._below(100, "look back", issue.id, day, person.id) < LOOKED_AT:
            back = self._below(100, "worse", issue.id) < WORSE
            yield Deed(
                f"回头看{issue.id} {'反弹，又断水了' if back else '稳定，去看了，水正常'}"
            )

    def _happens(self, kind: str, issue: Issue, day: date) -> bool:
        return self._below(100, kind, issue.id, day) < FIRST_LEFT[kind]

    def _below(self, most: int, *parts: object) -> int:
        return self.lots.below(most, "issue", *map(str, parts))
