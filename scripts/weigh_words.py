"""Learns ledger/reading/weights_of: which short runs of characters speak for what.

    .venv/bin/pip install scikit-learn
    PYTHONPATH=. .venv/bin/python scripts/weigh_words.py

From the labelled messages that rules may be tuned on (tests/understanding/tuning_*, examples),
never from those kept out. Logistic regression on the signs a message holds, one for each kind of
report and each category, each sign scaled beforehand by how much oftener it stands in messages
that tell the kind (Wang and Manning 2012, "Baselines and Bigrams"); the same files give the same
weights.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import diags
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from ledger.reading.answer import village_of
from ledger.reading.lexicon import load_lexicon
from ledger.reading.reader import laid_out
from ledger.reading.weights import ANYTHING, CATEGORIES, REPORTS, signs_of

LABELLED = Path(__file__).parents[1] / "tests" / "understanding"
BASE = date(2026, 11, 20)
KINDS = ("study", "visit", "issue", "progress", "leave", "return", "presence", "promise")
SEEN = {REPORTS: 5, CATEGORIES: 3}  # what stands in fewer messages teaches nothing
LOOSE = {
    REPORTS: 0.3,
    CATEGORIES: 1.0,
}  # inverse penalties, chosen on messages not learned from
LEAST = {REPORTS: 12, CATEGORIES: 10}  # hundredths: what weighs less for every kind is left out

Message = dict[str, Any]
Labelled = tuple[Message, frozenset[str]]


def main() -> None:
    """Learn from all that may be learned from."""
    learn(labelled([LABELLED / "examples.jsonl", *sorted(LABELLED.glob("tuning_*.jsonl"))]))


def labelled(files: Iterable[Path]) -> list[Labelled]:
    """The messages of some files, each with what the reader weighs of it."""
    village = village_of(json.loads((LABELLED / "households.json").read_text("utf-8")))
    lexicon, found = load_lexicon(), []
    for line in (line for path in files for line in path.read_text("utf-8").splitlines()):
        message = json.loads(line)
        scene, _ = laid_out(message["text"], base=BASE, village=village, lexicon=lexicon)
        found.append((message, signs_of(tuple(scene.clauses))))
    return found


def learn(told: Sequence[Labelled]) -> None:
    """Learn from labelled messages and write both files."""
    reports = {kind: [kind in _types(one) for one, _ in told] for kind in KINDS}
    reports[ANYTHING] = [bool(one["reports"]) for one, _ in told]
    _write(REPORTS, [signs for _, signs in told], reports)
    needs = [(signs, found.pop()) for one, signs in told if len(found := _categories(one)) == 1]
    every = sorted({name for _, name in needs})
    _write(
        CATEGORIES,
        [signs for signs, _ in needs],
        {name: [one == name for _, one in needs] for name in every},
    )


def _write(path: Path, signs: Sequence[frozenset[str]], labels: dict[str, list[bool]]) -> None:
    """Learn one set of weights a kind and write the file."""
    counter = CountVectorizer(analyzer=set, min_df=SEEN[path], binary=True)
    rows = counter.fit_transform(signs)
    learned = [learned_of(rows, told, LOOSE[path]) for told in labels.values()]
    runs = [("", -1), *sorted(counter.vocabulary_.items())]
    lines = ["\t".join(["", *labels]), *lines_of(runs, learned, LEAST[path])]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def learned_of(rows: Any, labels: list[bool], loose: float) -> list[float]:
    """The weight of every sign, and last how common the kind is."""
    scale = _oftener(rows, np.array(labels))
    model = LogisticRegression(C=loose, solver="liblinear", max_iter=500)
    model.fit(rows @ diags(scale), labels)
    return [*(model.coef_[0] * scale), model.intercept_[0]]


def _oftener(rows: Any, labels: Any) -> Any:
    """How much oftener each sign stands in what tells a kind: the root of the log of the ratio."""
    told, else_ = (np.asarray(rows[of].sum(0)).ravel() + 1 for of in (labels, ~labels))
    ratio = np.log((told / told.sum()) / (else_ / else_.sum()))
    return np.sign(ratio) * np.sqrt(np.abs(ratio))


def lines_of(
    runs: Iterable[tuple[str, int]], learned: list[list[float]], least: int
) -> Iterator[str]:
    """One line a run, in hundredths."""
    for run, place in runs:
        told = [round(100 * one[place]) for one in learned]
        if not run or max(map(abs, told)) >= least:
            yield "\t".join([run, *map(str, told)])


def _types(message: Message) -> frozenset[str]:
    return {one["type"] for one in message["reports"]}


def _categories(message: Message) -> frozenset[str]:
    return {one["category"] for one in message["reports"] if one["type"] == "issue"}


if __name__ == "__main__":
    main()
