"""Learns ledger/reading/weights.json: which short runs of characters speak for progress or an issue.

    PYTHONPATH=. python scripts/weigh_words.py

From the labelled messages that rules may be tuned on (tests/understanding/tuning_*, examples),
never from those kept out. Logistic regression with an L1 penalty, by coordinate descent;
the same files give the same weights.
"""

import json
from collections import Counter
from math import exp
from pathlib import Path

from ledger.reading.weights import FILE, KINDS, LONGEST, grams

LABELLED = Path(__file__).parents[1] / "tests" / "understanding"
SEEN = 4  # a run of characters in fewer messages teaches nothing
PENALTY = 1.7  # about 430 runs a kind are left
ROUNDS = 30


def main() -> None:
    """Read the labels, learn one set of weights a kind, write the file."""
    told = [
        json.loads(line) for path in _files() for line in path.read_text("utf-8").splitlines()
    ]
    names = sorted({name for one in told for name in _names(one)}, key=len, reverse=True)
    texts = [_without_names(one["text"], names) for one in told]
    counted = Counter(gram for text in texts for gram in grams(text))
    known = sorted(gram for gram, seen in counted.items() if seen >= SEEN)
    place = {gram: number for number, gram in enumerate(known)}
    rows = [[place[gram] for gram in grams(text) if gram in place] for text in texts]
    learned = {
        kind: learn(rows, [_tells(one, kind) for one in told], len(known)) for kind in KINDS
    }
    FILE.write_text(_written(known, learned), encoding="utf-8")


def learn(rows: list[list[int]], labels: list[bool], size: int) -> tuple[float, list[float]]:
    """Bias and weights, one coordinate after the other, each by a Newton step."""
    holders: list[list[int]] = [[] for _ in range(size)]
    for number, row in enumerate(rows):
        for one in row:
            holders[one].append(number)
    signs, sums, weights, bias = (
        [1.0 if one else 0.0 for one in labels],
        [0.0] * len(rows),
        [0.0] * size,
        0.0,
    )
    everyone = list(range(len(rows)))
    for turn in range(ROUNDS):
        change = _newton(everyone, sums, signs, bias, 0.0)
        bias += change
        _add(sums, everyone, change)
        for one, held in enumerate(holders):
            if turn % 5 and not weights[one]:
                continue  # what is nothing is looked at in every fifth round only
            change = _newton(held, sums, signs, weights[one], PENALTY)
            if change:
                weights[one] += change
                _add(sums, held, change)
    return bias, weights


def _newton(
    held: list[int], sums: list[float], signs: list[float], weight: float, penalty: float
) -> float:
    """By how much a weight changes, given what the messages that hold its run add up to."""
    slope, bend = 0.0, 1e-6
    for one in held:
        likely = 1 / (1 + exp(-sums[one]))
        slope += likely - signs[one]
        bend += likely * (1 - likely)
    wanted = weight * bend - slope
    new = (
        0.0
        if abs(wanted) <= penalty
        else (wanted - penalty if wanted > 0 else wanted + penalty) / bend
    )
    return max(-1.0, min(1.0, new - weight))


def _add(sums: list[float], held: list[int], change: float) -> None:
    for one in held:
        sums[one] += change


def _files() -> list[Path]:
    return [LABELLED / "examples.jsonl", *sorted(LABELLED.glob("tuning_*.jsonl"))]


def _names(message: dict) -> set[str]:
    said = (one.get("household") for one in message["reports"])
    return {one for one in said if one and len(one) > 1}


def _without_names(text: str, names: list[str]) -> str:
    for name in names:
        text = text.replace(name, "*")
    return text


def _tells(message: dict, kind: str) -> bool:
    return any(one["type"] == kind for one in message["reports"])


def _written(known: list[str], learned: dict[str, tuple[float, list[float]]]) -> str:
    lines = {"": [round(learned[kind][0], 2) for kind in KINDS]}
    for number, gram in enumerate(known):
        told = [round(learned[kind][1][number], 2) for kind in KINDS]
        if any(told):
            lines[gram] = told
    rows = (f"{json.dumps(gram, ensure_ascii=False)}: {told}" for gram, told in lines.items())
    return "{\n" + ",\n".join(rows) + "\n}\n"


if __name__ == "__main__":
    assert LONGEST == 4
    main()
