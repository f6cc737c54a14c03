"""Template cards as WeCom checks them (wecom.md §5): what it refuses, and what it advises against."""

import re
from collections.abc import Iterator
from typing import Any

from wecom_rejected import Rejected

NOTICES = {"text_notice", "news_notice"}
ASKING = {"button_interaction", "vote_interaction", "multiple_interaction"}
TASK = re.compile(r"[0-9A-Za-z_\-@]{1,128}")
ADVISED = {  # characters
    "main_title.title": 26, "main_title.desc": 30, "sub_title_text": 112,
    "emphasis_content.title": 10, "emphasis_content.desc": 15, "source.desc": 13,
}  # fmt: skip
Card = dict[str, Any]


def check_card(card: Card, *, update: bool = False) -> None:
    """`Rejected` with the number of the first part that is wrong."""
    kind = card.get("card_type")
    if kind not in NOTICES | ASKING:
        raise Rejected(42031, "invalid template_card type")
    if not (card.get("main_title") or {}).get("title") and not card.get("sub_title_text"):
        raise Rejected(42032, "invalid main_title")
    if not update and not card.get("task_id") and kind in ASKING:
        raise Rejected(42014, "task_id is missing")
    if card.get("task_id") and not TASK.fullmatch(str(card["task_id"])):
        raise Rejected(42014, "invalid task_id")
    _rows(card)
    if kind in NOTICES and (card.get("card_action") or {}).get("type") not in {1, 2}:
        raise Rejected(42045, "invalid card_action")
    _buttons(card)
    _choices(card)
    _keys(card)


def card_words(card: Card) -> str:
    """The words of a card from top to bottom."""
    title = card.get("main_title") or {}
    rows = [f"{one['keyname']}：{one.get('value', '')}" for one in _listed(card)]
    parts = [title.get("title"), title.get("desc"), card.get("sub_title_text"), *rows]
    return "\n".join(str(part) for part in parts if part)


def live_buttons(card: Card) -> list[tuple[str, str]]:
    """What can be pressed or chosen on a card: label and key."""
    if card.get("replace_text"):
        return []
    buttons = [
        (one["text"], one.get("key") or one.get("url", ""))
        for one in card.get("button_list", [])
    ]
    return buttons + [(one["text"], one["id"]) for part in _asked(card) for one in part]


def wordy(card: Card) -> Iterator[str]:
    """The parts that are longer than WeCom shows."""
    for path, most in ADVISED.items():
        outer, _, inner = path.partition(".")
        value = (card.get(outer) or {}).get(inner) if inner else card.get(outer)
        if value and len(str(value)) > most:
            yield f"{path}: {len(str(value))} > {most}: {value}"
    for one in _listed(card):
        if len(one["keyname"]) > 5 or len(str(one.get("value", ""))) > 26:
            yield f"horizontal_content_list: {one}"
    for label, _ in live_buttons(card):
        if len(label) > (11 if card["card_type"] == "vote_interaction" else 10):
            yield f"label: {label}"


def _listed(card: Card) -> list[Card]:
    return list(card.get("horizontal_content_list") or [])


def _asked(card: Card) -> list[list[Card]]:
    parts = [card["checkbox"]] if card.get("checkbox") else []
    parts += card.get("select_list") or []
    if card.get("button_selection"):
        parts.append(card["button_selection"])
    return [list(part.get("option_list") or []) for part in parts]


def _rows(card: Card) -> None:
    rows = _listed(card)
    if len(rows) > 6 or any(not one.get("keyname") for one in rows):
        raise Rejected(42035, "invalid horizontal_content_list")


def _buttons(card: Card) -> None:
    buttons = card.get("button_list") or []
    if card["card_type"] == "button_interaction" and not 1 <= len(buttons) <= 6:
        raise Rejected(42038, "invalid button_list size")
    for one in buttons:
        if not one.get("text"):
            raise Rejected(42038, "invalid button text")
        key = one.get("url", "") if one.get("type") == 1 else one.get("key", "")
        if not 1 <= len(key.encode()) <= 1024:
            raise Rejected(42039, "invalid button key")
        if one.get("style", 1) not in {1, 2, 3, 4}:
            raise Rejected(42038, "invalid button style")


def _choices(card: Card) -> None:
    kind, parts = card["card_type"], _asked(card)
    if kind == "multiple_interaction" and not 1 <= len(card.get("select_list") or []) <= 3:
        raise Rejected(42047, "invalid select_list")
    if kind == "vote_interaction" and not card.get("checkbox"):
        raise Rejected(42037, "invalid checkbox")
    most = 20 if kind == "vote_interaction" else 10
    for options in parts:
        if not 1 <= len(options) <= most or any(not _good_option(one) for one in options):
            raise Rejected(42037, "invalid option_list")
    if kind in {"vote_interaction", "multiple_interaction"}:
        submit = card.get("submit_button") or {}
        if not submit.get("text") or not 1 <= len(str(submit.get("key", "")).encode()) <= 1024:
            raise Rejected(42039, "invalid submit_button")


def _good_option(option: Card) -> bool:
    return bool(option.get("text")) and 1 <= len(str(option.get("id", "")).encode()) <= 128


def _keys(card: Card) -> None:
    keys = [one["key"] for one in card.get("button_list") or [] if one.get("key")]
    if card.get("submit_button"):
        keys.append(card["submit_button"]["key"])
    ids = [[one["id"] for one in part] for part in _asked(card)]
    if any(len(set(part)) != len(part) for part in (keys, *ids)):
        raise Rejected(42051, "key conflict")
