"""How well messages are understood, against labels: `python benchmarks/understanding.py FILE…`.

For each type precision, recall and F1; exact minutes, dates, households, categories; false
alarms in small talk; dangerous errors with their ids; whole messages right. The labels are in
the schema of `zhucun understand`.

--errors  every message read otherwise than labelled, both sides
--split   totals of the tuning files and of the kept-out files apart, nothing else
--speed   milliseconds a message among 1,000 households, and to index them
Files named kept_out are for counting only: their words are shown with --reveal alone.
"""

import argparse
import json
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from ledger.mentions import Village
from ledger.reading.answer import answer_of, village_of
from ledger.reading.lexicon import load_lexicon
from ledger.reading.reader import read

TYPES = ("study", "visit", "issue", "progress", "leave", "return", "presence", "promise")
DATES = ("date", "period", "from", "to", "deadline", "by")
FREE = {"topic"}  # words: scored apart, no part of a whole message
KEPT_OUT = "kept_out"  # in a file's name: its words stay out of sight while rules are tuned
HOUSEHOLDS, ROUNDS = 1000, 5  # of --speed: the ledger's size, readings of each message
Report = dict[str, Any]
Answer = dict[str, Any]
Pairs = list[tuple[Report, Report]]


@dataclass
class Score:
    """Counts over all messages."""

    messages: int = 0
    whole: int = 0
    quiet: int = 0
    invented: int = 0
    right: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    labelled: Counter[str] = field(default_factory=Counter)
    fields: Counter[tuple[str, bool]] = field(default_factory=Counter)
    dangers: dict[str, list[str]] = field(default_factory=dict)

    @property
    def whole_share(self) -> float:
        """Messages read in every exact part as labelled, of all."""
        return self.whole / max(self.messages, 1)

    def f1(self, type: str) -> float:
        """The harmonic mean of precision and recall of one type."""
        return 2 * self.right[type] / max(self.told[type] + self.labelled[type], 1)

    def exact(self, name: str) -> float:
        """The share of reports of the right type whose field is as labelled."""
        good, bad = self.fields[name, True], self.fields[name, False]
        return good / max(good + bad, 1)

    def add(self, gold: Answer, found: Answer) -> bool:
        """Count one message; True when it was read as labelled."""
        self.messages += 1
        pairs, missed, extra = paired(gold["reports"], found["reports"])
        self.labelled.update(one["type"] for one in gold["reports"])
        self.told.update(one["type"] for one in found["reports"])
        self.right.update(one["type"] for one, _ in pairs)
        for one, other in pairs:
            self._fields(one, other)
        self.quiet += not gold["reports"]
        self.invented += not gold["reports"] and bool(found["reports"])
        self._dangers(gold, found, pairs, extra)
        whole = not missed and not extra and all(same(a, b) for a, b in pairs)
        whole = whole and set(gold.get("mask", [])) == set(found["mask"])
        self.whole += whole
        return whole

    def _fields(self, one: Report, other: Report) -> None:
        for name in one.keys() | other.keys():
            if name == "type":
                continue
            about = (
                "dates" if name in DATES else "household" if name.startswith("house") else name
            )
            self.fields[about, one.get(name) == other.get(name)] += 1

    def _dangers(self, gold: Answer, found: Answer, pairs: Pairs, extra: list[Report]) -> None:
        id = gold["id"]
        for one in extra:
            if one["type"] in {"study", "visit", "leave"}:
                self._danger(f"{one['type']} filed that was not done by the sender", id)
        for one, other in pairs:
            if other.get("done") and not one.get("done"):
                self._danger("done where it is not", id)
        known = [name for one in gold["reports"] for name in people(one)]
        named = [name for one in found["reports"] for name in people(one)]
        if gold["reports"] and any(name not in known for name in named):
            self._danger("household invented", id)
        if set(gold.get("mask", [])) - set(found["mask"]):
            self._danger("number not masked", id)

    def _danger(self, what: str, id: str) -> None:
        self.dangers.setdefault(what, []).append(id)


def people(one: Report) -> list[str]:
    """The households of a report."""
    return [*one.get("households", []), *([one["household"]] if one.get("household") else [])]


def same(one: Report, other: Report) -> bool:
    """Whether two reports agree in all that is exact."""
    return all(one.get(name) == other.get(name) for name in (one.keys() | other.keys()) - FREE)


def likeness(one: Report, other: Report) -> int:
    """How many fields two reports of one type share."""
    return sum(one.get(name) == other.get(name) for name in one.keys() | other.keys())


def paired(gold: list[Report], found: list[Report]) -> tuple[Pairs, list[Report], list[Report]]:
    """Reports of one type paired by likeness; those labelled and missed, those invented."""
    choices = [
        (likeness(a, b), i, j)
        for i, a in enumerate(gold)
        for j, b in enumerate(found)
        if a["type"] == b["type"]
    ]
    pairs: dict[int, int] = {}
    for _, i, j in sorted(choices, key=lambda one: -one[0]):
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    missed = [one for i, one in enumerate(gold) if i not in pairs]
    extra = [one for j, one in enumerate(found) if j not in pairs.values()]
    return [(gold[i], found[j]) for i, j in pairs.items()], missed, extra


