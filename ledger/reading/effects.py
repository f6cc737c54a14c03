"""Whether the effect of a step is there: what the rules have heard, weighed with its words.

The rules know the words of an effect (亮了, 到账) and what takes them back; the weights, learned
by scripts/weigh_effects.py from labelled messages, know how people tell that it is there
(踩上去稳得很, 他喝了一口) and what it still lacks (就等, 说是下周) without naming either. Only
where the words are surer than RULES do they decide against the rules.
"""

from collections.abc import Iterable
from dataclasses import replace

from ledger.reading.clauses import Clause
from ledger.reading.said import ProgressSaid, Report
from ledger.reading.scene import Scene
from ledger.reading.weights import FOLDER, weights

EFFECTS = FOLDER / "effects.tsv"
THERE = "done"  # its only column
RULES = 1.3  # log odds that the rules' word is worth, chosen on messages not learned from


def weighed(scene: Scene, reports: Iterable[Report]) -> list[Report]:
    """The same reports; of each step it is settled whether the effect is there."""
    every = list(reports)
    return [
        replace(one, done=_is_there(one, told_of(scene, every, one)))
        if isinstance(one, ProgressSaid)
        else one
        for one in every
    ]


def _is_there(step: ProgressSaid, told: list[Clause]) -> bool:
    odds = weights(EFFECTS).odds(told)[THERE]
    return odds + (RULES if step.done else -RULES) > 0


def told_of(scene: Scene, reports: Iterable[Report], step: Report) -> list[Clause]:
    """The clauses a step was read from, and what its sentences add before the next report."""
    end = step.start + max(1, len(step.text))
    beyond = min((one.start for one in reports if one.start > step.start), default=step.start)
    beyond = beyond if beyond > step.start else len(scene.plain)
    since = [one for one in scene.clauses if one.start >= step.start]
    sentences = {one.sentence for one in since if one.start < end}
    return [one for one in since if one.sentence in sentences and one.start < max(end, beyond)]
