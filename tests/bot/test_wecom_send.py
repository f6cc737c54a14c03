"""What leaves for WeCom, against a strict server: words, cards, files, limits, closing."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from county import MONDAY
from fake_wecom import AES_KEY, AGENT, CORP, SECRET, TOKEN, FakeWeCom, fake_wecom

from bot.channels.base import SendError, Trouble
from bot.channels.wecom import WeCom, check
from bot.channels.wecom.cards import fits, parted, tasks_of, titled
from bot.settings import WeComSettings
from ledger import live_cards
from ledger.clock import SetClock
from ledger.database import Database
from ledger.errors import ForOperator
from ledger.files import keep_bytes
from ledger.messages import Media, Outgoing, Paper
from ledger.people import Address
from templates.words import Words

ACCOUNT = f"{CORP}/{AGENT}"
LI = Address("wecom", ACCOUNT, "liduiyuan")
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 10
LINE = "李队员今天走访了张大山家，屋顶漏雨😀，已报问题。\n"
ASK = {"labels": ("在村", "在途"), "tokens": ("v1-1-0-a", "v1-1-1-a")}


@pytest.fixture(scope="module")
def server() -> Iterator[FakeWeCom]:
    with fake_wecom(SetClock(MONDAY)) as fake:
        yield fake


@pytest.fixture
def corp(server: FakeWeCom) -> FakeWeCom:
    server.clock = SetClock(MONDAY)
    server.forget()
    return server


def settings(corp: FakeWeCom, **more: Any) -> WeComSettings:
    given = {"mode": "app", "corp_id": CORP, "agent_id": AGENT, "secret": SECRET, "token": TOKEN,
             "aes_key": AES_KEY, "api_base": corp.address, "_env_file": None}  # fmt: skip
    return WeComSettings(**{**given, **more})


@pytest.fixture
async def channel(corp: FakeWeCom, database: Database, tmp_path: Path) -> AsyncIterator[WeCom]:
    made = WeCom(settings(corp), tmp_path / "files", database, Words(None), corp.clock)
    made.client.rest = 0.001
    yield made
    await made.close()


def row(text: str = "您好", **facts: Any) -> Outgoing:
    return Outgoing(
        **{"id": 7, "person_id": 1, "address": LI, "kind": "text", "text": text,
           "made_at": 1_790_000_000_000, **facts}
    )  # fmt: skip


def paper(folder: Path, data: bytes, name: str, mime: str) -> Paper:
    kept = keep_bytes(folder, data, mime=mime, name=name, kind="document")
    return Paper(kept.sha256, name, mime)


def sent(corp: FakeWeCom) -> list[dict[str, Any]]:
    return corp.made("message/send")


def later(corp: FakeWeCom, span: timedelta) -> None:
    assert isinstance(corp.clock, SetClock)
    corp.clock.set(corp.clock.now() + span)


async def trouble_of(channel: WeCom, out: Outgoing) -> SendError:
    with pytest.raises(SendError) as trouble:
        await channel.deliver(out)
    return trouble.value


# words
async def test_words_arrive_as_they_are_without_markup(channel: WeCom, corp: FakeWeCom) -> None:
    handle = await channel.deliver(row("**王<b>&]]> \\*\\_\\[\\\\ 😀** 您好"))
    assert corp.told("LiDuiYuan") == ["王<b>&]]> *_[\\ 😀 您好"]
    assert handle.ref == corp.screen("LiDuiYuan")[0].msgid


async def test_a_long_text_goes_in_numbered_parts_that_wecom_does_not_cut(
    channel: WeCom, corp: FakeWeCom
) -> None:
    await channel.deliver(row(LINE * 100))
    told = corp.told("LiDuiYuan")
    assert max(len(one.encode()) for one in told) <= 2048
    assert [one.partition("\n")[0] for one in told] == [
        f"（{number}/{len(told)}）" for number in range(1, len(told) + 1)
    ]
    assert "\n".join(one.partition("\n")[2].strip() for one in told) == (LINE * 100).strip()


async def test_the_same_row_sent_again_is_one_message_and_another_row_is_another(
    channel: WeCom, corp: FakeWeCom
) -> None:
    corp.fail("message/send", http=502, accepted=True, times=9)
    assert (await trouble_of(channel, row())).kind is Trouble.UNCERTAIN
    corp.faults.clear()
    await channel.deliver(row(again=True))
    assert corp.told("LiDuiYuan") == ["您好"]
    assert corp.collapsed > 0
    await channel.deliver(row(id=8))
    assert corp.told("LiDuiYuan") == ["您好", "您好"]


async def test_a_row_that_stopped_half_way_goes_on_where_it_stopped(
    channel: WeCom, corp: FakeWeCom
) -> None:
    corp.fail("message/send", 45009, "api freq out of minute limit", skip=2)
    assert (await trouble_of(channel, row(LINE * 100))).kind is Trouble.THROTTLED
    handle = await channel.deliver(row(LINE * 100))
    assert corp.collapsed == 0
    assert len(handle.refs) == len(corp.told("LiDuiYuan")) > 3


async def test_thirty_five_messages_in_a_minute_lose_none(
    channel: WeCom, corp: FakeWeCom
) -> None:
    """WeCom drops what is over 30 a minute and says that all is well."""
    kept: list[Outgoing] = []
    for number in range(35):
        out = row(f"第{number}条", id=number)
        if number < 25:
            await channel.deliver(out)
            continue
        trouble = await trouble_of(channel, out)
        assert (trouble.kind, trouble.retry_after) == (Trouble.DOWN, 60)
        kept.append(out)
    later(corp, timedelta(seconds=60))
    for out in kept:
        await channel.deliver(out)
    assert corp.dropped == []
    assert corp.told("LiDuiYuan") == [f"第{number}条" for number in range(35)]


async def test_nine_hundred_an_hour_and_not_one_more(
    corp: FakeWeCom, database: Database, tmp_path: Path
) -> None:
    few = settings(corp, per_member_per_hour=3)
    channel = WeCom(few, tmp_path, database, Words(None), corp.clock)
    for number in range(3):
        await channel.deliver(row(id=number))
    assert (await trouble_of(channel, row(id=4))).retry_after == 3600
    other = row(id=5, address=replace(LI, user_key="zhao"))
    await channel.deliver(other)
    later(corp, timedelta(hours=1))
    await channel.deliver(row(id=4))
    await channel.close()


# cards
async def test_a_short_question_stands_on_the_card(channel: WeCom, corp: FakeWeCom) -> None:
    handle = await channel.deliver(row("**抽查**：您在哪里？\n10:25 前答复", **ASK))
    (seen,) = corp.screen("LiDuiYuan")
    assert seen.body["main_title"] == {"title": "抽查：您在哪里？"}
    assert seen.body["sub_title_text"] == "10:25 前答复"
    assert seen.buttons == [("在村", "v1-1-0-a"), ("在途", "v1-1-1-a")]
    assert handle.ref == seen.task_id
    assert corp.advice == []


async def test_of_a_long_text_the_question_stands_on_the_card(
    channel: WeCom, corp: FakeWeCom
) -> None:
    await channel.deliver(row(f"{LINE * 8}\n这样记对吗？", **ASK))
    words, card = corp.screen("LiDuiYuan")
    assert (words.kind, words.text) == ("text", (LINE * 8).strip())
    assert (card.kind, card.text) == ("template_card", "这样记对吗？")
    assert corp.advice == []


async def test_a_long_label_is_cut_and_stands_in_full_in_the_words(
    channel: WeCom, corp: FakeWeCom
) -> None:
    long = "张大山（三组，住在村东头第二排）"
    await channel.deliver(row("哪一户？", labels=("取消", long), tokens=("a", "b")))
    (card,) = corp.screen("LiDuiYuan")
    assert card.buttons == [("取消", "a"), ("2. 张大山（三组…", "b")]
    assert f"2. {long}" in card.text
    assert corp.advice == []


@pytest.mark.parametrize(
    ("count", "kinds"),
    [
        (6, ["button_interaction"]),
        (7, ["vote_interaction"]),
        (20, ["vote_interaction"]),
        (21, ["vote_interaction", "button_interaction"]),
        (45, ["vote_interaction"] * 2 + ["button_interaction"]),
    ],
)
async def test_many_options_are_a_list_and_more_are_several(
    channel: WeCom, corp: FakeWeCom, count: int, kinds: list[str]
) -> None:
    tokens = tuple(f"v1-1-{number}-a" for number in range(count))
    handle = await channel.deliver(row("请选一户", labels=("户",) * count, tokens=tokens))
    seen = corp.screen("LiDuiYuan")
    assert [one.body["card_type"] for one in seen] == kinds
    assert [key for one in seen for _, key in one.buttons] == list(tokens)
    assert [one.task_id for one in seen] == tasks_of(handle.ref)[: len(kinds)]


async def test_a_screen_without_buttons_is_told_what_to_reply(
    channel: WeCom, corp: FakeWeCom
) -> None:
    await channel.deliver(row("您在哪里？", plain=True, **ASK))
    (seen,) = corp.screen("LiDuiYuan")
    assert (seen.kind, seen.text) == ("text", "您在哪里？\n\n可直接回复：在村、在途")


async def test_a_card_that_wecom_refuses_is_said_in_words_once(
    channel: WeCom, corp: FakeWeCom
) -> None:
    corp.fail("message/send", 42038, "invalid button text")
    await channel.deliver(row("您在哪里？", **ASK))
    assert corp.told("LiDuiYuan") == ["您在哪里？\n\n可直接回复：在村、在途"]
    assert len(corp.asked("message/send")) == 2


async def test_a_card_that_is_there_already_is_delivered(
    channel: WeCom, corp: FakeWeCom
) -> None:
    """The duplicate check may look at the task_id first: nobody knows (wecom.md §14)."""
    corp.task_first = True
    first = await channel.deliver(row("您在哪里？", **ASK))
    again = await channel.deliver(row("您在哪里？", again=True, **ASK))
    assert first.ref == again.ref
    assert len(corp.screen("LiDuiYuan")) == 1


# closing
def close_of(ref: str, text: str = "**已截止**") -> Outgoing:
    return row(text, id=9, kind="close", closes=ref)


async def test_a_card_turns_into_its_last_word(channel: WeCom, corp: FakeWeCom) -> None:
    card = await channel.deliver(row("您在哪里？", **ASK))
    closed = await channel.deliver(close_of(card.ref))
    (seen,) = corp.screen("LiDuiYuan")
    assert (seen.text, seen.buttons, seen.replaced) == ("已截止", [], "已结束")
    assert closed.ref == card.ref


@pytest.mark.parametrize("how", ["used", "too old", "unknown here"])
async def test_a_card_that_cannot_be_changed_any_more_gets_a_new_message(
    channel: WeCom, corp: FakeWeCom, how: str
) -> None:
    card = await channel.deliver(row("您在哪里？", **ASK))
    if how == "used":
        for code in corp.codes.values():
            code.used = True
    if how == "too old":
        later(corp, timedelta(hours=73))
    ref = "v1-9-9" if how == "unknown here" else card.ref
    await channel.deliver(close_of(ref))
    assert corp.told("LiDuiYuan") == ["您在哪里？", "已截止"]


async def test_the_code_of_a_press_changes_the_card_when_the_first_is_used(
    channel: WeCom, corp: FakeWeCom, database: Database
) -> None:
    card = await channel.deliver(row("您在哪里？", **ASK))
    for code in corp.codes.values():
        code.used = True
    pressed = corp.press_code(corp.screen("LiDuiYuan")[0])
    async with database.transaction() as db:
        await live_cards.note(db, LI, card.ref, pressed, until=MONDAY + timedelta(hours=72))
    await channel.deliver(close_of(card.ref))
    assert corp.told("LiDuiYuan") == ["已截止"]


async def test_a_last_word_too_long_for_a_card_comes_apart_and_the_card_goes_grey(
    channel: WeCom, corp: FakeWeCom
) -> None:
    card = await channel.deliver(row("您在哪里？", **ASK))
    await channel.deliver(close_of(card.ref, LINE * 8))
    old, new = corp.screen("LiDuiYuan")
    assert (old.text, old.buttons, old.replaced) == ("您在哪里？", [], "已结束")
    assert new.text == (LINE * 8).strip()


async def test_an_unclear_close_is_tried_again(channel: WeCom, corp: FakeWeCom) -> None:
    card = await channel.deliver(row("您在哪里？", **ASK))
    corp.fail("message/update_template_card", http=502)
    assert (await trouble_of(channel, close_of(card.ref))).kind is Trouble.UNCERTAIN
    await channel.deliver(close_of(card.ref))
    assert corp.told("LiDuiYuan") == ["已截止"]


# files
async def test_pictures_words_and_files_in_this_order(
    channel: WeCom, corp: FakeWeCom, tmp_path: Path
) -> None:
    card = paper(tmp_path / "files", JPEG, "日报.jpg", "image/jpeg")
    book = paper(tmp_path / "files", b"PK\x03\x04" * 9, "台账.xlsx", "application/zip")
    handle = await channel.deliver(row("日报", files=(book, card), **ASK))
    assert corp.told("LiDuiYuan") == ["[image 日报.jpg 74]", "日报", "[file 台账.xlsx 36]"]
    assert handle.ref == corp.screen("LiDuiYuan")[1].task_id


async def test_a_file_is_uploaded_once_in_three_days(
    channel: WeCom, corp: FakeWeCom, tmp_path: Path
) -> None:
    card = paper(tmp_path / "files", JPEG, "日报.jpg", "image/jpeg")
    for number, hours in enumerate((0, 40, 40)):
        later(corp, timedelta(hours=hours))
        await channel.deliver(row("日报", id=number, files=(card,)))
    assert len(corp.asked("media/upload")) == 2
    corp.media.clear()  # WeCom has forgotten it before its time
    await channel.deliver(row("日报", id=5, files=(card,)))
    assert len(corp.asked("media/upload")) == 3
    assert len(corp.told("LiDuiYuan")) == 8


async def test_what_is_no_picture_for_wecom_goes_as_a_file(
    channel: WeCom, corp: FakeWeCom, tmp_path: Path
) -> None:
    odd = paper(tmp_path / "files", b"no picture at all", "图.png", "image/png")
    await channel.deliver(row("", files=(odd,)))
    assert corp.told("LiDuiYuan") == ["[file 图.png 17]"]


@pytest.mark.parametrize("what", ["gone", "empty", "nothing"])
async def test_a_row_that_cannot_be_sent_is_refused(
    channel: WeCom, tmp_path: Path, what: str
) -> None:
    papers = {
        "gone": (Paper("0" * 64, "a.pdf", "application/pdf"),),
        "empty": (paper(tmp_path / "files", b"", "a.pdf", "application/pdf"),),
        "nothing": (),
    }[what]
    assert (await trouble_of(channel, row("", files=papers))).kind is Trouble.REFUSED


async def test_what_a_member_sends_is_fetched(channel: WeCom, corp: FakeWeCom) -> None:
    media_id = corp.hold(JPEG)
    assert await channel.fetch(Media("photo", "1.jpg", "image/jpeg", 0, media_id)) == JPEG
    with pytest.raises(SendError) as trouble:
        await channel.fetch(Media("photo", "1.jpg", "image/jpeg", 0, "forgotten"))
    assert trouble.value.kind is Trouble.REFUSED


# receivers
async def test_who_is_outside_the_visible_range_is_unreachable(
    channel: WeCom, corp: FakeWeCom
) -> None:
    corp.invisible = {"LiDuiYuan"}
    assert (await trouble_of(channel, row())).kind is Trouble.UNREACHABLE


async def test_one_text_for_many_is_one_call_and_each_is_told_apart(
    channel: WeCom, corp: FakeWeCom
) -> None:
    corp.invisible = {"w3"}
    outs = [
        row("今晚学习", id=number, address=replace(LI, user_key=f"w{number}"))
        for number in range(1, 901)
    ]
    found = await channel.deliver_together(outs)
    assert len(corp.asked("message/send")) == 1
    lost = [id for id, outcome in found.items() if isinstance(outcome, SendError)]
    assert (len(found), lost, len(corp.outbox)) == (900, [3], 899)


async def test_nobody_of_many_can_be_reached(channel: WeCom, corp: FakeWeCom) -> None:
    corp.invisible = {"w1", "w2"}
    outs = [row(id=number, address=replace(LI, user_key=f"w{number}")) for number in (1, 2)]
    with pytest.raises(SendError) as trouble:
        await channel.deliver_together(outs)
    assert trouble.value.kind is Trouble.UNREACHABLE


async def test_cards_and_long_texts_for_many_go_singly(channel: WeCom, corp: FakeWeCom) -> None:
    for text, more in (("您在哪里？", ASK), (LINE * 50, {})):
        corp.calls.clear()
        outs = [
            row(text, id=number, address=replace(LI, user_key=f"w{number}"), **more)
            for number in (1, 2)
        ]
        found = await channel.deliver_together(outs)
        assert set(found) == {1, 2}
        assert all("|" not in body["touser"] for body in sent(corp))


# setting up
async def test_the_menu_is_set_and_without_it_all_goes_on(
    channel: WeCom, corp: FakeWeCom
) -> None:
    async def keep(*_: object) -> None: ...

    corp.fail("menu/create", 60020, "not allow to access from your ip")
    await channel.run(keep)
    assert corp.menu == {}
    await channel.run(keep)
    assert [one["name"] for one in corp.menu["button"]] == ["登记", "走访", "问题"]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("corp_id", "", "WECOM_CORP_ID"),
        ("agent_id", 0, "WECOM_AGENT_ID"),
        ("secret", "", "WECOM_SECRET"),
        ("token", "有空格 的", "WECOM_TOKEN"),
        ("aes_key", "short", "43"),
    ],
)
def test_what_is_not_filled_in_is_one_clear_sentence(
    corp: FakeWeCom, field: str, value: object, told: str
) -> None:
    with pytest.raises(ForOperator, match=told):
        check(settings(corp, **{field: value}))


@pytest.mark.parametrize(
    ("said", "title", "rest"),
    [
        ("您在哪里？", "您在哪里？", ""),
        ("抽查\n\n您在哪里？", "抽查", "您在哪里？"),
        ("走访" * 10 + "，漏雨，下周三前修好。", "走访" * 10 + "，漏雨，", "下周三前修好。"),
        ("村" * 30, "村" * 26, "村" * 4),
    ],
)
def test_a_title_is_short_and_nothing_is_lost(said: str, title: str, rest: str) -> None:
    assert titled(said) == (title, rest)


def test_what_fits_nowhere_asks_below_the_words() -> None:
    endless = "村" * 300
    assert not fits(endless)
    assert parted(endless, ["7. 长"], "请选") == (f"{endless}\n7. 长", "请选")
    assert parted("", [], "请选") == ("", "请选")
