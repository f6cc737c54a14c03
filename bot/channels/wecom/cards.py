"""A message as template cards (wecom.md §5): up to six buttons, then lists of up to twenty.

A short text stands on the card itself. Of a longer one the last paragraph does, which is the
question as a rule, and the rest goes before it as words. A label too long for its button is
cut there and stands in full, with its number, in the words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.text import plain, split
from ledger.messages import Outgoing
from templates.words import Words

Card = dict[str, Any]
Option = tuple[str, str]  # label, token
TITLE, SUBTITLE = 26, 112  # characters that WeCom shows for certain
BUTTON, LISTED = 10, 11  # characters of a label on a button, in a list
BUTTONS, LIST = 6, 20  # options on one card
MOST = 5  # cards of one message; a row has at most a hundred options
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Look:
    """A message as it goes out: words, which may be none, then cards."""

    words: str
    cards: tuple[Card, ...] = ()


def look(out: Outgoing, words: Words) -> Look:
    """Words and cards of a row with buttons."""
    options = list(zip(out.labels, out.tokens, strict=False))[: MOST * LIST]
    many = len(options) > BUTTONS
    labels, legend = _short([label for label, _ in options], LISTED if many else BUTTON)
    before, asked = parted(plain(out.text), legend, words.say("screens.choose"))
    given = [(label, token) for label, (_, token) in zip(labels, options, strict=True)]
    return Look(before, tuple(_cards(out, given, asked, words)))


def tasks_of(name: str) -> list[str]:
    """The task_ids that the cards of one message can have; `name` is the first one's."""
    return [name, *(f"{name}-{number}" for number in range(2, MOST + 1))]


def task_of(out: Outgoing) -> str:
    """A row's task_id: the same at every try, another in every ledger."""
    return f"v1-{_base36(out.id)}-{_base36(out.made_at)}"


def last_word(said: str, ended: str, task: str) -> Card | None:
    """The card that takes the place of one whose time is over; None: so much fits on no card."""
    if not fits(said):
        return None
    button = {"text": ended, "style": 1, "key": "over"}
    parts = {"card_type": "button_interaction", "button_list": [button], "replace_text": ended}
    return {**_head(said), **parts, "task_id": task}


def fits(said: str) -> bool:
    """Whether these words stand on one card."""
    title, rest = titled(said)
    return bool(title.strip()) and len(rest) <= SUBTITLE


def titled(said: str) -> tuple[str, str]:
    """The words as title and the rest; a long first line is cut where a reader would pause."""
    line, newline, rest = said.strip().partition("\n")
    if len(line) <= TITLE:
        return line, rest.strip("\n")
    title = split(line, TITLE)[0]
    return title, line[len(title) :] + newline + rest


def parted(said: str, legend: Sequence[str], choose: str) -> tuple[str, str]:
    """What goes before the card as words, and what stands on it."""
    said = said.strip() or choose
    whole = "\n".join([said, *legend])
    if fits(whole):
        return "", whole
    for end in ("", "\n\n", "\n"):
        before, _, asked = said.rpartition(end) if end else ("", "", said)
        if fits(asked):
            return "\n".join([before, *legend]).strip("\n"), asked.strip()
    return whole, choose


def _short(labels: Sequence[str], longest: int) -> tuple[list[str], list[str]]:
    """What stands on the buttons, and the lines that give the long labels in full."""
    shown, legend = [], []
    for number, label in enumerate(labels, start=1):
        numbered = f"{number}. {label}"
        shown.append(label if len(label) <= longest else f"{numbered[: longest - 1]}…")
        if len(label) > longest:
            legend.append(numbered)
    return shown, legend


def _cards(out: Outgoing, options: Sequence[Option], asked: str, words: Words) -> list[Card]:
    cards, task = [], task_of(out)
    for number, start in enumerate(range(0, len(options), LIST)):
        some = options[start : start + LIST]
        head = _head(words.say("screens.choose") if number else asked)
        parts = _buttons(some) if len(some) <= BUTTONS else _list(some, words)
        cards.append({**parts, **head, "task_id": tasks_of(task)[number]})
    return cards


def _head(said: str) -> Card:
    title, rest = titled(said)
    return {"main_title": {"title": title}, **({"sub_title_text": rest} if rest else {})}


def _buttons(options: Sequence[Option]) -> Card:
    buttons = [{"text": label, "style": 1, "key": token} for label, token in options]
    return {"card_type": "button_interaction", "button_list": buttons}


def _list(options: Sequence[Option], words: Words) -> Card:
    listed = [{"id": token, "text": label, "is_checked": False} for label, token in options]
    return {
        "card_type": "vote_interaction",
        "checkbox": {"question_key": "choice", "mode": 0, "option_list": listed},
        "submit_button": {"text": words.say("screens.submit"), "key": "submit"},
    }


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, last = divmod(number, 36)
        digits = BASE36[last] + digits
    return digits or "0"
