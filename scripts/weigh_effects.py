"""Learns ledger/reading/weights_of/effects.tsv: which words say that an effect is there.

    .venv/bin/pip install scikit-learn
    PYTHONPATH=.:scripts .venv/bin/python scripts/weigh_effects.py

From the steps that the reader finds in labelled messages (tests/understanding/tuning_*),
each with its label, by the same means as scripts/weigh_words.py: the words alone, without what
the rules say of them, so that rules written after these messages do not count as right.
"""

import json
from collections.abc import Iterator

from sklearn.feature_extraction.text import CountVectorizer
from weigh_words import BASE, LABELLED, learned_of, lines_of

from benchmarks.understanding import Answer, paired
from ledger.mentions import Village
from ledger.reading.answer import answer_of, village_of
from ledger.reading.effects import EFFECTS, THERE, told_of
from ledger.reading.lexicon import load_lexicon
from ledger.reading.reader import heard, laid_out
from ledger.reading.said import ProgressSaid, Reading
from ledger.reading.second_look import SecondLook
from ledger.reading.weights import signs_of

SEEN = 3  # what stands in fewer steps teaches nothing
LOOSE = 1.0  # inverse penalty, chosen on messages not learned from
LEAST = 3  # hundredths: what weighs less is left out


def main() -> None:
    """Learn from all that may be learned from."""
    files = sorted(LABELLED.glob("tuning_*.jsonl"))
    village = village_of(json.loads((LABELLED / "households.json").read_text("utf-8")))
    messages = (
        json.loads(line) for path in files for line in path.read_text("utf-8").splitlines()
    )
    told = [step for one in messages for step in steps_of(one, village)]
    counter = CountVectorizer(analyzer=set, min_df=SEEN, binary=True)
    rows = counter.fit_transform([signs for signs, _ in told])
    learned = learned_of(rows, [done for _, done in told], LOOSE)
    runs = [("", -1), *sorted(counter.vocabulary_.items())]
    lines = [f"\t{THERE}", *lines_of(runs, [learned], LEAST)]
    EFFECTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def steps_of(message: Answer, village: Village) -> Iterator[tuple[frozenset[str], bool]]:
    """What is weighed of each step of a message that the reader finds, and its label."""
    labelled = [one for one in message["reports"] if one["type"] == "progress"]
    if not labelled:
        return
    lexicon = load_lexicon()
    scene, _ = laid_out(message["text"], base=BASE, village=village, lexicon=lexicon)
    reports = SecondLook(*heard(scene)).over()
    steps = [one for one in reports if isinstance(one, ProgressSaid)]
    found = answer_of("", Reading(tuple(steps)))["reports"]
    for label, other in paired(labelled, found)[0]:
        step = steps[next(place for place, one in enumerate(found) if one is other)]
        yield signs_of(tuple(told_of(scene, reports, step))), label["done"]


if __name__ == "__main__":
    main()
