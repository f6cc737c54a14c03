"""Foreign hosts, foreign pages, bodies that are too large, headers, types and names of files."""

import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from web_pages import PNG, Web, open_web, serving

from bot.web.uploads import clean_name, type_of


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    """The demo with the cast in it."""
    async with open_web(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "[", "10.0.0.7"]
)
async def test_a_foreign_host_is_refused(web: Web, host: str) -> None:
    answer = await web.client.get("/", headers={"host": host})
    assert answer.status_code == 403
    assert "网址" in answer.json()["error"]


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost", "[::1]:8765"])
async def test_loopback_has_three_names(web: Web, host: str) -> None:
    assert (await web.client.get("/", headers={"host": host})).status_code == 200


async def test_opened_to_a_network_it_answers_to_bare_addresses(tmp_path: Path) -> None:
    async with open_web(tmp_path, host="0.0.0.0", public_url="https://chat.example") as web:
        for host in ("10.0.0.7:8765", "chat.example"):
            assert (await web.client.get("/", headers={"host": host})).status_code == 200
        evil = await web.client.get("/", headers={"host": "evil.example"})
        assert evil.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
    ],
)
async def test_a_post_from_a_foreign_page_is_refused(web: Web, headers: dict[str, str]) -> None:
    body = {"person": "李队员", "text": "今天"}
    answer = await web.post("messages", body, headers=headers)
    assert answer.status_code == 403
    assert await web.lines("李队员") == []


async def test_a_post_from_our_own_page_is_taken(web: Web) -> None:
    body = {"person": "李队员", "text": "今天"}
    own = {"origin": "http://127.0.0.1:8765", "sec-fetch-site": "same-origin"}
    assert (await web.post("messages", body, headers=own)).status_code == 200


async def test_every_answer_carries_the_headers(web: Web) -> None:
    for path in ("/", "/chat/static/chat.js", "/chat/api/people", "/nothing"):
        headers = (await web.client.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "script-src 'self';" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]


async def test_too_large_a_body_is_refused_with_and_without_a_length(web: Web) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(21):
            yield b"x" * (1 << 20)

    async with serving(web) as address, httpx.AsyncClient(base_url=address) as client:
        for body in (b"x" * (21 << 20), pieces()):
            answer = await client.post("/chat/api/messages", content=body)
            assert answer.status_code == 413
            assert "一个文件不能超过 10 MB，一次合计不能超过 15 MB" in answer.json()["error"]
        form = {"files": ("a.bin", b"x" * (16 << 20))}
        answer = await client.post("/chat/api/messages", files=form)
        assert answer.status_code == 413


async def test_one_file_over_the_countys_limit_is_refused(web: Web) -> None:
    limit = web.app.rules.file_limit_mb
    form = {"files": ("a.jpg", b"\xff\xd8\xff" + b"x" * (limit << 20))}
    answer = await web.client.post("/chat/api/messages", data={"person": "李队员"}, files=form)
    assert answer.status_code == 413
    assert f"{limit} MB" in answer.json()["error"]
    data = base64.b64encode(b"x" * (limit * 5 // 4 << 20)).decode()
    body = {"person": "李队员", "text": "看", "files": [{"name": "a.jpg", "data": data}]}
    answer = await web.post("messages", body)
    assert (answer.status_code, "超过 10 MB" in answer.json()["error"]) == (413, True)


async def test_the_page_knows_the_limits_from_the_server(web: Web) -> None:
    web.app.rules = replace(web.app.rules, file_limit_mb=6)
    page = (await web.client.get("/chat")).text
    assert 'data-file-mb="6" data-total-mb="9" data-most-files="9"' in page
    assert "超过 6 MB" in page


async def test_a_broken_form_is_refused(web: Web) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await web.client.post("/chat/api/messages", content=b"--y", headers=headers)
    assert answer.status_code == 400


async def test_health_is_for_this_machine_only(web: Web) -> None:
    from bot.web import build_web

    outside = httpx.ASGITransport(build_web(web.app), client=("10.0.0.9", 1))
    async with httpx.AsyncClient(transport=outside, base_url="http://127.0.0.1") as client:
        assert (await client.get("/health")).status_code == 404


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (PNG, "image/png"),
        (b"GIF89a..", "image/gif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7", "application/pdf"),
        (b"<svg onload=alert(1)>", "application/octet-stream"),
        (b"RIFF\x10\x00\x00\x00AVI ", "application/octet-stream"),
        (b"P", "application/octet-stream"),
    ],
)
def test_the_content_says_what_a_file_is(data: bytes, mime: str) -> None:
    assert type_of(data) == mime


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\图\\屋顶.jpg", "屋顶.jpg"),
        ("a\x00b\r\nc.jpg", "abc.jpg"),
        ("\u202egpj.exe", "gpj.exe"),
        ("..", ""),
        ("长" * 300 + ".jpg", "长" * 96 + ".jpg"),
    ],
)
def test_names_lose_folders_and_tricks(name: str, clean: str) -> None:
    assert clean_name(name) == clean
