"""How well messages are understood: floors over all labelled messages, and sound labels.

The figures are those of benchmarks/understanding.py. No message is shown here: the kept-out
ones stay out of sight of whoever tunes the rules.
"""

import importlib.util
import json
import sys
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from source import ROOT

from ledger.reading.answer import village_of
from ledger.reading.lexicon import load_lexicon

FOLDER = ROOT / "tests" / "understanding"
TUNING = sorted(FOLDER.glob("tuning_*.jsonl"))
KEPT_OUT = sorted(FOLDER.glob("kept_out_*.jsonl"))
ALL = [FOLDER / "examples.jsonl", *TUNING, *KEPT_OUT]
BASE = date(2026, 11, 20)
LABELLED = 400  # at least so many messages
UNSEEN = 150  # at least so many nobody has tuned on
SAMPLED = 4  # every so many of the files that are learned from: all of them take a minute
SHORT = 6  # characters: such a message may be said by anybody

# What is reached may not fall below: over a sample of all labelled files, which are learned from,
# and over the kept-out ones alone. A kept-out study, leave or return is one of some sixty to
# ninety: two of them are two to three in a hundred.
F1 = {
    "study": (0.97, 0.93),
    "visit": (0.95, 0.94),
    "issue": (0.94, 0.90),
    "progress": (0.94, 0.90),
    "leave": (0.96, 0.90),
    "return": (0.95, 0.89),
    "presence": (0.95, 0.91),
    "promise": (0.97, 0.94),
}
EXACT = {
    "minutes": (0.97, 0.92),
    "dates": (0.97, 0.95),
    "household": (0.97, 0.94),
    "category": (0.96, 0.90),
    "done": (0.97, 0.94),
    "kind": (0.96, 0.94),
    "exchange": (0.97, 0.95),
    "issue_no": (0.98, 0.96),
    "tier": (0.98, 0.98),
}
WHOLE = (0.89, 0.78)  # the share of messages right in every exact part
# At most so many messages.
INVENTED = (45, 14)  # something read into small talk
DANGEROUS = {
    "done where it is not": (5, 3),
    "household invented": (20, 6),
    "leave filed that was not done by the sender": (8, 4),
    "number not masked": (0, 0),
    "study filed that was not done by the sender": (8, 6),
    "visit filed that was not done by the sender": (35, 10),
}


