"""户问题, 村问题, 户卡: what is open with one household or one village (逐村逐户, S000-43, S000-23)."""

from collections.abc import Sequence

from handlers import households
from handlers.roster import find_team
from handlers.talk import Talk, Topic, labelled, one_of
from ledger import household_card, people, place_issues
from ledger.errors import Refused
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Household
from ledger.place_issues import Line

LISTED = 15
BUTTONS = 3
OFFERED = 4


async def of_household(talk: Talk) -> Reply:
    """户问题 张大山: its issues, open and struck off, for its own team."""
    household, _ = await _household(talk)
    return await listed(talk, household)


async def listed(talk: Talk, household: Household) -> Reply:
    """The issue list of one household; 「问题 张大山」 ends here, too."""
    found = await place_issues.access_household(talk.db, talk.asker, household.id)
    options = (
        *_see(found), Option("报新问题", "问题 报新问题"),
        Option("户卡", f"户卡 {household.label}"),
    )  # fmt: skip
    return talk.reply(
        "household_issues.household", options, household=household, issues=found[:LISTED],
        more=len(found) - LISTED, today=talk.today.isoformat(),
    )  # fmt: skip


async def card(talk: Talk) -> Reply:
    """户卡 张大山: last visit, the five aspects, promises, look-backs."""
    household, called = await _household(talk)
    found = await household_card.card(talk.db, talk.asker, household, talk.today)
    options = (*_see(found.issues), Option("走访", f"走访 {called}"))
    return talk.reply(
        "household_issues.card", options, card=found, today=talk.today.isoformat()
    )


async def of_village(talk: Talk) -> Reply:
    """村问题 永安村: numbers, category, due and state; the words behind them for the team only."""
    asker = talk.asker
    team, village = asker.team_id, asker.village
    own = asker.role in ON_TEAM
    if not own:
        found = await find_team(talk, talk.rest) if talk.rest else await _ask_village(talk)
        if found is None:
            raise Refused("roster.no_village", village=talk.rest[:20])
        team, village = found.id, found.village
    count = await place_issues.access_village(talk.db, asker, team, limit=LISTED)
    return talk.reply(
        "household_issues.village", _see(count.lines), found=count, village=village, own=own,
        today=talk.today.isoformat(),
    )  # fmt: skip


async def _ask_village(talk: Talk) -> people.Team:
    teams = await people.teams(talk.db, people.scope_of(talk.asker))
    choices = labelled((f"{one.township}{one.village}", one) for one in teams[:LISTED])
    return await talk.ask("household_issues.ask_village", one_of(choices), choices)


async def _household(talk: Talk) -> tuple[Household, str]:
    """The household a line names, asked for when it names none or one of several; how to call it."""
    known = await people.households(talk.db, talk.asker)
    name = talk.rest.removesuffix("家")
    found = [one for one in known if name and name in _names(one)]
    if len(found) != 1:
        found = [await _which(talk, name, found, known)]
    namesakes = [one for one in known if one.name == found[0].name]
    return found[0], found[0].name if len(namesakes) == 1 else found[0].label


def _names(household: Household) -> set[str]:
    return {household.name, household.label, *household.aliases.split("、")}


async def _which(
    talk: Talk, name: str, exact: Sequence[Household], known: Sequence[Household]
) -> Household:
    """One of several of that name, of those that look like it, or of the longest unvisited."""
    offered = exact or (households.near(name, known) if name else known[:OFFERED])
    if not offered:
        raise Refused("households.unknown", name=name[: households.LONGEST_NAME])
    choices = labelled((one.label, one) for one in offered)
    unknown = "" if exact else name[: households.LONGEST_NAME]
    return await talk.ask(
        "household_issues.ask_household", one_of(choices), choices, name=unknown
    )


def _see(found: Sequence[Line]) -> tuple[Option, ...]:
    """A button for each of the first open issues."""
    unsolved = [one for one in found if one.unsolved][:BUTTONS]
    return tuple(Option(f"看问题{one.id}", f"问题{one.id}") for one in unsolved)


HOUSEHOLD = Topic("household_issues", ("户问题",), of_household, ON_TEAM)
CARD = Topic("household_card", ("户卡",), card, ON_TEAM)
VILLAGE = Topic("village_issues", ("村问题",), of_village)
