"""What Telegram says, in our words: update -> Raw (to be kept) -> Incoming (to be answered).

Works on the JSON as it came, so that an update nobody has foreseen can be kept and parked.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.channels.base import Unreadable
from ledger.clock import moment
from ledger.inbox import Raw
from ledger.messages import (
    ActionIn,
    EnterIn,
    Event,
    Incoming,
    LifecycleIn,
    Media,
    TextIn,
    UnknownIn,
)
from ledger.people import Address
from ledger.places import Place

CHANNEL = "telegram"
WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
UNDATED = moment(0)  # a press says nothing about when; the inbox then takes the time of arrival
FORWARDED = "转发："  # what somebody else wrote opens no topic and binds nobody
NUMBERS = range(1 << 63)  # what the inbox can count to
LONGEST_NAME = 100
ADDRESSED = re.compile(r"(/[^\s@]+)@([A-Za-z0-9_]+)(?=\s|$)")
FILES = {  # message field -> our kind, MIME type where Telegram gives none, suffix
    "document": ("document", "application/octet-stream", ""),
    "voice": ("voice", "audio/ogg", ".ogg"),
    "audio": ("voice", "audio/mpeg", ".mp3"),
    "video": ("video", "video/mp4", ".mp4"),
    "video_note": ("video", "video/mp4", ".mp4"),
}
FRAME = {  # what surrounds a message's content, to find out what the content is
    "message_id", "message_thread_id", "is_topic_message", "from", "sender_chat", "chat",
    "date", "edit_date", "forward_origin", "reply_to_message", "via_bot", "media_group_id",
    "entities", "has_protected_content", "author_signature", "sender_boost_count", "quote",
}  # fmt: skip


def account_of(token: str) -> str:
    """The bot's own id: the number before the colon of its token."""
    return token.partition(":")[0]


def kind_of(update: Mapping[str, Any]) -> str:
    """The one field besides update_id."""
    return next((str(name) for name in update if name != "update_id"), "empty")


def raw_of(update: Any, account: str) -> Raw | None:
    """An update as the inbox keeps it; None when it has no number. Never raises."""
    if not isinstance(update, dict):
        return None
    number = update.get("update_id")
    if type(number) is not int or number not in NUMBERS:
        return None
    return Raw(CHANNEL, account, str(number), _conversation(update), _storable(update))


def pressed(update: Mapping[str, Any]) -> str:
    """The id under which a button press wants to be answered; empty when it is none."""
    match update:
        case {"callback_query": {"id": str(query)}}:
            return query
    return ""


def hear(update: Mapping[str, Any], account: str, me: str) -> Incoming:
    """Translate one update. `me` is the bot's user name; while unknown every @name is ours."""
    kind = kind_of(update)
    try:
        if kind == "callback_query":
            return _press(update[kind], account)
        if kind == "my_chat_member":
            return _membership(update[kind], account)
        if kind in {"message", "edited_message"}:
            return _message(update[kind], account, me, edited=kind == "edited_message")
        return Incoming(
            Address(CHANNEL, account, ""), f"telegram:update/{update['update_id']}",
            UnknownIn(kind), UNDATED, group=True,
        )  # fmt: skip
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        OverflowError,
        OSError,
    ) as error:
        raise Unreadable(f"{kind}: {type(error).__name__}: {error}") from error


def _conversation(update: Mapping[str, Any]) -> str:
    match update.get(kind_of(update)):
        case {
            "chat": {"id": int(chat), "type": "group" | "supergroup"},
            "from": {"id": int(who)},
        }:
            return f"telegram:{chat}:{who}"
        case {"from": {"id": int(who)}}:
            return f"telegram:{who}"
    return "telegram:nobody"