def lines(paths: list[Path]) -> Iterator[Answer]:
    """Every labelled message of some files."""
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def report_of(score: Score, *, ids: bool = True) -> str:
    """The figures as lines of text; `ids`: with the messages of the dangerous errors."""
    out = [
        f"messages {score.messages}, whole {score.whole_share:.3f}, "
        f"invented in small talk {score.invented} of {score.quiet}"
    ]
    out += [_type_line(score, one) for one in TYPES]
    for name in sorted({name for name, _ in score.fields}):
        of = score.fields[name, True] + score.fields[name, False]
        out.append(f"{name:9} exact {score.exact(name):.3f} of {of}")
    for what, which in sorted(score.dangers.items()):
        out.append(f"dangerous: {what}: {len(which)} {' '.join(which) if ids else ''}".rstrip())
    return "\n".join(out)


def _type_line(score: Score, one: str) -> str:
    right, told, labelled = score.right[one], score.told[one], score.labelled[one]
    precision, recall = right / max(told, 1), right / max(labelled, 1)
    figures = f"P {precision:.3f}  R {recall:.3f}  F1 {score.f1(one):.3f}"
    return f"{one:9} {figures}  ({labelled} labelled, {told} told)"


def answers(paths: list[Path], village: Village, base: date) -> Iterator[tuple[Answer, Answer]]:
    """Each labelled message with what it is read as."""
    lexicon = load_lexicon()
    for gold in lines(paths):
        reading = read(gold["text"], base=base, village=village, lexicon=lexicon)
        yield gold, answer_of(gold["id"], reading)


def score_of(paths: list[Path], village: Village, base: date, *, errors: bool = False) -> Score:
    """The score of some files; `errors`: what is read wrong is printed on the way."""
    score = Score()
    for gold, found in answers(paths, village, base):
        if not score.add(gold, found) and errors:
            print_error(gold, found)
    return score


def print_split(paths: list[Path], village: Village, base: date) -> None:
    """Totals of the files for tuning and of those kept out."""
    kept = [path for path in paths if KEPT_OUT in path.name]
    for name, part in (
        ("tuning", [one for one in paths if one not in kept]),
        ("kept out", kept),
    ):
        if part:
            print(f"— {name}: {len(part)} files")
            print(report_of(score_of(part, village, base), ids=False))


# speed
def generated(count: int) -> list[dict[str, Any]]:
    """So many households with the demo county's names, every fourth with another name."""
    words = tomllib.loads(files("ledger").joinpath("demo.toml").read_text(encoding="utf-8"))
    surnames, given = words["surnames"], words["given_household"]
    pairs = [(surname, name) for name in given for surname in surnames]
    step = len(pairs) // count
    return [
        {
            "name": f"{surname}{name}",
            "group": words["groups"][number % len(words["groups"])],
            "aliases": [f"老{surname}头"] if number % 4 == 0 else [],
        }
        for number, (surname, name) in enumerate(pairs[: count * step : step])
    ]


def print_speed(paths: list[Path], base: date) -> None:
    """Milliseconds a message: the median and what one in a hundred exceeds."""
    lexicon, messages = load_lexicon(), [one["text"] for one in lines(paths)]
    start = time.perf_counter()
    village = village_of(generated(HOUSEHOLDS))
    indexed = time.perf_counter() - start
    taken = []
    for number in range(ROUNDS + 1):
        for text in messages:
            start = time.perf_counter()
            read(text, base=base, village=village, lexicon=lexicon)
            if number:  # the first round warms up
                taken.append((time.perf_counter() - start) * 1000)
    print(
        f"{len(messages)} messages {ROUNDS} times, {HOUSEHOLDS} households: "
        f"median {median(taken):.2f} ms, p99 {quantiles(taken, n=100)[98]:.2f} ms, "
        f"longest {max(taken):.2f} ms; index {indexed * 1000:.0f} ms"
    )


def main() -> None:
    """Score files and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument(
        "--ledger", type=Path, default=Path("tests/understanding/households.json")
    )
    parser.add_argument("--now", default="2026-11-20T18:30+08:00")
    for name in ("errors", "reveal", "split", "speed"):
        parser.add_argument(f"--{name}", action="store_true")
    given = parser.parse_args()
    if given.errors and not given.reveal and any(KEPT_OUT in one.name for one in given.files):
        parser.error("the words of kept_out files are not shown; --reveal shows them after all")
    base = date.fromisoformat(given.now[:10])
    village = village_of(json.loads(given.ledger.read_text(encoding="utf-8")))
    if given.speed:
        print_speed(given.files, base)
    elif given.split:
        print_split(given.files, village, base)
    else:
        print(report_of(score_of(given.files, village, base, errors=given.errors)))


def print_error(gold: Answer, found: Answer) -> None:
    """One message read otherwise than labelled, both sides."""
    pairs, missed, extra = paired(gold["reports"], found["reports"])
    print(gold["id"], gold["text"].replace("\n", "⏎"))
    for one in missed:
        print("   MISSED", short(one))
    for one in extra:
        print("   EXTRA ", short(one))
    for one, other in pairs:
        if not same(one, other):
            print("   WRONG ", short(one), "<>", short(other))
    if set(gold.get("mask", [])) != set(found["mask"]):
        print("   MASK  ", gold.get("mask"), "<>", found["mask"])


def short(one: Report) -> str:
    """A report in one line."""
    told = [f"{k}={v}" for k, v in one.items() if k != "type" and v not in (None, False)]
    return f"{one['type']} {', '.join(told)}"


if __name__ == "__main__":
    main()
