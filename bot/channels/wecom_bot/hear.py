"""What a smart bot is told, in our words: frame -> Raw (to be kept) -> Incoming (wecom.md §7).

The frame is kept whole, its req_id with it, so that the answer can be a reply to it even after
a restart; only `response_url`, a door of its own, is left out.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.channels.base import Unreadable
from bot.channels.wecom_bot.socket import id_of
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

CHANNEL = "wecom_bot"
MESSAGE, EVENT = "aibot_msg_callback", "aibot_event_callback"
NOOP = "noop"  # the key of a button that is only there to be grey
UNDATED = moment(0)  # messages carry no time; the inbox then takes that of arrival
MENTION = re.compile(r"^@\S+\s*")  # in a group the text begins with the bot's name
LONGEST_NAME = 100
FILES = {  # msgtype -> our kind, MIME type, name
    "image": ("photo", "image/jpeg", "图片.jpg"),
    "video": ("video", "video/mp4", "视频.mp4"),
    "file": ("document", "application/octet-stream", "文件"),
}


def raw_of(frame: Mapping[str, Any], account: str) -> Raw:
    """A frame as the inbox keeps it. Never raises."""
    body = frame.get("body")
    facts = body if isinstance(body, dict) else {}
    body = {key: facts[key] for key in facts if key != "response_url"}
    kept = _storable({**frame, "body": body})
    return Raw(CHANNEL, account, _ext_id(kept), conversation(kept["body"]), kept)


def sender_of(body: Mapping[str, Any]) -> str:
    """The userid as WeCom spells it; '' when nobody is named."""
    match body:
        case {"from": {"userid": str(who)}}:
            return who
    return ""


def conversation(body: Mapping[str, Any]) -> str:
    """A person's own chat, or what he says in one group."""
    who = sender_of(body).casefold() or "nobody"
    group = body.get("chatid") if _in_group(body) else ""
    return f"{CHANNEL}:{group}:{who}" if group else f"{CHANNEL}:{who}"


def event_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """An event's details with plain names, however they were nested and spelt.

    Nested under the event's own name on WeCom's page, flat in its SDK, CamelCase elsewhere.
    """
    event = _plain_names(body.get("event"))
    if not isinstance(event, dict):
        raise ValueError("an event without details")
    details = event.get(_plain_name(event.get("eventtype", "")))
    return {**event, **(details if isinstance(details, dict) else {})}


def is_press(frame: Mapping[str, Any]) -> bool:
    """Whether a button of a card was pressed."""
    try:
        return frame.get("cmd") == EVENT and isinstance(
            _event(event_of(frame["body"])), ActionIn
        )
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
        return False


def token_of(event: Mapping[str, Any]) -> str:
    """The button pressed, or the option chosen in a list; the grey button is itself."""
    if event.get("eventkey") == NOOP:
        return NOOP
    items = _listed(_inside(event.get("selecteditems"), "selecteditem"))
    chosen = [
        str(id)
        for item in items
        if isinstance(item, dict)
        for id in _listed(_inside(item.get("optionids"), "optionid"))
    ]
    return chosen[0] if chosen else str(event.get("eventkey") or "")


def hear(frame: Mapping[str, Any], account: str) -> Incoming:
    """Translate one frame; `Unreadable` when it is beyond us."""
    try:
        return _heard(frame, account)
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        ArithmeticError,
        OSError,
    ) as error:
        kind = str(frame.get("cmd"))[:40]
        raise Unreadable(f"{kind}: {type(error).__name__}: {error}") from error


def _heard(frame: Mapping[str, Any], account: str) -> Incoming:
    cmd, body = frame["cmd"], frame["body"]
    address = Address(CHANNEL, account, sender_of(body).casefold())
    source = f"{CHANNEL}:{_ext_id(frame)}"
    if cmd == MESSAGE:
        return Incoming(address, source, _message(body), UNDATED, group=_in_group(body))
    if cmd == EVENT:
        event, group = _event(event_of(body)), _in_group(body)
        return Incoming(address, source, event, _time(body), group=group)
    return Incoming(address, source, UnknownIn(str(cmd)), UNDATED, group=True)


def _message(body: Mapping[str, Any]) -> Event:
    """Several things in one message are one message: the words and all files."""
    kind = body["msgtype"]
    parts = body["mixed"]["msg_item"] if kind == "mixed" else [body]
    words = [text for part in parts if (text := _words(part))]
    media = tuple(_media(part, body) for part in parts if part["msgtype"] in FILES)
    if not words and not media and kind not in {"text", "voice"}:
        return UnknownIn(str(kind))
    text = "\n".join(words)
    return TextIn(MENTION.sub("", text) if _in_group(body) else text, media)


def _words(part: Mapping[str, Any]) -> str:
    """Text, or a voice message: it comes as what was said."""
    kind = part["msgtype"]
    return str(part[kind]["content"]) if kind in {"text", "voice"} else ""


def _media(part: Mapping[str, Any], body: Mapping[str, Any]) -> Media:
    found = part[part["msgtype"]]
    kind, mime, name = FILES[part["msgtype"]]
    named = str(found.get("filename") or found.get("name") or name).replace("\\", "/")
    shown = "".join(one for one in named.rsplit("/", 1)[-1] if one.isprintable())
    door = json.dumps({"url": str(found["url"]), "aeskey": str(found.get("aeskey") or "")})
    size = int(found.get("filesize") or found.get("size") or 0)
    return Media(
        kind, shown[-LONGEST_NAME:] or name, mime, size, door, str(body.get("msgid", ""))
    )


def _event(event: Mapping[str, Any]) -> Event:
    kind = str(event.get("eventtype"))
    if kind == "enter_chat":
        return EnterIn(passing=True)
    if kind == "disconnected_event":
        return LifecycleIn("displaced")
    if kind == "template_card_event":
        token = token_of(event)
        return UnknownIn(NOOP) if token == NOOP else ActionIn(token)
    return UnknownIn(kind)


def _in_group(body: Mapping[str, Any]) -> bool:
    return body.get("chattype") == "group"


def _time(body: Mapping[str, Any]) -> datetime:
    return moment(int(body.get("create_time") or 0) * 1000)


def _ext_id(frame: Mapping[str, Any]) -> str:
    """The message's own number; else the exchange it belongs to; else what it says."""
    body = frame.get("body")
    msgid = body.get("msgid") if isinstance(body, dict) else None
    if isinstance(msgid, str) and msgid:
        return msgid
    if req_id := id_of(dict(frame)):
        return f"r:{req_id}"
    words = json.dumps(frame, sort_keys=True, default=str)
    return f"x:{hashlib.sha256(words.encode()).hexdigest()}"


def _storable(frame: dict[str, Any]) -> dict[str, Any]:
    """The same frame; lone surrogates, which no database takes, are replaced."""
    text = json.dumps(frame, ensure_ascii=False)
    mended = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return dict(json.loads(mended))


def _plain_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {_plain_name(key): _plain_names(one) for key, one in value.items()}
    return [_plain_names(one) for one in value] if isinstance(value, list) else value


def _plain_name(name: Any) -> str:
    return str(name).replace("_", "").lower()


def _inside(value: Any, name: str) -> Any:
    """What a list is wrapped in, or the list itself."""
    return value.get(name) if isinstance(value, dict) and name in value else value


def _listed(value: Any) -> list[Any]:
    """Repeated things are a list, a single one may stand alone."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]