def _storable(update: dict[str, Any]) -> dict[str, Any]:
    """The same update; lone surrogates, which no database takes, are replaced."""
    text = json.dumps(update, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        mended = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return dict(json.loads(mended))
    return update


def _message(message: Any, account: str, me: str, *, edited: bool) -> Incoming:
    chat, who = message["chat"], message.get("from")
    return Incoming(
        Address(CHANNEL, account, str(int(who["id"])) if who else ""),
        f"telegram:{int(chat['id'])}/{int(message['message_id'])}",
        _edit(message, me) if edited else _content(message, me),
        _time(message["edit_date"] if edited else message["date"]),
        edited=edited,
        group=chat["type"] != "private",
    )


def _press(query: Any, account: str) -> Incoming:
    """The token counts; the message may be inaccessible by now, and is not looked at."""
    data = query.get("data")
    chat = (query.get("message") or {}).get("chat") or {}
    return Incoming(
        Address(CHANNEL, account, str(int(query["from"]["id"]))),
        f"telegram:press/{query['id']}",
        ActionIn(data) if isinstance(data, str) else UnknownIn("callback_query without data"),
        UNDATED,
        group=chat.get("type", "private") != "private",
    )


def _membership(change: Any, account: str) -> Incoming:
    private = change["chat"]["type"] == "private"
    away = change["new_chat_member"]["status"] in {"kicked", "left"}
    kinds = ("unreachable", "reachable") if private else ("left", "joined")
    who = int(change["from"]["id"])
    return Incoming(
        Address(CHANNEL, account, str(who)),
        f"telegram:member/{int(change['chat']['id'])}/{int(change['date'])}",
        LifecycleIn(kinds[0] if away else kinds[1]),
        _time(change["date"]),
        group=not private,
    )


def _content(message: Any, me: str) -> Event:
    if _nobody(message):
        return UnknownIn("not from a person")
    passed_on = "forward_origin" in message
    media = tuple(replace(one, forwarded=passed_on) for one in _media(message))
    place = _place(message)
    if not (media or place or _words(message)):
        return UnknownIn(next((name for name in message if name not in FRAME), "empty"))
    text = _addressed(_words(message), me)
    if text is None:
        return UnknownIn("command for another bot")
    if passed_on:
        text = f"{FORWARDED}{text}" if text else ""
    elif text.split(maxsplit=1)[:1] == ["/start"]:
        return EnterIn(text.removeprefix("/start").strip())
    return TextIn(
        text,
        media,
        place,
        album=str(message.get("media_group_id", "")),
        reply_to=_replied(message),
    )


def _edit(message: Any, me: str) -> Event:
    """Only changed words correct something: a live place moves, a picture stays what it was."""
    text = None if _nobody(message) else _addressed(_words(message), me)
    if not text or text.startswith("/start"):
        return UnknownIn("edit without words")
    return TextIn(text, reply_to=_replied(message))


def _nobody(message: Any) -> bool:
    """Channels, anonymous administrators, bots and texts made by a bot are nobody's word."""
    who = message.get("from") or {"is_bot": True}
    return bool(who.get("is_bot") or "sender_chat" in message or "via_bot" in message)


def _words(message: Any) -> str:
    return str(message.get("text") or message.get("caption") or "")


def _addressed(text: str, me: str) -> str | None:
    """The text without a command's @name; None when the command is for another bot."""
    found = ADDRESSED.match(text)
    if not found:
        return text
    if me and found[2].casefold() != me.casefold():
        return None
    return found[1] + text[found.end() :]


def _media(message: Any) -> tuple[Media, ...]:
    if sizes := message.get("photo"):
        largest = max(sizes, key=lambda size: size["width"] * size["height"])
        return (_file(largest, "photo", "image/jpeg", ".jpg"),)
    for field, described in FILES.items():
        if found := message.get(field):
            return (_file(found, *described),)
    return ()


def _file(found: Any, kind: str, mime: str, suffix: str) -> Media:
    origin = str(found["file_unique_id"])
    named = (
        str(found.get("file_name") or f"{origin}{suffix}").replace("\\", "/").rsplit("/", 1)[-1]
    )
    name = "".join(letter for letter in named if letter.isprintable())[-LONGEST_NAME:]
    return Media(
        kind, name, str(found.get("mime_type") or mime), int(found.get("file_size") or 0),
        str(found["file_id"]), origin,
    )  # fmt: skip


def _place(message: Any) -> str:
    """A place in WGS-84, as text; a forwarded one says so."""
    found = message.get("location")
    if not found:
        return ""
    passed_on = "转发" if "forward_origin" in message else ""
    accuracy = round(float(found.get("horizontal_accuracy") or 0))
    place = Place(
        float(found["latitude"]), float(found["longitude"]), accuracy=accuracy, note=passed_on
    )
    return str(place)


def _replied(message: Any) -> str:
    """Which message this answers, by its full name; only in private, where we know them all."""
    answered, chat = message.get("reply_to_message"), message["chat"]
    if not answered or chat["type"] != "private":
        return ""
    return f"telegram:{int(chat['id'])}/{int(answered['message_id'])}"


def _time(seconds: Any) -> datetime:
    return moment(int(seconds) * 1000)
