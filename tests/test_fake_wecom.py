"""The fake WeCom is as strict and as silent as the real one (wecom.md §4, §5, §13)."""

import asyncio
import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from county import MONDAY
from fake_wecom import AGENT, CORP, SECRET, FakeWeCom, fake_wecom
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from wecom_caller import Caller

from bot.channels.wecom import envelope
from ledger.clock import SetClock

CARD: dict[str, Any] = {
    "card_type": "button_interaction", "task_id": "t-1", "main_title": {"title": "随机抽查"},
    "button_list": [{"text": "我在村", "key": "k1"}, {"text": "在途", "key": "k2"}],
}  # fmt: skip
VOTE: dict[str, Any] = {
    "card_type": "vote_interaction", "task_id": "t-2", "main_title": {"title": "选一户"},
    "checkbox": {"question_key": "q", "mode": 0, "option_list": [{"id": "o1", "text": "一"}]},
    "submit_button": {"text": "提交", "key": "s"},
}  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[FakeWeCom]:
    with fake_wecom(SetClock(MONDAY)) as running:
        yield running


@pytest.fixture
def fake(server: FakeWeCom, clock: SetClock) -> FakeWeCom:
    server.forget(clock)
    return server


@dataclass
class Program:
    """Speaks to the fake without any care."""

    http: httpx.Client

    def ask(self, path: str, body: Any = None, **params: str) -> dict[str, Any]:
        answer = self.http.post(f"/cgi-bin/{path}", json=body, params=params)
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found

    def token(self) -> str:
        params = {"corpid": CORP, "corpsecret": SECRET}
        return str(self.ask("gettoken", **params)["access_token"])

    def send(
        self, kind: str, content: Any, who: str = "ZhangSan", **more: Any
    ) -> dict[str, Any]:
        body = {"touser": who, "agentid": AGENT, "msgtype": kind, kind: content, **more}
        return self.ask("message/send", body, access_token=self.token())


@pytest.fixture
def program(fake: FakeWeCom) -> Iterator[Program]:
    with httpx.Client(base_url=fake.address, trust_env=False) as http:
        yield Program(http)


def test_the_same_token_while_it_is_good(program: Program, clock: SetClock) -> None:
    first = program.token()
    assert len(first) >= 512
    assert program.token() == first
    assert program.ask("getcallbackip", access_token="")["errcode"] == 41001
    assert program.ask("getcallbackip", access_token="x")["errcode"] == 40014
    clock.set(clock.now() + timedelta(seconds=7200))
    assert program.ask("getcallbackip", access_token=first)["errcode"] == 42001
    assert program.token() != first


def test_a_refusal_has_hint_address_and_link_in_its_words(program: Program) -> None:
    said = program.ask("gettoken", corpid=CORP, corpsecret="wrong")
    assert said["errcode"] == 40001
    for part in ("hint: [", "from ip: ", "more info at https://"):
        assert part in said["errmsg"]


def test_a_long_text_is_cut_without_a_word(program: Program, fake: FakeWeCom) -> None:
    assert program.send("text", {"content": "驻" * 700})["errcode"] == 0
    assert fake.told("zhangsan") == ["驻" * 682]


def test_more_than_thirty_a_minute_vanish_without_a_word(
    program: Program, fake: FakeWeCom, clock: SetClock
) -> None:
    answers = [program.send("text", {"content": str(one)}) for one in range(33)]
    assert {one["errcode"] for one in answers} == {0}
    assert [one.text for one in fake.dropped] == ["30", "31", "32"]
    program.send("text", {"content": "another's"}, who="LiSi")
    clock.set(clock.now() + timedelta(minutes=1))
    program.send("text", {"content": "later"})
    assert (len(fake.told("ZhangSan")), len(fake.dropped)) == (31, 3)


def test_the_same_message_is_dropped_within_its_interval(
    program: Program, fake: FakeWeCom, clock: SetClock
) -> None:
    more = {"enable_duplicate_check": 1, "duplicate_check_interval": 120}
    for seconds in (0, 119, 1):
        clock.set(clock.now() + timedelta(seconds=seconds))
        program.send("text", {"content": "same"}, **more)
    assert (len(fake.told("ZhangSan")), fake.collapsed) == (2, 1)
    program.send("text", {"content": "bare"})
    program.send("text", {"content": "bare"})
    assert len(fake.told("ZhangSan")) == 4


