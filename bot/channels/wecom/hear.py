"""What WeCom says, in our words (wecom.md §3): the decrypted fields, as kept -> Incoming.

Pictures taken by a menu entry (`pic_*`) come as messages of their own besides; the event only
lists their MD5 sums, in no order to rely on. It is kept and left alone: matching would tell us
nothing that the messages do not say.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog

from bot.channels.base import Unreadable
from bot.channels.wecom.callback import CHANNEL, PRESSES, ext_id_of, token_of
from bot.channels.wecom.menu import SAYS
from ledger.clock import moment
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
from ledger.places import Datum, Place

log = structlog.get_logger()
FORWARDED = "转发："  # what somebody else wrote opens no topic and binds nobody
PICKED = "地图选点"  # a point on a map is no proof of presence (wecom.md §9)
DATA: dict[str, Datum] = {"gcj02": "GCJ-02", "wgs84": "WGS-84"}
FILES = {  # MsgType -> our kind, MIME type, suffix; WeCom tells no name and no size
    "image": ("photo", "image/jpeg", ".jpg"),
    "voice": ("voice", "audio/amr", ".amr"),
    "video": ("video", "video/mp4", ".mp4"),
}
LIVES = {  # event -> what it means for the member, or for the whole app
    "subscribe": "reachable",
    "unsubscribe": "unreachable",
    "change_contact": "member_changed",
    "inactive_alert": "channel_off",
    "low_active_alert": "channel_off",
    "low_active": "channel_off",
    "close_inactive_agent": "channel_off",
}
BROKEN = (LookupError, TypeError, ValueError, AttributeError, OverflowError, OSError)


def hear(inner: Mapping[str, Any], account: str, datum: str) -> Incoming:
    """Translate one kept message; `datum`: that of points on WeCom's map (gcj02, wgs84)."""
    try:
        return Incoming(
            Address(CHANNEL, account, str(inner["FromUserName"]).casefold()),
            f"{CHANNEL}:{ext_id_of(inner)}", _event(inner, DATA[datum]), _time(inner),
        )  # fmt: skip
    except BROKEN as error:
        kind = inner.get("Event") or inner.get("MsgType") or "no XML"
        raise Unreadable(f"{kind}: {type(error).__name__}: {error}") from error


def _event(inner: Mapping[str, Any], datum: Datum) -> Event:
    kind = inner["MsgType"]
    if kind == "event":
        return _happened(inner, datum)
    if kind == "text":
        return TextIn(str(inner["Content"]))
    if kind in FILES:
        return TextIn(media=(_media(inner, *FILES[kind]),))
    if kind == "location":
        return TextIn(place=_picked(inner, datum))
    if kind == "link":
        return TextIn(_link(inner))
    return UnknownIn(str(kind))


def _happened(inner: Mapping[str, Any], datum: Datum) -> Event:
    """`LOCATION` is kept and not answered: nobody has asked for it, and it asks for nothing."""
    name = str(inner["Event"])
    if name in PRESSES:
        return ActionIn(token_of(inner))
    if name == "enter_agent":
        return EnterIn(passing=True)
    if name == "click" and (words := SAYS.get(str(inner.get("EventKey")))):
        return TextIn(words)
    if name == "location_select":
        return TextIn(place=_picked(inner["SendLocationInfo"], datum))
    if name in LIVES:
        return _life(name, inner)
    return UnknownIn(name, unsaid=True)


def _life(name: str, inner: Mapping[str, Any]) -> Event:
    if LIVES[name] == "channel_off":
        log.error("wecom_app_unused", event_name=name)  # WeCom turns off what nobody uses
    came, went = _moved(inner) if name == "change_contact" else ((), ())
    return LifecycleIn(LIVES[name], came, went)


def _moved(inner: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids that came and went; somebody renamed is both. Parties and tags move nobody here."""
    kind, id, fresh = (
        str(inner.get(name) or "") for name in ("ChangeType", "UserID", "NewUserID")
    )
    if not id or not kind.endswith("_user"):
        return (), ()
    if kind == "delete_user":
        return (), (id,)
    return (fresh or id,), (id,) if fresh.casefold() not in {"", id.casefold()} else ()


def _media(inner: Mapping[str, Any], kind: str, mime: str, suffix: str) -> Media:
    media_id = str(inner["MediaId"])
    return Media(kind, f"{inner['MsgId']}{suffix}", mime, 0, media_id, media_id)


def _picked(found: Mapping[str, Any], datum: Datum) -> str:
    """`Location_X` is the latitude."""
    north, east = float(found["Location_X"]), float(found["Location_Y"])
    return str(Place(north, east, datum, note=PICKED))


def _link(inner: Mapping[str, Any]) -> str:
    told = (str(inner.get(name) or "") for name in ("Title", "Description", "Url"))
    return FORWARDED + " ".join(part for part in told if part)


def _time(inner: Mapping[str, Any]) -> datetime:
    return moment(int(inner["CreateTime"]) * 1000)
