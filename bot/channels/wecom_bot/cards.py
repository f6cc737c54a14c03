"""What a message looks like on a smart bot: markdown, and template cards (wecom.md §5, §7).

Cards carry the buttons: up to six as buttons, up to twenty as a list to choose from, more on
several cards. A label that is too long for its button stands in the words with its number.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.text import plain, render
from bot.channels.wecom_bot.hear import NOOP
from ledger.messages import Outgoing
from templates.words import Words, escape

Card = dict[str, Any]
TITLE, SUBTITLE, LABEL = 26, 112, 10  # characters WeCom advises at most
MOST_BUTTONS, MOST_CHOICES = 6, 20
MAIN, QUIET, GREY = 1, 2, 4  # styles of a button; grey is the smart bot's own
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
SPECIAL = re.compile(r"[\\`*<]|(?<!\w)_|_(?!\w)|\[(?=[^\]\n]*\]\()|(?m:^[#>=])")


@dataclass(frozen=True)
class Look:
    """A message before it goes out: words (neutral markup, may be none), then cards."""

    text: str
    cards: tuple[Card, ...] = ()


def look(out: Outgoing, words: Words) -> Look:
    """Words and cards of a row; a short text stands on the card itself."""
    options = [] if out.plain else list(zip(out.labels, out.tokens, strict=False))
    if not options:
        return Look(twin(out, words))
    labels, legend = _labels([label for label, _ in options])
    text = "\n".join([out.text, *legend]).strip("\n")
    title, subtitle = _on_card(plain(text))
    head = _head(title or _question(plain(out.text)) or words.say("screens.choose"), subtitle)
    given = [(label, token) for label, (_, token) in zip(labels, options, strict=True)]
    cards = tuple(_cards(out, given, head, words))
    return Look("" if title else text, cards)


def twin(out: Outgoing, words: Words) -> str:
    """The same in words: what to write instead of pressing."""
    if not out.labels or not out.text:
        return out.text
    return f"{out.text}\n\n{words.say('screens.reply_with', says=out.labels)}"


def pressed(card: Card, text: str, label: str) -> Card:
    """A card after a press: the same words, one grey button that says what became of it.

    Buttons cannot be taken away; a list can be shut, and shows what was chosen.
    """
    title, subtitle = _on_card(text)
    head = _head(title or _question(text) or label, subtitle)
    base = {"card_type": card["card_type"], "task_id": card["task_id"], **head}
    if card["card_type"] == "vote_interaction":
        chosen = {"id": NOOP, "text": label, "is_checked": True}
        shut = {"question_key": "q", "mode": 0, "disable": True, "option_list": [chosen]}
        return {**base, "checkbox": shut, "submit_button": {"text": label, "key": NOOP}}
    return {**base, "button_list": [{"text": label, "style": GREY, "key": NOOP}]}


def to_markdown(marked: str) -> str:
    """Neutral markup in the bot's dialect; what only looks like markup is escaped."""
    return render(marked, lambda words: SPECIAL.sub(r"\\\g<0>", words), ("**", "**"))


def _labels(labels: Sequence[str]) -> tuple[list[str], list[str]]:
    """What stands on the buttons, and the lines that give the long ones in full."""
    if all(len(label) <= LABEL for label in labels):
        return list(labels), []
    shown, legend = [], []
    for number, label in enumerate(labels, start=1):
        numbered = f"{number}. {label}"
        shown.append(label if len(label) <= LABEL else f"{numbered[: LABEL - 1]}…")
        if len(label) > LABEL:
            legend.append(str(escape(numbered)))
    return shown, legend


def _on_card(words: str) -> tuple[str, str]:
    """Title and the rest, where they fit on a card; ('', '') where they do not."""
    title, _, rest = words.strip("\n").partition("\n")
    fits = 0 < len(title) <= TITLE and len(rest) <= SUBTITLE
    return (title, rest) if fits else ("", "")


def _question(words: str) -> str:
    """The last line of words that stand above the card, if it is short; else ''."""
    last = words.rstrip().rpartition("\n")[2]
    return last if len(last) <= TITLE else ""


def _cards(
    out: Outgoing, options: Sequence[tuple[str, str]], head: Card, words: Words
) -> list[Card]:
    if len(options) <= MOST_BUTTONS:
        return [{"task_id": f"v1-{_base36(out.id)}-0", **head, **_buttons(options)}]
    more = _head(words.say("screens.choose"), "")
    submit = words.say("screens.submit")
    return [
        {
            "task_id": f"v1-{_base36(out.id)}-{at}", **(more if at else head),
            **_choices(options[start : start + MOST_CHOICES], submit),
        }
        for at, start in enumerate(range(0, len(options), MOST_CHOICES))
    ]  # fmt: skip


def _head(title: str, subtitle: str) -> Card:
    return {
        "main_title": {"title": title},
        **({"sub_title_text": subtitle} if subtitle else {}),
    }


def _buttons(options: Sequence[tuple[str, str]]) -> Card:
    buttons = [
        {"text": label, "style": QUIET if number else MAIN, "key": token}
        for number, (label, token) in enumerate(options)
    ]
    return {"card_type": "button_interaction", "button_list": buttons}


def _choices(options: Sequence[tuple[str, str]], submit: str) -> Card:
    listed = [{"id": token, "text": label, "is_checked": False} for label, token in options]
    return {
        "card_type": "vote_interaction",
        "checkbox": {"question_key": "q", "mode": 0, "option_list": listed},
        "submit_button": {"text": submit, "key": "vote"},
    }


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, last = divmod(number, 36)
        digits = BASE36[last] + digits
    return digits or "0"
