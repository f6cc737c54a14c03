"""Normal mode: a one-time link, a signed cookie, nobody but oneself."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from web_pages import Web, login_link, open_web


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    """The program in normal mode; nobody has joined yet."""
    async with open_web(tmp_path, demo=False) as opened:
        yield opened


async def join(web: Web, name: str) -> httpx.Response:
    """Open the link and press 进入."""
    answer = await web.client.post(await login_link(web, name))
    assert answer.status_code == 303, answer.text
    await web.app.settle()
    return answer


async def test_a_link_signs_in_once(web: Web) -> None:
    link = await login_link(web, "李队员")
    for _ in range(2):  # looking at it, as a preview does, uses nothing up
        assert "进入" in (await web.client.get(link)).text
    first = await web.client.post(link)
    assert (first.status_code, first.headers["location"]) == (303, "/chat")
    again = await web.client.post(link)
    assert again.status_code == 403
    assert "用过了" in again.text


async def test_looking_at_a_link_that_is_no_longer_good_says_so_at_once(web: Web) -> None:
    used = await login_link(web, "李队员")
    await web.client.post(used)
    replaced = await login_link(web, "赵队员")
    await login_link(web, "赵队员")
    for link in (used, replaced, "/chat/join/false"):
        answer = await web.client.get(link)
        assert (answer.status_code, "用过了" in answer.text) == (403, True)
        assert "<form" not in answer.text


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(web: Web) -> None:
    cookie = (await join(web, "李队员")).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie


async def test_behind_https_the_cookie_is_secure(tmp_path: Path) -> None:
    async with open_web(tmp_path, demo=False, public_url="https://chat.example") as web:
        assert "secure" in (await join(web, "李队员")).headers["set-cookie"].lower()


async def test_who_has_joined_is_greeted_and_can_speak(web: Web) -> None:
    await join(web, "李队员")
    [hello] = (await web.client.get("/chat/api/messages")).json()
    assert "李队员" in hello["text"]
    answer = await web.client.post("/chat/api/messages", json={"text": "今天"})
    assert answer.status_code == 200
    assert "李队员" in (await web.client.get("/chat")).text


async def test_without_a_session_nothing_is_given(web: Web) -> None:
    for path in ("messages", "stream", "files/" + "0" * 64):
        answer = await web.client.get(f"/chat/api/{path}?person={web.county['李队员'].id}")
        assert answer.status_code == 403
        assert "登录" in answer.json()["error"]
    answer = await web.post("messages", {"person": "李队员", "text": "今天"})
    assert answer.status_code == 403
    assert "邀请链接" in (await web.client.get("/chat")).text


async def test_nobody_speaks_or_reads_as_somebody_else(web: Web) -> None:
    await join(web, "李队员")
    other = web.county["赵队员"].id
    assert (await web.client.get(f"/chat/api/messages?person={other}")).status_code == 403
    for body in ({"person": other, "text": "今天"}, {"person": "赵队员", "text": "今天"}):
        assert (await web.post("messages", body)).status_code == 403
    own = {"person": web.county["李队员"].id, "text": "今天"}
    assert (await web.post("messages", own)).status_code == 200


@pytest.mark.parametrize("cookie", ["", "x", "eyJwZXJzb24iOjV9.aaaa.bbbb"])
async def test_a_forged_cookie_is_nothing(web: Web, cookie: str) -> None:
    web.client.cookies.set("zhucun", cookie)
    assert (await web.client.get("/chat/api/messages")).status_code == 403


async def test_a_second_link_ends_the_first_session(web: Web) -> None:
    await join(web, "李队员")
    old = web.client.cookies["zhucun"]
    await join(web, "李队员")
    assert (await web.client.get("/chat/api/messages")).status_code == 200
    web.client.cookies.clear()
    web.client.cookies.set("zhucun", old)
    assert (await web.client.get("/chat/api/messages")).status_code == 403


async def test_the_demos_addresses_do_not_exist(web: Web) -> None:
    await join(web, "陈干事")
    assert (await web.client.get("/chat/api/people")).status_code == 404
    assert (await web.client.get("/chat/api/clock")).status_code == 404
    moved = await web.post("clock", {"now": "2026-11-24T09:00"})
    assert moved.status_code == 404


async def test_the_demo_knows_no_login_links(tmp_path: Path) -> None:
    async with open_web(tmp_path) as web:
        assert (await web.client.get("/chat/join/x")).status_code == 404
