"""What WeCom says, read from its own XML: every kind of message and event of wecom.md §3."""

import contextlib
from datetime import timedelta
from typing import Any

import pytest
from county import MONDAY
from fake_wecom import CORP, FakeWeCom
from hypothesis import given, settings
from hypothesis import strategies as st
from wecom_caller import Caller

from bot.channels.base import Unreadable
from bot.channels.wecom.envelope import read_inner
from bot.channels.wecom.hear import hear
from bot.channels.wecom.menu import MENU, SAYS
from handlers.topics import TOPICS
from ledger.clock import SetClock
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
from ledger.places import read_place

ACCOUNT = f"{CORP}/1000002"
CALLER = Caller(FakeWeCom(SetClock(MONDAY)), "")
POINT = {"Location_X": "27.948671", "Location_Y": "106.830273", "Label": "村委会"}
PICKED = "27.948671,106.830273 GCJ-02（地图选点）"
PRESSED = {"TaskId": "v1-1-2", "CardType": "vote_interaction", "ResponseCode": "c"}


def heard(xml: str, datum: str = "gcj02") -> Incoming:
    return hear(read_inner(xml), ACCOUNT, datum)


def said(kind: str, **fields: Any) -> Event:
    return heard(CALLER.inner("ZhangSan", MsgType=kind, MsgId="77", **fields)).event


def happened(name: str, **fields: Any) -> Event:
    return heard(CALLER.event("ZhangSan", name, **fields)).event


def test_who_when_and_what() -> None:
    xml = CALLER.inner("ZhangSan", MsgType="text", Content="今天走访 <张大山> & 家", MsgId="77")
    assert heard(xml) == Incoming(
        Address("wecom", ACCOUNT, "zhangsan"), "wecom:m:77", TextIn("今天走访 <张大山> & 家"),
        MONDAY,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "fields", "event"),
    [
        ("location", POINT, TextIn(place=PICKED)),
        ("link", {"Title": "政策", "Description": "说明", "Url": "https://example.com/?a=1&b=2"},
         TextIn("转发：政策 说明 https://example.com/?a=1&b=2")),
        ("image", {"MediaId": "M1", "PicUrl": "http://x"},
         TextIn(media=(Media("photo", "77.jpg", "image/jpeg", 0, "M1", "M1"),))),
        ("voice", {"MediaId": "M2", "Format": "amr"},
         TextIn(media=(Media("voice", "77.amr", "audio/amr", 0, "M2", "M2"),))),
        ("video", {"MediaId": "M3", "ThumbMediaId": "T"},
         TextIn(media=(Media("video", "77.mp4", "video/mp4", 0, "M3", "M3"),))),
        ("hologram", {}, UnknownIn("hologram")),
    ],
)  # fmt: skip
def test_a_message_means(kind: str, fields: dict[str, Any], event: Event) -> None:
    assert said(kind, **fields) == event


@pytest.mark.parametrize(
    ("name", "fields", "event"),
    [
        ("subscribe", {}, LifecycleIn("reachable")),
        ("unsubscribe", {}, LifecycleIn("unreachable")),
        ("enter_agent", {"EventKey": ""}, EnterIn(passing=True)),
        ("click", {"EventKey": "say-study"}, TextIn("学习")),
        ("click", {"EventKey": "of an old menu"}, UnknownIn("click", unsaid=True)),
        ("view", {"EventKey": "https://example.com"}, UnknownIn("view", unsaid=True)),
        ("location_select", {"EventKey": "place", "SendLocationInfo": POINT}, TextIn(place=PICKED)),
        ("LOCATION", {"Latitude": "27.9", "Longitude": "106.8"}, UnknownIn("LOCATION", unsaid=True)),
        ("pic_sysphoto", {"SendPicsInfo": {"Count": 1}}, UnknownIn("pic_sysphoto", unsaid=True)),
        ("template_card_event", {**PRESSED, "EventKey": "v1-1-0-a"}, ActionIn("v1-1-0-a")),
        ("template_card_menu_event", {**PRESSED, "EventKey": "v1-1-0-a"}, ActionIn("v1-1-0-a")),
        ("template_card_event", {**PRESSED, "EventKey": "submit", "SelectedItems": {
            "SelectedItem": {"QuestionKey": "q", "OptionIds": {"OptionId": "v1-1-9-a"}}}},
         ActionIn("v1-1-9-a")),
        ("template_card_event", PRESSED, ActionIn("")),
        ("change_contact", {"ChangeType": "delete_user"}, LifecycleIn("member_changed")),
        ("close_inactive_agent", {}, LifecycleIn("channel_off")),
        ("quantum_event", {}, UnknownIn("quantum_event", unsaid=True)),
    ],
)  # fmt: skip
def test_an_event_means(name: str, fields: dict[str, Any], event: Event) -> None:
    assert happened(name, **fields) == event


