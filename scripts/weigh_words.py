"""Learns ledger/reading/weights_of: which short runs of characters speak for what.

    .venv/bin/pip install scikit-learn
    PYTHONPATH=. .venv/bin/python scripts/weigh_words.py

From the labelled messages that rules may be tuned on (tests/understanding/tuning_*, examples),
never from those kept out. Logistic regression on the runs a message holds, one for each kind of
report and each category; the same files give the same weights.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from ledger.reading.answer import village_of
from ledger.reading.lexicon import load_lexicon
from ledger.reading.reader import laid_out
from ledger.reading.weights import CATEGORIES, REPORTS, plain_of, runs_of

LABELLED = Path(__file__).parents[1] / "tests" / "understanding"
BASE = date(2026, 11, 20)
KINDS = ("study", "visit", "issue", "progress", "leave", "return", "presence", "promise")
SEEN = 2  # a run of characters in fewer messages teaches nothing
LOOSE = {
    REPORTS: 0.3,
    CATEGORIES: 1.0,
}  # inverse penalties, chosen on messages not learned from
LEAST = {REPORTS: 2, CATEGORIES: 6}  # hundredths: what weighs less for every kind is left out

Message = dict[str, Any]


def main() -> None:
    """Read the labels, learn the weights, write both files."""
    files = [LABELLED / "examples.jsonl", *sorted(LABELLED.glob("tuning_*.jsonl"))]
    lines = (line for path in files for line in path.read_text("utf-8").splitlines())
    told = [json.loads(line) for line in lines]
    texts = list(_texts(one["text"] for one in told))
    reports = {kind: [kind in _types(one) for one in told] for kind in KINDS}
    _write(REPORTS, texts, reports)
    needs = [(text, found.pop()) for text, one in zip(texts, told, strict=True)
             if len(found := _categories(one)) == 1]  # fmt: skip
    every = sorted({name for _, name in needs})
    _write(
        CATEGORIES,
        [text for text, _ in needs],
        {name: [one == name for _, one in needs] for name in every},
    )


def _write(path: Path, texts: Sequence[str], labels: dict[str, list[bool]]) -> None:
    """Learn one set of weights a kind and write the file."""
    counter = CountVectorizer(analyzer=runs_of, min_df=SEEN, binary=True)
    rows = counter.fit_transform(texts)
    learned = [_learned(rows, told, LOOSE[path]) for told in labels.values()]
    runs = [("", -1), *sorted(counter.vocabulary_.items())]
    lines = ["\t".join(["", *labels]), *_lines(runs, learned, LEAST[path])]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _learned(rows: Any, labels: list[bool], loose: float) -> list[float]:
    """The weight of every run, and last how common the kind is."""
    model = LogisticRegression(C=loose, solver="liblinear", max_iter=500).fit(rows, labels)
    return [*model.coef_[0], model.intercept_[0]]


def _lines(
    runs: Iterable[tuple[str, int]], learned: list[list[float]], least: int
) -> Iterator[str]:
    """One line a run, in hundredths."""
    for run, place in runs:
        told = [round(100 * one[place]) for one in learned]
        if not run or max(map(abs, told)) >= least:
            yield "\t".join([run, *map(str, told)])


def _texts(messages: Iterable[str]) -> Iterator[str]:
    """The messages as the reader weighs them."""
    village = village_of(json.loads((LABELLED / "households.json").read_text("utf-8")))
    lexicon = load_lexicon()
    for one in messages:
        yield plain_of(laid_out(one, base=BASE, village=village, lexicon=lexicon)[0].clauses)


def _types(message: Message) -> set[str]:
    return {one["type"] for one in message["reports"]}


def _categories(message: Message) -> set[str]:
    return {one["category"] for one in message["reports"] if one["type"] == "issue"}


if __name__ == "__main__":
    main()
