"""What the smart bot is told: every kind of message, events in each of their three forms."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from source import ROOT

from bot.channels.base import Unreadable
from bot.channels.wecom_bot.hear import event_of, hear, is_press, raw_of, token_of
from ledger.messages import ActionIn, EnterIn, Event, LifecycleIn, TextIn, UnknownIn

VECTORS = json.loads((ROOT / "tests/payloads/wecom_vectors.json").read_text("utf-8"))
BODIES = {
    one["name"]: json.loads(one["plaintext"])
    for one in VECTORS["vectors"]
    if one["name"].startswith("aibot_")
}
NESTED = {
    "eventtype": "template_card_event",
    "template_card_event": {
        "event_key": "v1-a", "task_id": "t1", "card_type": "button_interaction",
    },
}  # fmt: skip
FLAT = {
    "eventtype": "template_card_event", "event_key": "v1-a", "task_id": "t1",
    "card_type": "button_interaction",
}  # fmt: skip
CAMEL = {
    "eventtype": "template_card_event", "EventKey": "v1-a", "TaskId": "t1",
    "CardType": "button_interaction",
}  # fmt: skip
CAMEL_NESTED = {
    "EventType": "template_card_event",
    "TemplateCardEvent": {"EventKey": "v1-a", "TaskId": "t1", "CardType": "button_interaction"},
}


def message(kind: str, content: Any, **more: Any) -> dict[str, Any]:
    body = {
        "msgid": "m1", "chattype": "single", "from": {"userid": "LiDY"}, "msgtype": kind,
        kind: content, **more,
    }  # fmt: skip
    return {"cmd": "aibot_msg_callback", "headers": {"req_id": "r1"}, "body": body}


def event(details: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {
        "msgid": "m1", "chattype": "single", "from": {"userid": "LiDY"}, "create_time": 1790000000,
        "msgtype": "event", "event": details, **more,
    }  # fmt: skip
    return {"cmd": "aibot_event_callback", "headers": {"req_id": "r1"}, "body": body}


def heard(frame: dict[str, Any]) -> Event:
    return hear(frame, "bot").event


def test_text_is_heard_from_the_case_folded_id() -> None:
    incoming = hear(message("text", {"content": "到岗"}), "bot")
    assert incoming.event == TextIn("到岗")
    assert (incoming.address.user_key, incoming.source) == ("lidy", "wecom_bot:m1")


def test_voice_comes_as_its_words() -> None:
    assert heard(message("voice", {"content": "学习一小时"})) == TextIn("学习一小时")


def test_words_and_pictures_of_one_message_stay_together() -> None:
    items = [
        {"msgtype": "text", "text": {"content": "走访 张大山"}},
        {"msgtype": "image", "image": {"url": "https://x/1", "aeskey": "k1"}},
        {"msgtype": "image", "image": {"url": "https://x/2", "aeskey": "k2"}},
    ]
    said = heard(message("mixed", {"msg_item": items}))
    assert isinstance(said, TextIn)
    assert said.text == "走访 张大山"
    assert [json.loads(one.fetch)["aeskey"] for one in said.media] == ["k1", "k2"]


@pytest.mark.parametrize(
    ("kind", "ours"), [("image", "photo"), ("file", "document"), ("video", "video")]
)
def test_files_are_heard_with_their_door(kind: str, ours: str) -> None:
    said = heard(message(kind, {"url": "https://x/1", "aeskey": "k"}))
    assert isinstance(said, TextIn)
    assert [one.kind for one in said.media] == [ours]


def test_a_files_own_name_is_kept_without_its_folders() -> None:
    said = heard(message("file", {"url": "https://x/1", "filename": "C:\\a/问题清单.xlsx"}))
    assert isinstance(said, TextIn)
    assert said.media[0].name == "问题清单.xlsx"


def test_a_group_is_a_conversation_of_its_own_without_the_bots_name() -> None:
    frame = message("text", {"content": "@驻村通 今天"}, chattype="group", chatid="g1")
    incoming = hear(frame, "bot")
    assert (incoming.group, incoming.event) == (True, TextIn("今天"))
    assert raw_of(frame, "bot").conv_key == "wecom_bot:g1:lidy"
    assert raw_of(message("text", {"content": "今天"}), "bot").conv_key == "wecom_bot:lidy"


@pytest.mark.parametrize("details", [NESTED, FLAT, CAMEL, CAMEL_NESTED])
def test_a_press_is_the_same_in_every_form(details: dict[str, Any]) -> None:
    frame = event(details)
    assert heard(frame) == ActionIn("v1-a")
    assert is_press(frame)
    found = event_of(frame["body"])
    assert (found["taskid"], found["cardtype"]) == ("t1", "button_interaction")


@pytest.mark.parametrize(
    "chosen",
    [
        {"selected_items": {"selected_item": [{"option_ids": {"option_id": ["v1-b"]}}]}},
        {"selected_items": {"selected_item": {"option_ids": {"option_id": "v1-b"}}}},
        {"selected_items": [{"option_ids": ["v1-b"]}]},
        {"SelectedItems": {"SelectedItem": [{"OptionIds": {"OptionId": ["v1-b"]}}]}},
    ],
)
def test_a_choice_in_a_list_is_the_option(chosen: dict[str, Any]) -> None:
    assert heard(event({**FLAT, "event_key": "vote", **chosen})) == ActionIn("v1-b")


def test_the_published_card_event_is_read() -> None:
    body = BODIES["aibot_event_card"]
    assert token_of(event_of(body)) == "A"
    assert heard({"cmd": "aibot_event_callback", "headers": {}, "body": body}) == ActionIn("A")


def test_the_grey_button_is_swallowed() -> None:
    frame = event({**FLAT, "event_key": "noop"})
    assert heard(frame) == UnknownIn("noop")
    assert not is_press(frame)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("enter_chat", EnterIn(passing=True)),
        ("disconnected_event", LifecycleIn("displaced")),
        ("feedback_event", UnknownIn("feedback_event")),
        ("never_seen", UnknownIn("never_seen")),
    ],
)
def test_other_events(kind: str, wanted: Event) -> None:
    assert heard(event({"eventtype": kind})) == wanted


def test_new_kinds_are_kept_and_left_alone() -> None:
    assert heard(message("hologram", {"x": 1})) == UnknownIn("hologram")
    strange = {"cmd": "aibot_next_year", "headers": {"req_id": "r9"}, "body": {}}
    assert heard(strange) == UnknownIn("aibot_next_year")
    assert raw_of(strange, "bot").ext_id == "r:r9"


def test_what_is_kept_has_the_req_id_and_no_door_of_its_own() -> None:
    frame = message("text", {"content": "今天"}, response_url="https://x?response_code=RC")
    raw = raw_of(frame, "bot")
    assert raw.ext_id == "m1"
    assert raw.payload["headers"] == {"req_id": "r1"}
    assert "RC" not in str(raw.payload)


def test_half_a_character_is_mended() -> None:
    raw = raw_of(message("text", {"content": "好\ud83d"}), "bot")
    assert json.dumps(raw.payload, ensure_ascii=False).encode()


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["body", "headers", "req_id", "msgtype", "text", "from", "userid", "event",
                 "eventtype", "event_key", "mixed", "msg_item", "image", "selected_items"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@given(
    st.sampled_from(["aibot_msg_callback", "aibot_event_callback", "other"]),
    JUNK,
    JUNK,
    st.sampled_from(["text", "image", "mixed", "event", 3, None]),
)
def test_whatever_comes_is_understood_or_unreadable(
    cmd: str, headers: Any, body: Any, kind: Any
) -> None:
    told = {"msgtype": kind, **body} if isinstance(body, dict) else body
    raw = raw_of({"cmd": cmd, "headers": headers, "body": told}, "bot")
    assert raw.ext_id
    is_press(raw.payload)
    with contextlib.suppress(Unreadable):
        hear(raw.payload, "bot")
