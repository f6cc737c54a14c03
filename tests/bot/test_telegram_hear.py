"""Every kind of update Telegram sends, as received, and what it means to us."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Unreadable
from bot.channels.telegram.hear import UNDATED, hear, raw_of
from ledger.clock import moment
from ledger.messages import ActionIn, EnterIn, Event, Incoming, LifecycleIn, TextIn, UnknownIn

PAYLOADS = Path(__file__).parent.parent / "payloads" / "telegram"
ME = "zhucun_test_bot"
LI = "700101"
WHEN = moment(1795395600_000)


def payload(name: str) -> dict[str, Any]:
    return dict(json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8")))


def heard(name: str) -> Incoming:
    return hear(payload(name), "777000", ME)


MEANING: dict[str, Event] = {
    "text": TextIn("学习 60 中央一号文件"),
    "command": TextIn("/today"),
    "command_ours": TextIn("/study 60 中央一号文件"),
    "command_other": UnknownIn("command for another bot"),
    "start": EnterIn(""),
    "deep_link": EnterIn("3vKxq9Yb2LwZr8TnE5cHj0Ms7PdGfA1u"),
    "edited_text": TextIn("学习 90 中央一号文件"),
    "edited_start": UnknownIn("edit without words"),
    "edited_caption": TextIn("走访 张大山 屋顶已修好"),
    "location": TextIn(place="31.177400,121.527200 WGS-84 ±25米"),
    "live_location": TextIn(place="31.177412,121.527200 WGS-84 ±12米"),
    "live_movement": UnknownIn("edit without words"),
    "live_end": UnknownIn("edit without words"),
    "forwarded_location": TextIn(place="31.177400,121.527200 WGS-84（转发）"),
    "forwarded_text": TextIn("转发：学习 60 中央一号文件"),
    "contact": UnknownIn("contact"),
    "sticker": UnknownIn("sticker"),
    "reply": TextIn("水管已接通", reply_to="telegram:700101/31"),
    "group_text": TextIn("问题 12 已办结"),
    "topic_text": TextIn("今天"),
    "anonymous_admin": UnknownIn("not from a person"),
    "via_bot": UnknownIn("not from a person"),
    "callback": ActionIn("v1-1a-0-abcdefghijklmnop"),
    "callback_inaccessible": ActionIn("v1-1a-1-abcdefghijklmnop"),
    "callback_group": ActionIn("v1-1a-2-abcdefghijklmnop"),
    "callback_game": UnknownIn("callback_query without data"),
    "blocked": LifecycleIn("unreachable"),
    "unblocked": LifecycleIn("reachable"),
    "added_to_group": LifecycleIn("joined"),
    "removed_from_group": LifecycleIn("left"),
    "migrate_to": UnknownIn("migrate_to_chat_id"),
    "new_members": UnknownIn("new_chat_participant"),
    "channel_post": UnknownIn("channel_post"),
    "poll_answer": UnknownIn("poll_answer"),
    "unknown_kind": UnknownIn("quantum_message"),
}
FILES = {  # kind, name, MIME type, size, what to fetch, origin
    "photo": ("photo", "AQAD1280.jpg", "image/jpeg", 115200, "AgAC-1280", "AQAD1280"),
    "album_part": ("photo", "AQAD1280.jpg", "image/jpeg", 115200, "AgAC-1280", "AQAD1280"),
    "forwarded_photo": ("photo", "AQAD1280.jpg", "image/jpeg", 115200, "AgAC-1280", "AQAD1280"),
    "document": (
        "document",
        "2026 走访台账.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        18231,
        "BQAC-1",
        "AgADdoc",
    ),
    "voice": ("voice", "AgADvoice.ogg", "audio/ogg", 26510, "AwAC-1", "AgADvoice"),
    "video": ("video", "巡查.mp4", "video/mp4", 2651000, "BAAC-1", "AgADvideo"),
    "video_note": ("video", "AgADround.mp4", "video/mp4", 651000, "DQAC-1", "AgADround"),
}
POISONED = ("poison_date", "poison_shape", "poison_photo", "poison_place")


def test_every_payload_has_an_expectation() -> None:
    found = {path.stem for path in PAYLOADS.glob("*.json")}
    assert found == {*MEANING, *FILES, *POISONED}


@pytest.mark.parametrize("name", MEANING)
def test_an_update_means(name: str) -> None:
    assert heard(name).event == MEANING[name]


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_described_and_fetched_later(name: str) -> None:
    event = heard(name).event
    assert isinstance(event, TextIn)
    (media,) = event.media
    assert tuple(vars(media).values()) == (*FILES[name], name.startswith("forwarded"))


@pytest.mark.parametrize("name", POISONED)
def test_a_poisoned_update_is_unreadable_but_can_be_kept(name: str) -> None:
    with pytest.raises(Unreadable):
        heard(name)
    raw = raw_of(payload(name), "777000")
    assert raw is not None
    assert raw.payload == payload(name)


def test_a_photo_brings_its_caption_and_its_album() -> None:
    photo, part = heard("photo").event, heard("album_part").event
    assert isinstance(photo, TextIn)
    assert isinstance(part, TextIn)
    assert (photo.text, photo.album) == ("走访 张大山 屋顶漏雨", "")
    assert (part.text, part.album) == ("", "13571113171923")


def test_a_message_names_its_sender_and_its_source() -> None:
    incoming = heard("text")
    address = incoming.address
    assert (address.channel, address.account, address.user_key) == ("telegram", "777000", LI)
    assert incoming.source == "telegram:700101/41"
    assert incoming.at == WHEN
    assert not incoming.edited
    assert not incoming.group


def test_an_edit_has_the_source_of_what_it_corrects_and_the_time_of_the_edit() -> None:
    before, after = heard("text"), heard("edited_text")
    assert after.source == before.source
    assert after.edited
    assert after.at == moment(1795395900_000)


@pytest.mark.parametrize("name", ["callback", "callback_inaccessible", "callback_group"])
def test_a_press_is_the_pressers_and_has_no_time_of_its_own(name: str) -> None:
    incoming = heard(name)
    assert incoming.address.user_key == LI
    assert incoming.at == UNDATED  # the card's date would make it two hours old
    assert incoming.source.startswith("telegram:press/30102030405")
    assert incoming.group == (name == "callback_group")


@pytest.mark.parametrize(
    "name", ["group_text", "topic_text", "added_to_group", "removed_from_group", "channel_post"]
)
def test_what_happens_in_a_group_is_marked(name: str) -> None:
    assert heard(name).group


def test_a_group_never_makes_a_person_unreachable() -> None:
    assert heard("removed_from_group").event == LifecycleIn("left")


@pytest.mark.parametrize("name", ["channel_post", "poll_answer", "unknown_kind"])
def test_what_comes_from_nobody_is_addressed_to_nobody(name: str) -> None:
    assert heard(name).address.user_key == ""


def test_before_the_bot_knows_its_name_every_name_is_its_own() -> None:
    assert hear(payload("command_other"), "777000", "").event == TextIn("/today")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("/抽查@zhucun_test_bot 5", "/抽查 5"),
        ("/抽查 5", "/抽查 5"),
        ("写信到 a@b", "写信到 a@b"),
        ("/today@zhucun_test_bot", "/today"),
        ("/today@zhucun_test_bot\n明天", "/today\n明天"),
        ("  两边 有空格  ", "  两边 有空格  "),
    ],
)
def test_only_the_bots_name_is_taken_out_of_a_command(text: str, read: str) -> None:
    update = payload("text")
    update["message"]["text"] = text
    assert hear(update, "777000", ME).event == TextIn(read)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("text", "telegram:700101"),
        ("edited_text", "telegram:700101"),
        ("callback", "telegram:700101"),
        ("callback_group", "telegram:700101"),
        ("blocked", "telegram:700101"),
        ("group_text", "telegram:-1002000000001:700101"),
        ("poison_date", "telegram:700101"),
        ("poison_shape", "telegram:700101"),
        ("channel_post", "telegram:nobody"),
        ("unknown_kind", "telegram:nobody"),
    ],
)
def test_a_conversation_is_a_person_or_a_person_in_a_group(name: str, key: str) -> None:
    raw = raw_of(payload(name), "777000")
    assert raw is not None
    assert raw.conv_key == key
    assert raw.ext_id == str(payload(name)["update_id"])


@pytest.mark.parametrize(
    "update",
    [
        None,
        [],
        "text",
        {},
        {"update_id": "7"},
        {"update_id": True},
        {"update_id": -1},
        {"update_id": 1 << 63},
    ],
)
def test_what_has_no_number_cannot_be_kept(update: Any) -> None:
    assert raw_of(update, "777000") is None


def test_half_an_emoji_cannot_stop_the_inbox() -> None:
    update = json.loads('{"update_id": 7, "message": {"text": "\\ud83d好", "from": {"id": 1}}}')
    raw = raw_of(update, "777000")
    assert raw is not None
    assert json.dumps(raw.payload, ensure_ascii=False).encode()
    assert raw.payload["message"]["text"].endswith("好")
    assert raw.conv_key == "telegram:1"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["chat", "from", "id", "date", "text", "photo", "location", "type", "data"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member", "x"]),
    JSON,
)
def test_whatever_comes_is_heard_or_unreadable_and_never_anything_else(
    kind: str, body: Any
) -> None:
    update = {"update_id": 7, kind: body}
    assert raw_of(update, "777000") is not None
    with contextlib.suppress(Unreadable):
        assert isinstance(hear(update, "777000", ME), Incoming)
