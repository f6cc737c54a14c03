"""Which household is meant: the team's own ledger first, then a question, never a guess."""

import re
from collections.abc import Callable, Sequence

from rapidfuzz import fuzz, process

from handlers.talk import Talk, plain
from ledger import people
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option
from ledger.people import Household

NEAR = 50  # rapidfuzz score from which two names look alike
NO_HOUSEHOLD = "不涉及某户"
LIST_MARK, JOINERS = "、", ("和", "与", "及")
LONGEST_NAME = 20  # characters; what is longer is a story


def starts_with(text: str, known: Sequence[Household]) -> tuple[Household | None, str]:
    """The household a line begins with, by its longest name, and the rest of the line.

    Two households of one name are no match: the person is asked which.
    """
    names = sorted({one.name for one in known}, key=len, reverse=True)
    for name in names:
        if text.startswith(name):
            same = [one for one in known if one.name == name]
            rest = text[len(name) :].removeprefix("家").lstrip(" ，,：:")
            return (same[0], rest) if len(same) == 1 else (None, text)
    return None, text


def twins(text: str, known: Sequence[Household]) -> str | None:
    """The name a line begins with that several households share; None when it is clear."""
    names = [one.name for one in known]
    shared = {name for name in names if names.count(name) > 1 and text.startswith(name)}
    return max(shared, key=len, default=None)


def leading(text: str, known: Sequence[Household]) -> tuple[list[Household], str]:
    """All households a line begins with (「姚守义、秦有根 送煤」) and the rest of the line.

    After 、 a name must follow; one we do not know is refused, not taken for a story.
    """
    found: list[Household] = []
    while True:
        one, after = starts_with(text, known)
        if one is None:
            if found and text.startswith(LIST_MARK):
                name = re.split(r"[ ，,]", text.lstrip(LIST_MARK))[0]
                raise Refused("households.unknown_in_list", said=name[:LONGEST_NAME])
            return found, text.removeprefix(LIST_MARK)
        found.append(one)
        text = after
        if after.startswith(LIST_MARK):
            following, _ = starts_with(after[1:], known)
            text = after[1:] if following else after
        elif after[:1] in JOINERS and starts_with(after[1:], known)[0]:
            text = after[1:]
        else:
            return found, after


def named(value: str, known: Sequence[Household]) -> Household:
    """The one household with that label or name (改 户); of two with one name neither is taken."""
    fits = [one for one in known if one.label == value]
    fits = fits or [one for one in known if one.name == value]
    if not fits:
        raise Misunderstood("households.unknown", name=value[:LONGEST_NAME])
    if len(fits) > 1:
        raise Misunderstood("talk.choose", choices=[one.label for one in fits])
    return fits[0]


def near(name: str, known: Sequence[Household], *, limit: int = 3) -> list[Household]:
    """Households whose names look like this one."""
    same = [one for one in known if one.name == name]
    if same:
        return same[:limit]
    kin = [one for one in known if _may_be(name, one.name)]
    found = process.extract(
        name, [one.name for one in kin], scorer=fuzz.ratio, score_cutoff=NEAR, limit=limit
    )
    return [kin[index] for _, _, index in found]


def _may_be(name: str, candidate: str) -> bool:
    """Another surname is another family, however alike the rest: 王桂芳 is not 马桂芳."""
    return name[:1] == candidate[:1] or name in candidate or name[:1] in {"老", "小"}


async def settle(talk: Talk, name: str, known: Sequence[Household]) -> tuple[int | None, str]:
    """The household of a name that fits none exactly: ask, offering what is near.

    Returns its id (None: kept by name only) and the name to keep.
    """
    exact = [one for one in known if name in {one.name, one.label}]
    if len(exact) == 1:
        return exact[0].id, exact[0].name
    close = near(name, known)
    choices = {one.label: one for one in close}
    enter, only_name = f"新登记 {name}", "只记名字"
    options = [Option(label, label) for label in choices]
    options += [Option(enter, enter), Option(only_name, only_name)]
    block = "households.ask_twins" if exact else "households.ask_near"
    said = await talk.ask(
        block, _one_of_or_name(choices, enter, only_name), options, name=name, near=close
    )
    if said in choices:
        return choices[said].id, choices[said].name
    if said == enter:
        return await people.add_household(talk.db, talk.asker.team_id, name), name
    return None, name


def _one_of_or_name(choices: dict[str, Household], *more: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text in choices or text in more:
            return text
        by_name = [label for label, one in choices.items() if one.name == text]
        if len(by_name) == 1:
            return by_name[0]
        raise Misunderstood("talk.choose", choices=[*choices, *more])

    return read


async def ask(
    talk: Talk, question: str, known: Sequence[Household], *, optional: bool = False
) -> tuple[int | None, str]:
    """Ask for a household; the longest unvisited are offered as buttons."""
    offered: list[str] = [NO_HOUSEHOLD] if optional else []
    offered += [one.label for one in known[:4]]
    by_label = {one.label: one for one in known}
    name = await talk.ask(question, _name_or(by_label), offered)
    if optional and name == NO_HOUSEHOLD:
        return None, ""
    if name in by_label:
        return by_label[name].id, by_label[name].name
    return await settle(talk, name.removesuffix("家"), known)


def _name_or(by_label: dict[str, Household]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in by_label and len(plain(text)) > LONGEST_NAME:
            raise Misunderstood("households.too_long", limit=LONGEST_NAME)
        return text

    return read