def test_a_point_is_kept_as_it_came_and_measured_in_wgs84() -> None:
    """A private deployment may use the other datum; a fence must not hide half a kilometre."""
    chinese, world = (
        heard(CALLER.inner("a", MsgType="location", MsgId="1", **POINT), datum).event
        for datum in ("gcj02", "wgs84")
    )
    assert isinstance(chinese, TextIn)
    assert isinstance(world, TextIn)
    places = [read_place(chinese.place), read_place(world.place)]
    assert [one and (one.lat, one.lng, one.datum) for one in places] == [
        (27.948671, 106.830273, "GCJ-02"),
        (27.948671, 106.830273, "WGS-84"),
    ]
    north, east = places[0].wgs84 if places[0] else (0, 0)
    assert 200 < ((north - 27.948671) ** 2 + (east - 106.830273) ** 2) ** 0.5 * 111_000 < 700


@pytest.mark.parametrize(
    "inner",
    [
        {"text": "<xml>\x08</xml>"},
        {"FromUserName": "a", "CreateTime": "1790000000"},
        {"FromUserName": "a", "CreateTime": "soon", "MsgType": "text", "Content": "x"},
        {"FromUserName": "a", "CreateTime": "9" * 18, "MsgType": "text", "Content": "x"},
        {"FromUserName": "a", "CreateTime": "1790000000", "MsgType": "text"},
        {"FromUserName": "a", "CreateTime": "1790000000", "MsgType": "location",
         "Location_X": "127", "Location_Y": "26"},
        {"FromUserName": "a", "CreateTime": "1790000000", "MsgType": "event", "Event": "click",
         "EventKey": ["a"], "SendLocationInfo": ""} | {"Event": "location_select"},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_parked_and_never_more(inner: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        hear(inner, ACCOUNT, "gcj02")


KNOWN = st.sampled_from(
    ["event", "text", "image", "location", "link", "click", "template_card_event", "1790000000"]
)
VALUE = st.recursive(
    KNOWN | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["SelectedItem", "OptionIds", "OptionId", "Location_X"]), inner
        )
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["FromUserName", "CreateTime", "MsgType", "MsgId", "Event", "EventKey", "SelectedItems",
     "SendLocationInfo", "Content", "MediaId", "Location_X", "Location_Y"]
)  # fmt: skip


@settings(deadline=None)
@given(st.dictionaries(FIELDS, VALUE))
def test_whatever_comes_is_understood_or_unreadable(inner: dict[str, Any]) -> None:
    with contextlib.suppress(Unreadable):
        hear(inner, ACCOUNT, "gcj02")


def test_two_events_of_one_second_have_two_names() -> None:
    first = heard(CALLER.event("a", "enter_agent"))
    second = heard(CALLER.event("a", "location_select", SendLocationInfo=POINT))
    assert first.at == second.at
    assert first.source != second.source
    assert first.at - MONDAY < timedelta(seconds=1)


def test_every_entry_of_the_menu_says_words_that_open_something() -> None:
    entries = [below for top in MENU["button"] for below in top["sub_button"]]
    keys = {one["key"] for one in entries if one["type"] == "click"}
    assert keys == set(SAYS)
    opened = {word for topic in TOPICS for word in topic.words}
    assert set(SAYS.values()) <= opened
