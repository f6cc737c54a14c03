"""Read a message: from a sentence in plain Chinese to what there is to file.

Deterministic: the same words, the same day and the same ledger give the same reading. It
proposes; the person confirms.
"""

import re
from collections.abc import Mapping
from datetime import date

from ledger.mentions import Village
from ledger.reading.clauses import Clause
from ledger.reading.corrections import is_correction
from ledger.reading.deeds import Tense
from ledger.reading.dialect import plain_spoken
from ledger.reading.effects import weighed
from ledger.reading.issues import read_issues
from ledger.reading.judging import Told
from ledger.reading.leave import read_leave
from ledger.reading.lexicon import Lexicon
from ledger.reading.masks import find_secrets
from ledger.reading.moods import unreal
from ledger.reading.normal import clean, normal
from ledger.reading.presence import read_presence
from ledger.reading.promises import read_promises
from ledger.reading.returns import read_return
from ledger.reading.said import Ask, IssueSaid, ProgressSaid, Quiet, Reading, Report, Who
from ledger.reading.scene import Scene, blanked, by_others, lay_out
from ledger.reading.second_look import SecondLook
from ledger.reading.study import read_study
from ledger.reading.told import with_told
from ledger.reading.view import households_in_view, parts_of
from ledger.reading.visits import read_visits
from ledger.reading.weights import REPORTS, weights
from ledger.reading.wording import worded

DAYS = ("day", "until", "deadline", "first", "last", "by")  # of a report
FARTHEST = 731  # days: two years
ASKS = re.compile(r"能不能|可不可以|能否|可否|要不要|行不行|[吗么]$")
# Log odds of a message below which a kind of report is not looked for at all, so that most rules
# need not be asked: three reports in a thousand are lost, most of which the judge would drop.
UNLIKELY, UNLIKELY_RETURN = -4.2, -5.0
OTHER = re.compile(r"别[个的人家]")  # 别个队员 denies nothing
MEANS_TO = re.compile(
    r"(?:(?:打算|(?<!雨露)计划(?!生育)|准备|想着?)[^，,。]{0,5}?|(?<![不重只需主])要)(?:先|再|就|也|还)?(?:[和跟陪带][^，,。]{1,4})?"
    r"(?:[去到上下](?!班|雨|雪|来)|回|走访|入户|看望|看看|学|开会|找|送|联系|办)"
)


def read(text: str, *, base: date, village: Village, lexicon: Lexicon) -> Reading:
    """All that a message says, in the member's own order."""
    scene, secrets = laid_out(text, base=base, village=village, lexicon=lexicon)
    own = scene.own
    reports = [] if scene.ordered else _reports(scene)
    return Reading(
        tuple(sorted(reports, key=lambda one: one.start)),
        tuple(own[start:end] for start, end in secrets),
        _asks(reports),
        bool(reports) and is_correction(scene.clauses),
        tuple(scene.words(one) for one in scene.clauses if not one.taken),
        "" if reports else _quiet(scene),
    )


def laid_out(
    text: str, *, base: date, village: Village, lexicon: Lexicon
) -> tuple[Scene, list[tuple[int, int]]]:
    """A message in its clauses, and where in it stands what is masked."""
    own = clean(text)
    plain = plain_spoken(normal(own))
    secrets = find_secrets(plain)
    plain = blanked(plain, secrets)
    return lay_out(plain, own, base=base, village=village, lexicon=lexicon), secrets


def _reports(scene: Scene) -> list[Report]:
    told, context = heard(scene)
    said = weighed(scene, SecondLook(told, context).over())
    return [worded(one) for one in said if _within_reach(one, scene.base)]


def heard(scene: Scene) -> tuple[Told, Mapping[Clause, Who | None]]:
    """What the rules hear in a message, and whom each of its clauses is about."""
    odds = weights(REPORTS).odds(scene.clauses)
    likely = {kind for kind, told in odds.items() if told > UNLIKELY}
    back = odds["return"] > UNLIKELY_RETURN  # told in passing, with few words
    moods = unreal(scene.clauses)
    leaves = read_leave(scene, moods) if "leave" in likely else []
    returns = read_return(scene) if back else []
    studies = read_study(scene, Tense(scene)) if "study" in likely else []
    visits = read_visits(scene, Tense(scene)) if "visit" in likely else []
    presences = read_presence(scene, back=bool(returns)) if "presence" in likely else []
    parts = parts_of(scene)
    context = households_in_view(scene, parts)
    promises = read_promises(scene, context) if "promise" in likely else []
    issues, steps = (
        read_issues(scene, parts, odds) if likely & {"issue", "progress"} else ([], [])
    )
    visits = with_told(scene, visits, context)
    found = [*studies, *leaves, *returns, *visits, *presences, *promises, *issues, *steps]
    return Told(scene, _meant(moods, found), odds), context


def _meant(moods: set[Clause], found: list[Report]) -> list[Report]:
    """Without acts that are asked, ordered, wished or quoted; a need may be told in any mood."""
    return [
        one
        for one in found
        if isinstance(one, IssueSaid | ProgressSaid)
        or not any(clause.start <= one.start < clause.end for clause in moods)
    ]


def _within_reach(one: Report, base: date) -> bool:
    """Whether all its days are near enough to be filed: nobody reports on 1999."""
    days = [getattr(one, name, None) for name in DAYS]
    return all(day is None or abs((day - base).days) <= FARTHEST for day in days)


def _quiet(scene: Scene) -> Quiet:
    """Why there is nothing to file: a question, a plan, something not done."""
    if any(one.question or ASKS.search(one.text) for one in scene.clauses):
        return "question"
    acts = ("visit.words", "study.words", "leave.words", "leave.here")
    about = [one for one in scene.clauses if one.has(*acts)]
    if any(one in scene.plans for one in about) or any(
        _intends(scene, one) for one in scene.clauses
    ):
        return "plan"
    denied = any(one.has("plan.not") and not OTHER.search(one.text) for one in about)
    return "not_done" if denied else ""


def _intends(scene: Scene, clause: Clause) -> bool:
    """Whether the sender says where he means to go, or what he means to do."""
    match = MEANS_TO.search(clause.text)
    if match is None or clause not in scene.plans:
        return False
    named = any(clause.at(one.start) < match.start() for one in clause.mentions)
    return not named and not by_others(clause, match.start())


def _asks(reports: list[Report]) -> tuple[Ask, ...]:
    """A question for each name that fits several households."""
    asked: dict[str, Ask] = {}
    for one in reports:
        people = [getattr(one, "household", None), *getattr(one, "households", ())]
        for person in people:
            if person and len(person.fits) > 1 and person.said not in asked:
                choices = tuple(
                    f"{fit.name}（{fit.group}）" if fit.group else fit.name
                    for fit in person.fits
                )
                asked[person.said] = Ask("household", person.said, choices)
    return tuple(asked.values())