def test_a_response_code_changes_its_card_once_and_for_72_hours(
    program: Program, fake: FakeWeCom, clock: SetClock
) -> None:
    def update(code: str) -> int:
        body = {"userids": ["ZhangSan"], "agentid": AGENT, "response_code": code,
                "button": {"replace_name": "已截止"}}  # fmt: skip
        token = program.token()
        answer = program.ask("message/update_template_card", body, access_token=token)
        return int(answer["errcode"])

    first = program.send("template_card", CARD)["response_code"]
    assert fake.screen("ZhangSan")[0].buttons == [("我在村", "k1"), ("在途", "k2")]
    assert [update(first), update(first), update("none")] == [0, 60140, 60140]
    assert fake.screen("ZhangSan")[0].buttons == []
    assert fake.screen("ZhangSan")[0].replaced == "已截止"
    second = program.send("template_card", {**CARD, "task_id": "t-9"})["response_code"]
    clock.set(clock.now() + timedelta(hours=72))
    assert update(second) == 60140


def _broken(card: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {**copy.deepcopy(card), **parts}


BUTTON = {"text": "是", "key": "k"}
NOTICE = {"card_type": "text_notice", "main_title": {"title": "通知"}}


@pytest.mark.parametrize(
    ("card", "number"),
    [
        (_broken(CARD, card_type="none"), 42031),
        (_broken(CARD, horizontal_content_list=[{"keyname": "一", "value": "二"}] * 7), 42035),
        (_broken(VOTE, checkbox={"question_key": "q", "option_list": []}), 42037),
        (_broken(CARD, button_list=[{"text": "", "key": "k"}]), 42038),
        (_broken(CARD, button_list=[{**BUTTON, "key": str(one)} for one in range(7)]), 42038),
        (_broken(CARD, button_list=[{"text": "是", "key": "k" * 1025}]), 42039),
        (NOTICE, 42045),
        (_broken(VOTE, card_type="multiple_interaction", select_list=[]), 42047),
        (_broken(CARD, button_list=[BUTTON, BUTTON]), 42051),
        (_broken(CARD, task_id="编号"), 42014),
        (_broken(CARD, task_id="x" * 129), 42014),
    ],
)
def test_a_wrong_card_is_refused_by_its_part(
    program: Program, fake: FakeWeCom, card: dict[str, Any], number: int
) -> None:
    assert program.send("template_card", card)["errcode"] == number
    assert fake.outbox == []


def test_good_cards_pass_and_a_task_id_is_good_once(program: Program, fake: FakeWeCom) -> None:
    for card in (CARD, VOTE, {**NOTICE, "card_action": {"type": 1, "url": "https://x"}}):
        assert program.send("template_card", card)["errcode"] == 0
    assert program.send("template_card", CARD)["errcode"] == 42014
    assert fake.advice == []
    program.send("template_card", _broken(CARD, task_id="t-5", main_title={"title": "长" * 27}))
    assert fake.advice == [f"main_title.title: 27 > 26: {'长' * 27}"]


def test_a_group_robot_is_closed_for_a_minute_after_twenty(
    program: Program, fake: FakeWeCom, clock: SetClock
) -> None:
    fake.webhooks["key-1"] = "道真县"
    body = {"msgtype": "text", "text": {"content": "通知"}}
    found = [program.ask("webhook/send", body, key="key-1")["errcode"] for _ in range(22)]
    assert found == [0] * 20 + [45009] * 2
    assert program.ask("webhook/send", body, key="none")["errcode"] == 93000
    clock.set(clock.now() + timedelta(seconds=61))
    assert program.ask("webhook/send", body, key="key-1")["errcode"] == 0
    assert {one.member for one in fake.groups} == {"道真县"}


def test_members_and_tags_come_by_id_page_by_page(program: Program, fake: FakeWeCom) -> None:
    for one in ("ZhangSan", "LiSi", "WangWu"):
        fake.member(one, mobile=f"138{one}")
    fake.members["lisi"]["department"] = [1, 2]
    fake.tags[3] = ("队长", ["LiSi"])
    token = program.token()
    page = program.ask("user/list_id", {"limit": 3}, access_token=token)
    rest = program.ask(
        "user/list_id", {"limit": 3, "cursor": page["next_cursor"]}, access_token=token
    )
    named = [one["userid"] for one in page["dept_user"] + rest["dept_user"]]
    assert (named, rest["next_cursor"]) == (["ZhangSan", "LiSi", "LiSi", "WangWu"], "")
    assert (
        program.ask("tag/get", tagid="3", access_token=token)["userlist"][0]["userid"] == "LiSi"
    )
    found = program.ask("user/getuserid", {"mobile": "138LiSi"}, access_token=token)
    assert found["userid"] == "LiSi"
    assert (
        program.ask("user/getuserid", {"mobile": "1"}, access_token=token)["errcode"] == 46004
    )
    assert program.ask("user/get", userid="nobody", access_token=token)["errcode"] == 60111


def test_a_login_code_is_good_once(program: Program, fake: FakeWeCom) -> None:
    fake.logins["c1"] = "ZhangSan"
    token = program.token()
    first = program.ask("auth/getuserinfo", code="c1", access_token=token)
    assert first["userid"] == "ZhangSan"
    assert program.ask("auth/getuserinfo", code="c1", access_token=token)["errcode"] == 40029


def test_a_menu_has_three_entries_of_five(program: Program, fake: FakeWeCom) -> None:
    def create(*top: dict[str, Any]) -> int:
        token = program.token()
        params = {"access_token": token, "agentid": str(AGENT)}
        return int(program.ask("menu/create", {"button": list(top)}, **params)["errcode"])

    click = {"type": "click", "name": "登记", "key": "k"}
    assert create(*[click] * 3) == 0
    assert create(*[click] * 4) == 40016
    assert create({"name": "登记", "sub_button": [click] * 6}) == 40016
    assert create({**click, "name": "六个字的名字"}) == 40018
    assert len(fake.menu["button"]) == 3


# the caller
@dataclass
class Answering:
    """A callback address that answers as it is told."""

    caller: Caller
    statuses: list[int] = field(default_factory=list)
    label: str = ""
    slow: int = 0  # requests that get no answer in time
    queries: list[dict[str, str]] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        crypt, query = self.caller.crypt, dict(request.query_params)
        self.queries.append(query)
        outer = query.get("echostr") or envelope.read_envelope(await request.body()).ciphertext
        crypt.verify(query["msg_signature"], query["timestamp"], query["nonce"], outer)
        if "echostr" in query:
            return PlainTextResponse(crypt.open(outer))
        inner = envelope.read_inner(crypt.open(outer))
        self.heard.append(inner)
        if len(self.heard) <= self.slow:
            await asyncio.sleep(1)
        status = self.statuses.pop(0) if self.statuses else 200
        if not self.label or status != 200:
            return Response(status_code=status)
        xml = envelope.update_button(inner, self.label)
        noise = b"0123456789abcdef"
        return Response(
            envelope.sealed_reply(crypt, xml, timestamp="1", nonce="2", random=noise)
        )


@pytest.fixture
def answering(fake: FakeWeCom) -> Answering:
    caller = Caller(fake, "http://here/wecom", patience=0.1)
    found = Answering(caller)
    web = Starlette(routes=[Route("/wecom", found.answer, methods=["GET", "POST"])])
    caller.transport = httpx.ASGITransport(web)
    return found


async def test_the_address_is_checked_and_messages_arrive(answering: Answering) -> None:
    caller = answering.caller
    assert await caller.verify_url()
    assert (await caller.push(caller.text("ZhangSan", "到岗]]>"))).statuses == [200]
    await caller.swapped(caller.location("LiSi", 28.1, 106.8), caller.image("LiSi", b"x"))
    assert [one["MsgType"] for one in answering.heard] == ["text", "image", "location"]
    assert answering.heard[0]["Content"] == "到岗]]>"
    assert len({one["MsgId"] for one in answering.heard}) == 3
    assert await caller.dripped(caller.text("ZhangSan", "慢"), 0.0) == 200
    assert await caller.replayed(caller.text("ZhangSan", "重放")) == [200, 200]
    assert answering.queries[-1] == answering.queries[-2]


async def test_three_tries_each_with_its_own_nonce(answering: Answering) -> None:
    answering.statuses = [500, 403, 200]
    caller = answering.caller
    delivery = await caller.push(caller.text("ZhangSan", "一"))
    assert (delivery.statuses, delivery.taken) == ([500, 403, 200], True)
    assert len({one["nonce"] for one in answering.queries}) == 3
    assert len({one["MsgId"] for one in answering.heard}) == 1
    answering.statuses = [500] * 4
    assert (await caller.push(caller.text("ZhangSan", "二"))).statuses == [500] * 3


async def test_no_answer_in_time_is_tried_again(answering: Answering) -> None:
    answering.slow = 1
    delivery = await answering.caller.push(answering.caller.text("ZhangSan", "一"))
    assert delivery.statuses == [0, 200]
    assert delivery.ms[0] >= 90


@pytest.mark.parametrize(("card", "key"), [(CARD, "k2"), (VOTE, "o1")])
async def test_a_passive_answer_changes_the_pressed_card(
    answering: Answering, program: Program, fake: FakeWeCom, card: dict[str, Any], key: str
) -> None:
    program.send("template_card", card)
    answering.label = "✓ 在途"
    delivery = await answering.caller.push(answering.caller.press("ZhangSan", key))
    assert delivery.answer["Button"] == {"ReplaceName": "✓ 在途"}
    assert fake.screen("ZhangSan")[0].replaced == "✓ 在途"
    pressed = answering.heard[0]
    assert pressed["TaskId"] == card["task_id"]
    assert key in str(pressed)
    assert not fake.codes[pressed["ResponseCode"]].used