@cache
def scoring() -> ModuleType:
    """benchmarks/understanding.py."""
    path = ROOT / "benchmarks" / "understanding.py"
    spec = importlib.util.spec_from_file_location("understanding_benchmark", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


@cache
def households() -> list[dict[str, Any]]:
    """The labelled village's ledger."""
    found: list[dict[str, Any]] = json.loads(
        (FOLDER / "households.json").read_text(encoding="utf-8")
    )
    return found


@cache
def scored(kept_out: bool) -> Any:
    """The score of all files, or of the kept-out ones alone."""
    paths = KEPT_OUT if kept_out else [FOLDER / "examples.jsonl", *TUNING[::SAMPLED]]
    return scoring().score_of(paths, village_of(households()), BASE)


def labelled(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# floors
@pytest.mark.parametrize("kept_out", [False, True])
@pytest.mark.parametrize("type", F1)
def test_each_type_is_found(type: str, kept_out: bool) -> None:
    assert scored(kept_out).f1(type) >= F1[type][kept_out]


@pytest.mark.parametrize("kept_out", [False, True])
@pytest.mark.parametrize("name", EXACT)
def test_what_is_exact_is_right(name: str, kept_out: bool) -> None:
    assert scored(kept_out).exact(name) >= EXACT[name][kept_out]


@pytest.mark.parametrize("kept_out", [False, True])
def test_whole_messages_are_right(kept_out: bool) -> None:
    assert scored(kept_out).whole_share >= WHOLE[kept_out]


@pytest.mark.parametrize("kept_out", [False, True])
@pytest.mark.parametrize("what", DANGEROUS)
def test_dangerous_errors_are_few(what: str, kept_out: bool) -> None:
    found = scored(kept_out).dangers.get(what, [])
    assert len(found) <= DANGEROUS[what][kept_out], " ".join(found)


@pytest.mark.parametrize("kept_out", [False, True])
def test_every_dangerous_error_has_its_limit(kept_out: bool) -> None:
    assert set(scored(kept_out).dangers) <= set(DANGEROUS)


@pytest.mark.parametrize("kept_out", [False, True])
def test_little_is_read_into_small_talk(kept_out: bool) -> None:
    assert scored(kept_out).invented <= INVENTED[kept_out]


# the labels
def test_there_are_enough_messages() -> None:
    assert sum(len(labelled(path)) for path in ALL) >= LABELLED


def test_enough_messages_are_kept_out_of_sight() -> None:
    """Half of the three hundred that are asked for, at least; tuning files may grow without end."""
    assert sum(len(labelled(path)) for path in KEPT_OUT) >= UNSEEN


def test_no_message_stands_twice() -> None:
    """A short 收到 may; told by ids, for the words of some are kept out of sight."""
    every = [one for path in ALL for one in labelled(path)]
    assert len({one["id"] for one in every}) == len(every)
    first: dict[str, str] = {}
    twice = [
        (first[text], one["id"])
        for one in every
        if len(text := one["text"].strip()) > SHORT
        and first.setdefault(text, one["id"]) != one["id"]
    ]
    assert not twice


WORDS = (str, type(None))
FIELDS: dict[str, dict[str, tuple[type, ...]]] = {
    "study": {"minutes": (int, type(None)), "topic": WORDS, "exchange": (bool,)},
    "visit": {"households": (list,)},
    "issue": {"household": WORDS, "category": (str,), "deadline": WORDS, "tier": WORDS},
    "progress": {"issue_no": (int, type(None)), "household": WORDS, "done": (bool,)},
    "leave": {"from": (str,), "to": (str,), "kind": WORDS},
    "return": {},
    "presence": {},
    "promise": {"household": WORDS, "by": WORDS},
}
DATED = {"study", "visit", "return", "presence"}
KINDS = {"病假", "事假", "公假", "公休", "轮休", "公差", None}


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_every_label_follows_the_schema(path: Path) -> None:
    wrong = {one["id"]: found for one in labelled(path) if (found := faults_of(one))}
    assert not wrong


def faults_of(one: dict[str, Any]) -> list[str]:
    """What is wrong with the labels of a message, without its words."""
    found = [f"no {key}" for key in ("text", "reports", "mask", "asks") if key not in one]
    found += [f"strange {key}" for key in one.keys() - KEYS]
    found += [
        f"mask {place}" for place, part in enumerate(one["mask"]) if part not in one["text"]
    ]
    found += [f"ask {place}" for place, ask in enumerate(one["asks"]) if set(ask) != ASK]
    return found + [fault for report in one["reports"] for fault in faults_in(report)]


KEYS = {"id", "text", "reports", "mask", "asks", "corrects"}
ASK = {"about", "question", "choices"}


def faults_in(report: dict[str, Any]) -> list[str]:
    """What is wrong with one report of a label."""
    type = report.get("type")
    if type not in FIELDS:
        return [f"type {type}"]
    given = report.keys() - {"type"}
    when = given & {"date", "period"} if type in DATED else set()
    found = [] if len(when) == (type in DATED) else [f"{type} without its day"]
    if given - when != FIELDS[type].keys():
        found.append(f"{type} with {sorted(given)}")
    return found + values_wrong(type, report)


def values_wrong(type: str, report: dict[str, Any]) -> list[str]:
    """Fields of a report with a value no reading can have."""
    fields = FIELDS[type].items()
    found = [name for name, types in fields if not is_one_of(report.get(name), types)]
    days = [report.get(name) for name in ("date", "from", "to", "deadline", "by")]
    days += list(report.get("period", {}).values())
    found += [f"day {day}" for day in days if day is not None and not is_day(day)]
    if type == "issue" and report["category"] not in load_lexicon().categories:
        found.append("category")
    if type == "issue" and report["tier"] not in {None, "at_once"}:
        found.append("tier")
    if type == "leave" and (report["kind"] not in KINDS or report["from"] > report["to"]):
        found.append("leave")
    return found


def is_one_of(value: object, types: tuple[type, ...]) -> bool:
    return type(value) in types


def is_day(day: object) -> bool:
    try:
        return isinstance(day, str) and date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False


def test_the_ledger_is_a_village() -> None:
    for one in households():
        assert one.keys() == {"name", "group", "kind", "aliases"}
        assert len(one["name"]) > 1
        assert isinstance(one["aliases"], list)
    persons = {(one["name"], one["group"]) for one in households()}
    assert len(persons) == len(households()) > 40
