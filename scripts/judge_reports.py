"""Learns ledger/reading/weights_of: the words' weights, and with them the factors of judging.py.

    .venv/bin/pip install scikit-learn
    PYTHONPATH=.:scripts .venv/bin/python scripts/judge_reports.py

The rules are good on the messages they were written after, and so are the weights on those they
were learned from: how far either is to be trusted shows on other messages only. So each fifth of
the messages that no rule was written after is read with weights learned from all but this fifth,
and the factors are learned from what was right and wrong there. Last the weights are learned from
all. The same files give the same tables.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from zlib import crc32

import numpy as np
from sklearn.linear_model import LogisticRegression
from weigh_words import BASE, LABELLED, Labelled, Message, labelled, learn

from benchmarks.understanding import paired
from ledger.reading.answer import answer_of, village_of
from ledger.reading.judging import JUDGED, SAID, Facts, Told, kind_of
from ledger.reading.lexicon import load_lexicon
from ledger.reading.reader import heard, laid_out
from ledger.reading.said import Reading
from ledger.reading.weights import weights
from ledger.reading.wording import worded

NO_RULE_AFTER = "tuning_[567]?.jsonl"  # but for fields: lengths, days, households
PARTS = 5
# How likely a report must be: one that the rules have heard, one that they have not.
LEAST: dict[str, tuple[float, float]] = {
    "visit": (0.55, 0.65),
    "study": (0.6, 0.65),
    "progress": (0.7, 0.75),
    "return": (0.4, 0.5),
    "presence": (0.45, 0.55),
}
USUALLY = (0.5, 0.6)
LOOSE = 0.3  # inverse penalty
Case = tuple[str, str]  # kind, heard or missed


def main() -> None:
    """Learn the factors, then the weights of all messages."""
    unseen = labelled(sorted(LABELLED.glob(NO_RULE_AFTER)))
    known = {message["id"] for message, _ in unseen}
    every = labelled([LABELLED / "examples.jsonl", *sorted(LABELLED.glob("tuning_*.jsonl"))])
    seen = [one for one in every if one[0]["id"] not in known]
    cases: dict[Case, list[tuple[Facts, bool]]] = {}
    for part in range(PARTS):
        learn([*seen, *(one for one in unseen if _part(one) != part)])
        weights.cache_clear()
        for message in (one[0] for one in unseen if _part(one) == part):
            for case, facts, right in _cases(message):
                cases.setdefault(case, []).append((facts, right))
    learned = ((*case, _learned(case, told)) for case, told in sorted(cases.items()))
    JUDGED.write_text(_written(learned), encoding="utf-8")
    learn(every)


def _part(one: Labelled) -> int:
    return crc32(one[0]["id"].encode()) % PARTS


def _cases(message: Message) -> Iterator[tuple[Case, Facts, bool]]:
    """What was heard, and whether it is right; what was not, and whether it was missed."""
    village = village_of(json.loads((LABELLED / "households.json").read_text("utf-8")))
    scene, _ = laid_out(message["text"], base=BASE, village=village, lexicon=load_lexicon())
    if scene.ordered:
        return
    told, _ = heard(scene)
    right = _right(message, told)
    for place, one in enumerate(told.found):
        yield (kind_of(one), "heard"), told.heard(one), place in right
    labels = {one["type"] for one in message["reports"]}
    for kind in SAID.keys() - set(told.kinds):
        yield (kind, "missed"), told.missed(kind), kind in labels


def _right(message: Message, told: Told) -> set[int]:
    """The places of the reports among those heard that are labelled."""
    read = Reading(tuple(map(worded, told.found)))
    found = answer_of("", read)["reports"]
    pairs, _, _ = paired(message["reports"], found)
    return {place for place, one in enumerate(found) if any(one is other for _, other in pairs)}


def _learned(case: Case, told: Sequence[tuple[Facts, bool]]) -> dict[str, float]:
    """The factor of each fact that differs among the messages."""
    names = [name for name in told[0][0] if name]
    rows = np.array([[float(facts[name]) for name in names] for facts, _ in told])
    spread = rows.std(0) + 1e-9
    model = LogisticRegression(C=LOOSE, max_iter=2000).fit(
        rows / spread, [one for _, one in told]
    )
    least = LEAST.get(case[0], USUALLY)[case[1] == "missed"]
    start = model.intercept_[0] - np.log(least / (1 - least))
    return {"": start} | dict(zip(names, model.coef_[0] / spread, strict=True))


def _written(judged: Iterable[tuple[str, str, Mapping[str, float]]]) -> str:
    """The factors as judging.py reads them, one line a kind and case."""
    rows = list(judged)
    names = list(dict.fromkeys(name for *_, factors in rows for name in factors))
    lines = [["kind", "case", *names]]
    lines += [
        [kind, case, *(f"{of[name]:.3f}" if name in of else "" for name in names)]
        for kind, case, of in rows
    ]
    return "".join("\t".join(line) + "\n" for line in lines)


if __name__ == "__main__":
    main()
