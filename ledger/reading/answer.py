"""A reading as data, for whoever wants to score it: the answer of `zhucun understand`."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ledger.mentions import Known, Village
from ledger.reading.said import (
    IssueSaid,
    LeaveSaid,
    PresenceSaid,
    ProgressSaid,
    PromiseSaid,
    Reading,
    Report,
    ReturnSaid,
    StudySaid,
    VisitSaid,
    Who,
)


def village_of(households: Iterable[Mapping[str, Any]]) -> Village:
    """The index of a household list: name, group, kind and aliases of each."""
    return Village(
        Known(
            number,
            one["name"],
            str(one.get("group") or ""),
            str(one.get("kind") or ""),
            tuple(one.get("aliases") or ()),
        )
        for number, one in enumerate(households, 1)
    )


def answer_of(id: object, reading: Reading) -> dict[str, Any]:
    """One line of the answer: the reports in the message's order, what is masked, what is asked."""
    found: dict[str, Any] = {
        "id": id,
        "reports": [_data(one) for one in reading.reports],
        "mask": list(reading.mask),
        "asks": [
            {"about": one.about, "question": f"“{one.said}”是哪一户？", "choices": list(one.choices)}
            for one in reading.asks
        ],
    }  # fmt: skip
    return found | ({"corrects": True} if reading.corrects else {})


def _data(one: Report) -> dict[str, Any]:
    match one:
        case StudySaid():
            return {
                "type": "study",
                "minutes": one.minutes,
                "topic": one.topic,
                "exchange": one.exchange,
                "date": _iso(one.day),
            }
        case VisitSaid():
            names = [_name(person) for person in one.households]
            return {"type": "visit", "households": names} | _when(one.day, one.until)
        case IssueSaid():
            tier = "at_once" if one.at_once else None
            return {
                "type": "issue",
                "household": _name(one.household),
                "category": one.category,
                "deadline": _iso(one.deadline),
                "tier": tier,
            }
        case ProgressSaid():
            return {
                "type": "progress",
                "issue_no": one.issue_no,
                "household": _name(one.household),
                "done": one.done,
            }
        case LeaveSaid():
            return {
                "type": "leave",
                "from": _iso(one.first),
                "to": _iso(one.last),
                "kind": one.kind,
            }
        case ReturnSaid():
            return {"type": "return", "date": _iso(one.day)}
        case PresenceSaid():
            return {"type": "presence"} | _when(one.day, one.until)
        case PromiseSaid():
            return {"type": "promise", "household": _name(one.household), "by": _iso(one.by)}
    raise TypeError(f"{one!r} is no report")


def _when(day: date, until: date | None) -> dict[str, Any]:
    return {"period": {"from": _iso(day), "to": _iso(until)}} if until else {"date": _iso(day)}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _name(one: Who | None) -> str | None:
    if one is None or one.known:
        return one.name if one else None
    return one.said.removesuffix("家")
