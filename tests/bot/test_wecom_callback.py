"""WeCom's callbacks over the whole program: verified, kept before 200, answered once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from county import MONDAY
from starlette.applications import Starlette

from bot.channels.wecom import envelope
from bot.channels.wecom.callback import AGE, Callback, ext_id_of, raw_of, routes, token_of
from bot.channels.wecom.crypto import Crypt
from ledger import inbox
from ledger.clock import SetClock
from ledger.database import Database, open_database
from ledger.inbox import Raw
from ledger.messages import REFUSED

CRYPT = Crypt("ZhuCunBangFu2026", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFw", "wwcorp")
NOISE = b"0123456789abcdef"


@dataclass
class KeptOnly:
    """An inbox without anybody behind it: what is kept, and what became of it."""

    database: Database
    clock: SetClock
    kind: str | None = None
    asked: list[str] = field(default_factory=list)

    async def keep(self, raws: list[Raw]) -> None:
        async with self.database.transaction() as db:
            await inbox.keep(db, raws, now=self.clock.now())

    async def outcome(self, raw: Raw, *, seconds: float) -> str | None:
        self.asked.append(raw.ext_id)
        return self.kind


@dataclass
class Rig:
    http: httpx.AsyncClient
    inbox: KeptOnly
    database: Database
    clock: SetClock

    def signed(
        self, xml: str, crypt: Crypt = CRYPT, *, late: int = 0
    ) -> tuple[dict[str, str], bytes]:
        ciphertext = crypt.seal(xml, random=NOISE)
        timestamp = str(int(self.clock.now().timestamp()) - late)
        query = {"timestamp": timestamp, "nonce": "77",
                 "msg_signature": crypt.signature(timestamp, "77", ciphertext)}  # fmt: skip
        body = f"<xml><ToUserName>wwcorp</ToUserName><Encrypt>{ciphertext}</Encrypt></xml>"
        return query, body.encode()

    async def push(self, xml: str, crypt: Crypt = CRYPT, *, late: int = 0) -> httpx.Response:
        query, body = self.signed(xml, crypt, late=late)
        return await self.http.post("/wecom", params=query, content=body)

    async def rows(self) -> list[dict[str, Any]]:
        async with self.database.reading() as db:
            return [
                dict(row) for row in await db.connection.execute_fetchall("SELECT * FROM inbox")
            ]


@pytest.fixture
async def rig(tmp_path: Any) -> AsyncIterator[Rig]:
    clock = SetClock(MONDAY)
    async with open_database(tmp_path / "zhucun.db", durable=False) as database:
        kept = KeptOnly(database, clock)
        callback = Callback(CRYPT, "wwcorp/1000002", kept, database, clock)  # type: ignore[arg-type]
        web = Starlette(routes=routes(callback, "/wecom"))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(web), base_url="http://here"
        ) as http:
            yield Rig(http, kept, database, clock)


def text(words: str, id: int = 1) -> str:
    return (
        f"<xml><ToUserName>wwcorp</ToUserName><FromUserName>ZhangSan</FromUserName>"
        f"<CreateTime>1790000000</CreateTime><MsgType>text</MsgType>"
        f"<Content>{envelope.cdata(words)}</Content><MsgId>{id}</MsgId></xml>"
    )


def press(token: str, code: str = "C1") -> str:
    return (
        "<xml><ToUserName>wwcorp</ToUserName><FromUserName>ZhangSan</FromUserName>"
        "<CreateTime>1790000000</CreateTime><MsgType>event</MsgType>"
        f"<Event>template_card_event</Event><EventKey>{token}</EventKey><TaskId>t1</TaskId>"
        f"<CardType>button_interaction</CardType><ResponseCode>{code}</ResponseCode></xml>"
    )


async def test_the_address_is_verified_by_the_bare_echo(rig: Rig) -> None:
    query, _ = rig.signed("")
    echo = CRYPT.seal("5927782489442352469", random=NOISE)
    query |= {"echostr": echo, "msg_signature": CRYPT.signature(query["timestamp"], "77", echo)}
    answer = await rig.http.get("/wecom", params=query)
    assert (answer.status_code, answer.text) == (200, "5927782489442352469")
    assert answer.headers["content-type"].startswith("text/plain")


async def test_a_message_is_kept_before_200_and_once_however_often_it_comes(rig: Rig) -> None:
    for _ in range(3):
        answer = await rig.push(text("今天走访张大山家"))
        assert (answer.status_code, answer.content) == (200, b"")
    (row,) = await rig.rows()
    assert row["ext_id"] == "m:1"
    assert row["conv_key"] == "wecom:zhangsan"
    assert "张大山" in row["payload"]


async def test_what_is_not_wecoms_is_turned_away_and_nothing_is_kept(rig: Rig) -> None:
    other_token = Crypt("other", CRYPT.aes_key, "wwcorp")
    other_corp = Crypt(CRYPT.token, CRYPT.aes_key, "wwother")
    assert (await rig.push(text("x"), other_token)).status_code == 403
    assert (await rig.push(text("x"), other_corp)).status_code == 403
    assert (await rig.push(text("x"), late=AGE + 1)).status_code == 403
    query, body = rig.signed(text("x"))
    assert (await rig.http.post("/wecom", content=body)).status_code == 400
    assert (await rig.http.post("/wecom", params=query, content=b"<xml>")).status_code == 400
    bomb = b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>'
    assert (await rig.http.post("/wecom", params=query, content=bomb)).status_code == 400
    big = await rig.http.post("/wecom", params=query, content=b"<" * (envelope.LONGEST + 1))
    assert big.status_code == 413
    assert await rig.rows() == []


async def test_what_cannot_be_read_is_kept_all_the_same(rig: Rig) -> None:
    assert (await rig.push("<xml><Content>\x08</Content></xml>")).status_code == 200
    (row,) = await rig.rows()
    assert row["ext_id"].startswith("x:")


async def test_numbers_are_hidden_before_they_are_kept(rig: Rig) -> None:
    await rig.push(text("他的身份证 110101199003070013 丢了"))
    (row,) = await rig.rows()
    assert "110101199003070013" not in row["payload"]


async def test_a_press_is_answered_at_once_and_its_repetition_alike(rig: Rig) -> None:
    rig.inbox.kind = REFUSED
    first = await rig.push(press("v1-1-0-abcdefghijklmnop"))
    rig.inbox.kind = "text"
    second = await rig.push(press("v1-1-0-abcdefghijklmnop", "C2"))
    for answer in (first, second):
        sealed = envelope.read_envelope(answer.content).ciphertext
        told = envelope.read_inner(CRYPT.open(sealed))
        assert told["Button"] == {"ReplaceName": "已失效"}
        assert told["ToUserName"] == "ZhangSan"
    assert len(await rig.rows()) == 1


async def test_a_press_that_takes_long_is_answered_with_nothing(rig: Rig) -> None:
    answer = await rig.push(press("v1-1-0-abcdefghijklmnop"))
    assert (answer.status_code, answer.content) == (200, b"")
    assert rig.inbox.asked


async def test_a_thousand_at_once_are_all_kept(rig: Rig) -> None:
    answers = await asyncio.gather(*(rig.push(text("在村", id)) for id in range(1000)))
    assert {one.status_code for one in answers} == {200}
    assert len(await rig.rows()) == 1000


def test_two_events_of_one_second_are_two() -> None:
    event = {"FromUserName": "a", "CreateTime": "1", "MsgType": "event"}
    entered = {**event, "Event": "enter_agent"}
    chosen = {**event, "Event": "location_select", "SendLocationInfo": {"Location_X": "1"}}
    again = {**event, "Event": "template_card_event", "TaskId": "t", "ResponseCode": "A"}
    assert len({ext_id_of(one) for one in (entered, chosen, again)}) == 3
    assert ext_id_of(again) == ext_id_of({**again, "ResponseCode": "B"})


def test_ids_are_the_same_in_any_case() -> None:
    assert raw_of({"FromUserName": "ZhangSan", "MsgId": "1"}, "c").conv_key == "wecom:zhangsan"


ONE = {"SelectedItem": {"QuestionKey": "q", "OptionIds": {"OptionId": "v1-2-3-y"}}}
TWO = {"SelectedItem": [{"OptionIds": {"OptionId": ["a", "b"]}}]}


@pytest.mark.parametrize(
    ("inner", "token"),
    [
        ({"EventKey": "v1-1-0-x"}, "v1-1-0-x"),
        ({"EventKey": "submit", "SelectedItems": ONE}, "v1-2-3-y"),
        ({"EventKey": "submit", "SelectedItems": TWO}, "a"),
        ({}, ""),
    ],
)
def test_the_button_that_was_pressed(inner: dict[str, Any], token: str) -> None:
    assert token_of(inner) == token


def test_media_keys_are_not_words() -> None:
    """Only what people write is searched for numbers: an id that looks like one stays."""
    payload = {"MediaId": "110101199003070013", "Content": "x"}
    assert inbox.masked(payload) == payload
