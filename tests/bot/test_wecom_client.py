"""WeCom's REST API over a fake on loopback: every row of the call policy, token calls counted."""

import asyncio
import json
import logging
import socket
import ssl
import traceback
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from county import MONDAY
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fake_wecom import ADDRESS_OF_OURS, AGENT, CORP, SECRET, FakeWeCom, fake_wecom
from source import ROOT
from structlog.testing import capture_logs

from bot.channels.base import SendError, Trouble
from bot.channels.wecom import js_sdk, numbers
from bot.channels.wecom.client import Client
from bot.channels.wecom.numbers import NumberedError
from bot.settings import WeComSettings
from ledger import access_tokens
from ledger.access_tokens import AccessToken, Owner
from ledger.clock import SetClock
from ledger.database import Database
from ledger.errors import ForOperator

VECTORS = json.loads((ROOT / "tests/payloads/wecom_vectors.json").read_text("utf-8"))
SEND = "/cgi-bin/message/send"
TICKET = ("/cgi-bin/get_jsapi_ticket", "jsapi", {})
NEVER = 10_000  # times: a fault that does not pass


@pytest.fixture(scope="module")
def server() -> Iterator[FakeWeCom]:
    with fake_wecom(SetClock(MONDAY)) as running:
        yield running


@pytest.fixture
def fake(server: FakeWeCom, clock: SetClock) -> FakeWeCom:
    server.forget(clock)
    return server


@pytest.fixture
async def client(fake: FakeWeCom, database: Database, clock: SetClock) -> AsyncIterator[Client]:
    opened = made(fake.address, database, clock)
    yield opened
    await opened.close()


def made(base: str, database: Database, clock: SetClock, **more: Any) -> Client:
    facts = {"corp_id": CORP, "agent_id": AGENT, "secret": SECRET, "api_base": base, **more}
    return Client(WeComSettings(_env_file=None, **facts), database, clock, rest=0.001)


def text(words: str = "您好", who: str = "ZhangSan", *, check: bool = False) -> dict[str, Any]:
    body = {"touser": who, "agentid": AGENT, "msgtype": "text", "text": {"content": words}}
    return (
        {**body, "enable_duplicate_check": 1, "duplicate_check_interval": 120}
        if check
        else body
    )


def card(task: str) -> dict[str, Any]:
    inside = {
        "card_type": "button_interaction", "task_id": task, "main_title": {"title": "随机抽查"},
        "button_list": [{"text": "我在村", "key": "v1"}],
    }  # fmt: skip
    body = {"touser": "ZhangSan", "agentid": AGENT, "msgtype": "template_card"}
    return {**body, "template_card": inside, "enable_duplicate_check": 1}


async def refused(client: Client, body: dict[str, Any] | None = None) -> SendError:
    with pytest.raises(SendError) as caught:
        await client.call(SEND, json=body or text())
    return caught.value


def count(fake: FakeWeCom, path: str) -> int:
    return len(fake.asked(path))


# tokens
async def test_twenty_cold_sends_ask_for_one_token(client: Client, fake: FakeWeCom) -> None:
    await asyncio.gather(*(client.call(SEND, json=text(str(one))) for one in range(20)))
    assert count(fake, "gettoken") == 1
    assert sorted(fake.told("ZhangSan"), key=int) == [str(one) for one in range(20)]


async def test_twenty_sends_with_a_wrong_secret_ask_once(
    fake: FakeWeCom, database: Database, clock: SetClock
) -> None:
    client = made(fake.address, database, clock, secret="wrong")
    sends = (client.call(SEND, json=text(str(one))) for one in range(20))
    found = await asyncio.gather(*sends, return_exceptions=True)
    await client.close()
    assert {getattr(one, "kind", one) for one in found} == {Trouble.MISCONFIGURED}
    assert count(fake, "gettoken") == 1
    assert not count(fake, "message/send")


async def test_an_earlier_failure_is_not_told_to_those_who_wait_later(
    client: Client, fake: FakeWeCom
) -> None:
    fake.fail("gettoken", http=502, times=3)
    assert (await refused(client)).kind is Trouble.DOWN
    fake.fail("gettoken", delay=0.05)
    await asyncio.gather(*(client.call(SEND, json=text(str(one))) for one in range(5)))
    assert len(fake.told("ZhangSan")) == 5
    assert count(fake, "gettoken") == 3 + 1


@pytest.mark.parametrize("number", [42001, 40014])
async def test_a_dead_token_is_renewed_once_for_all(
    client: Client, fake: FakeWeCom, number: int
) -> None:
    await client.call(SEND, json=text("first"))
    fake.expire_tokens(number)
    await asyncio.gather(*(client.call(SEND, json=text(str(one))) for one in range(20)))
    assert count(fake, "gettoken") == 2
    assert len(fake.told("ZhangSan")) == 21


@pytest.mark.parametrize("number", sorted(numbers.REFRESH))
async def test_a_token_that_is_always_dead_is_renewed_exactly_once(
    client: Client, fake: FakeWeCom, number: int
) -> None:
    await client.token()
    fake.fail("message/send", number, times=NEVER)
    trouble = await refused(client)
    assert trouble.kind is Trouble.MISCONFIGURED
    assert count(fake, "gettoken") == 2
    assert count(fake, "message/send") == 2


async def test_a_token_is_renewed_five_minutes_before_its_end(
    client: Client, fake: FakeWeCom, clock: SetClock
) -> None:
    await client.token()
    clock.set(clock.now() + timedelta(seconds=7200 - 301))
    await client.token()
    assert count(fake, "gettoken") == 1
    clock.set(clock.now() + timedelta(seconds=2))
    await client.token()
    assert count(fake, "gettoken") == 2


async def test_a_short_lived_token_is_kept_for_half_its_time(
    client: Client, fake: FakeWeCom, clock: SetClock
) -> None:
    fake.lives = 200
    await client.token()
    clock.set(clock.now() + timedelta(seconds=99))
    await client.token()
    assert count(fake, "gettoken") == 1


async def test_two_processes_share_one_token(
    client: Client, fake: FakeWeCom, database: Database, clock: SetClock
) -> None:
    """A client has locks of its own, as a second process has; they meet in the ledger."""
    other = made(fake.address, database, clock)
    fake.fail("gettoken", delay=0.15)
    tokens = await asyncio.gather(client.token(), other.token(), client.token(), other.token())
    assert len(set(tokens)) == 1
    assert count(fake, "gettoken") == 1
    fake.expire_tokens()
    fake.fail("gettoken", delay=0.15)
    sends = [one.call(SEND, json=text(str(id(one)))) for one in (client, other)]
    await asyncio.gather(*sends)
    await other.close()
    assert count(fake, "gettoken") == 2


async def test_a_process_that_died_asking_holds_up_nobody_for_long(
    client: Client, fake: FakeWeCom, database: Database, clock: SetClock
) -> None:
    turn = Owner("wecom", client.account, "access_token.asking")
    async with database.transaction() as db:
        until = clock.now() + timedelta(seconds=15)
        await access_tokens.write(db, turn, AccessToken("dead", until))
    asking = asyncio.create_task(client.token())
    await asyncio.sleep(0.15)
    assert not asking.done()
    clock.set(clock.now() + timedelta(seconds=16))
    assert await asyncio.wait_for(asking, 2)


async def test_a_restart_asks_for_no_token(
    client: Client, fake: FakeWeCom, database: Database, clock: SetClock
) -> None:
    await client.token()
    again = made(fake.address, database, clock)
    await again.call(SEND, json=text())
    await again.close()
    assert count(fake, "gettoken") == 1


# the rows of the policy
@pytest.mark.parametrize(
    ("given", "number", "address"),
    [({"secret": "wrong"}, 40001, ""), ({"corp_id": "ww0"}, 40013, ""), ({}, 40091, "")],
)
async def test_wrong_credentials_are_never_repeated(
    fake: FakeWeCom, database: Database, clock: SetClock, given: dict[str, str], number: int,
    address: str,
) -> None:  # fmt: skip
    if not given:
        fake.fail("gettoken", number)
    client = made(fake.address, database, clock, **given)
    trouble = await refused(client)
    await client.close()
    assert (trouble.kind, getattr(trouble, "number", 0)) == (Trouble.MISCONFIGURED, number)
    assert count(fake, "gettoken") == 1


@pytest.mark.parametrize("number", sorted(numbers.BUSY))
async def test_busy_twice_is_delivered_and_three_times_is_down(
    client: Client, fake: FakeWeCom, number: int
) -> None:
    fake.fail("message/send", number, times=2)
    await client.call(SEND, json=text())
    assert fake.told("ZhangSan") == ["您好"]
    fake.fail("message/send", number, times=NEVER)
    trouble = await refused(client)
    assert trouble.kind is Trouble.DOWN
    assert count(fake, "message/send") == 3 + 3


@pytest.mark.parametrize(
    ("words", "hold"),
    [
        ("api minute-quota reach limit, must slower", 60), ("api freq out of limit per hour", 3600),
        ("reach max api daily quota limit", 15 * 3600), ("api freq out of limit", 60),
    ],
)  # fmt: skip
async def test_too_often_holds_as_long_as_the_limit_is_closed(
    client: Client, fake: FakeWeCom, words: str, hold: float
) -> None:
    fake.fail("message/send", 45009, words)
    trouble = await refused(client)
    assert (trouble.kind, trouble.retry_after, trouble.everybody) == (
        Trouble.THROTTLED, hold, True,
    )  # fmt: skip
    assert count(fake, "message/send") == 1


async def test_too_often_again_and_again_holds_longer_until_a_call_goes_through(
    client: Client, fake: FakeWeCom, clock: SetClock
) -> None:
    fake.fail("message/send", 45009, times=5)
    holds = []
    for _ in range(5):
        holds.append((await refused(client)).retry_after)
        clock.set(clock.now() + timedelta(seconds=holds[-1]))
    assert holds == [60, 300, 900, 3600, 3600]
    await client.call(SEND, json=text())
    fake.fail("message/send", 45009)
    assert (await refused(client)).retry_after == 60


ROWS = {
    Trouble.MISCONFIGURED: (60020, 48002, 60011, 301002, 40056, 93000, 93004),
    Trouble.UNREACHABLE: (81013, 60111, 46004, 40003),
    Trouble.REFUSED: (
        40008, 40058, 45002, 40016, 40004, 40006, 40007, 40009, 44001, 40029, 42014, 99999,
        *numbers.CARD_NUMBERS,
    ),
    Trouble.GONE: (42015, 42016, 60140),
}  # fmt: skip


@pytest.mark.parametrize(
    ("number", "kind"), [(one, kind) for kind, those in ROWS.items() for one in those]
)
def test_each_number_means_one_kind_of_trouble_and_says_what_to_do(
    number: int, kind: Trouble
) -> None:
    trouble = numbers.trouble_of(number, "invalid something, hint: [1], more info at")
    assert (trouble.kind, trouble.number, trouble.retry_after) == (kind, number, 0)
    told = numbers.meaning(number)
    assert trouble.detail == f"{number} {told.what}：{told.remedy}"
    assert told.what
    assert told.remedy


async def test_a_refusal_is_asked_once(client: Client, fake: FakeWeCom) -> None:
    fake.invisible.add("ZhangSan")
    trouble = await refused(client)
    assert isinstance(trouble, NumberedError)
    assert (trouble.kind, trouble.number) == (Trouble.UNREACHABLE, 81013)
    assert count(fake, "message/send") == 1


async def test_some_receivers_wrong_is_no_error(client: Client, fake: FakeWeCom) -> None:
    fake.invisible.add("LiSi")
    answer = await client.call(SEND, json=text(who="ZhangSan|LiSi"))
    assert answer["invaliduser"] == "lisi"
    assert fake.told("ZhangSan") == ["您好"]


# lost answers
@pytest.mark.parametrize("fault", [{"http": 502}, {"cut": True}])
@pytest.mark.parametrize("accepted", [False, True])
async def test_a_lost_answer_is_repeated_under_the_duplicate_check(
    client: Client, fake: FakeWeCom, fault: dict[str, Any], accepted: bool
) -> None:
    fake.fail("message/send", **fault, accepted=accepted)
    await client.call(SEND, json=text(check=True))
    assert fake.told("ZhangSan") == ["您好"]
    first, second = fake.asked("message/send")
    assert first.body == second.body
    assert fake.collapsed == int(accepted)


@pytest.mark.parametrize("fault", [{"http": 500}, {"http": 502}, {"cut": True}])
async def test_a_lost_answer_without_the_check_is_uncertain_and_not_repeated(
    client: Client, fake: FakeWeCom, fault: dict[str, Any]
) -> None:
    fake.fail("message/send", **fault, accepted=True)
    trouble = await refused(client)
    assert trouble.kind is Trouble.UNCERTAIN
    assert count(fake, "message/send") == 1
    assert len(fake.told("ZhangSan")) == 1


async def test_an_update_whose_answer_got_lost_is_not_repeated(
    client: Client, fake: FakeWeCom
) -> None:
    code = (await client.call(SEND, json=card("t-1")))["response_code"]
    fake.fail("message/update_template_card", http=502, accepted=True)
    body = {"userids": ["ZhangSan"], "agentid": AGENT, "response_code": code,
            "button": {"replace_name": "已截止"}}  # fmt: skip
    with pytest.raises(SendError) as caught:
        await client.call("/cgi-bin/message/update_template_card", json=body)
    assert caught.value.kind is Trouble.UNCERTAIN
    assert count(fake, "message/update_template_card") == 1


@pytest.mark.parametrize("dead", [False, True])
@pytest.mark.parametrize(
    "then", [{"http": 502}, {"http": 429}, {"errcode": -1}, {"errcode": 45009}]
)
async def test_what_may_have_been_sent_stays_uncertain_whatever_comes_after(
    client: Client, fake: FakeWeCom, then: dict[str, Any], dead: bool
) -> None:
    if dead:
        fake.fail("message/send", 42001)
    fake.fail("message/send", http=502, accepted=True)
    fake.fail("message/send", **then, times=NEVER)
    assert (await refused(client, text(check=True))).kind is Trouble.UNCERTAIN


async def test_our_own_card_found_there_after_a_lost_answer_is_delivered(
    client: Client, fake: FakeWeCom
) -> None:
    """Should the task_id be looked at before the duplicate check (wecom.md §5)."""
    fake.task_first = True
    fake.fail("message/send", http=502, accepted=True)
    assert await client.call(SEND, json=card("t-2")) == {"errcode": 0}
    assert len(fake.screen("ZhangSan")) == 1
    trouble = await refused(client, card("t-2"))
    assert getattr(trouble, "number", 0) == 42014


async def test_a_token_that_dies_under_a_repeated_call_is_renewed(
    client: Client, fake: FakeWeCom
) -> None:
    await client.token()
    fake.fail("message/send", http=502, accepted=True)
    fake.fail("message/send", 42001)
    await client.call(SEND, json=text(check=True))
    assert fake.told("ZhangSan") == ["您好"]
    assert count(fake, "gettoken") == 2


async def test_no_token_to_be_had_means_surely_not_sent(
    client: Client, fake: FakeWeCom
) -> None:
    fake.fail("gettoken", http=502, times=3)
    assert (await refused(client)).kind is Trouble.DOWN
    assert count(fake, "gettoken") == 3


async def test_nobody_listening_is_down(database: Database, clock: SetClock) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        client = made(f"http://127.0.0.1:{free.getsockname()[1]}", database, clock)
        trouble = await refused(client)
    await client.close()
    assert trouble.kind is Trouble.DOWN
    assert SECRET not in "".join(_every_word(trouble))


async def test_an_address_that_is_not_wecom_is_a_matter_of_the_settings(
    fake: FakeWeCom, database: Database, clock: SetClock
) -> None:
    for wrong in (f"{fake.address}/elsewhere", f"{fake.address}/cgi-bin/gettoken"):
        client = made(wrong, database, clock)
        trouble = await refused(client)
        await client.close()
        assert trouble.kind is Trouble.MISCONFIGURED
        assert "WECOM_API_BASE" in trouble.detail


async def test_an_answer_without_a_token_is_not_wecoms(
    client: Client, fake: FakeWeCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake, "do_gettoken", lambda call, params: {}, raising=False)
    trouble = await refused(client)
    assert trouble.kind is Trouble.MISCONFIGURED
    assert "WECOM_API_BASE" in trouble.detail
    assert count(fake, "message/send") == 0


async def test_a_private_deployment_is_trusted_by_its_own_certificate(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"errcode": 0, "access_token": "t", "expires_in": 7200}'
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
        writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        writer.close()

    known = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    known.load_cert_chain(certificate(tmp_path))
    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=known) as listening:
        base = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        strange = made(base, database, clock)
        trouble = await refused(strange)
        trusting = made(base, database, clock, ca_file=str(tmp_path / "own.pem"))
        assert await trusting.token() == "t"
    await strange.close()
    await trusting.close()
    assert trouble.kind is Trouble.MISCONFIGURED
    assert "WECOM_CA_FILE" in trouble.detail


def certificate(folder: Path) -> Path:
    """A certificate of its own for this machine, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "own")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    days = timedelta(days=3650)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(MONDAY - days).not_valid_after(MONDAY + days)
        .add_extension(here, critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )  # fmt: skip
    path = folder / "own.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@pytest.mark.parametrize(
    ("status", "kind"),
    [(302, Trouble.MISCONFIGURED), (403, Trouble.MISCONFIGURED), (413, Trouble.REFUSED),
     (429, Trouble.THROTTLED)],
)  # fmt: skip
async def test_what_a_proxy_in_between_says_is_understood(
    client: Client, fake: FakeWeCom, status: int, kind: Trouble
) -> None:
    fake.fail("message/send", http=status)
    assert (await refused(client)).kind is kind
    assert count(fake, "message/send") == 1


def test_an_unreadable_certificate_file_is_told_to_the_operator(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    with pytest.raises(ForOperator, match="WECOM_CA_FILE"):
        made("https://127.0.0.1", database, clock, ca_file=str(tmp_path / "none.pem"))


# secrets and other people's words
async def test_wecoms_own_words_are_logged_and_never_told(
    client: Client, fake: FakeWeCom
) -> None:
    fake.fail("message/send", 60020, "not allow to access from your ip")
    with capture_logs() as logged:
        trouble = await refused(client)
    assert ADDRESS_OF_OURS in trouble.detail  # the one thing of it that has to be entered
    for theirs in ("not allow", "hint", "more info", "devtool"):
        assert theirs not in str(trouble)
    assert "not allow to access" in logged[0]["said"]
    assert (logged[0]["number"], logged[0]["path"]) == (60020, SEND)


async def test_secret_and_token_are_in_no_exception_and_no_log(
    client: Client, fake: FakeWeCom, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    token = await client.token()
    fake.expire_tokens()
    fake.fail("gettoken", 40001, f"invalid credential {SECRET}")
    shown = [repr(client), str(client)]
    with capture_logs() as logged:
        shown += _every_word(await refused(client))
        for fault in ({"http": 502}, {"cut": True}, {"http": 404}):
            fake.fail("gettoken", **fault, times=3)
            shown += _every_word(await refused(client))
            fake.faults.clear()
        await client.token()
        fake.fail("message/send", cut=True)
        shown += _every_word(await refused(client))
    live = await client.token()
    everything = "\n".join([*shown, str(logged), caplog.text])
    assert logged
    assert len(shown) > 8
    for secret in (SECRET, token, live, "corpsecret="):
        assert secret not in everything


def _every_word(trouble: BaseException) -> list[str]:
    """The exception, what it came from, and the trace as a log would have it."""
    words = ["".join(traceback.format_exception(trouble))]
    while trouble is not None:
        request = getattr(trouble, "_request", None)
        words += [
            str(trouble),
            repr(trouble),
            str(vars(trouble)),
            str(getattr(request, "url", "")),
        ]
        trouble = trouble.__cause__ or trouble.__context__  # type: ignore[assignment]
    return words


# files
async def test_a_file_goes_up_under_its_name_and_comes_down_as_it_was(
    client: Client, fake: FakeWeCom
) -> None:
    media_id = await client.upload("file", "驻村 周报“一”.docx", b"PK\x03\x04 words")
    assert fake.media[media_id].name == "驻村 周报“一”.docx"
    assert await client.download(media_id) == (b"PK\x03\x04 words", "application/octet-stream")
    assert await client.download(fake.hold(b"\xff\xd8photo")) == (
        b"\xff\xd8photo",
        "image/jpeg",
    )


async def test_an_upload_whose_answer_got_lost_is_repeated(
    client: Client, fake: FakeWeCom
) -> None:
    fake.fail("media/upload", http=502, accepted=True)
    media_id = await client.upload("file", "a.txt", b"long enough")
    assert fake.media[media_id].data == b"long enough"
    assert count(fake, "media/upload") == 2


@pytest.mark.parametrize(
    ("kind", "data", "number"),
    [("image", b"GIF89a not a photo", 40004), ("file", b"12345", 40006), ("file", b"", 44001),
     ("voice", b"x" * ((2 << 20) + 1), 40006)],
)  # fmt: skip
async def test_a_file_wecom_does_not_take_is_refused(
    client: Client, kind: str, data: bytes, number: int
) -> None:
    with pytest.raises(NumberedError) as caught:
        await client.upload(kind, "name", data)
    assert (caught.value.kind, caught.value.number) == (Trouble.REFUSED, number)


async def test_a_refused_download_comes_with_status_200_and_is_seen(
    client: Client, fake: FakeWeCom, clock: SetClock
) -> None:
    media_id = fake.hold(b"\xff\xd8photo")
    clock.set(clock.now() + timedelta(days=3, seconds=1))
    with pytest.raises(NumberedError) as caught:
        await client.download(media_id)
    assert (caught.value.kind, caught.value.number) == (Trouble.REFUSED, 40007)


async def test_a_download_renews_a_dead_token_once(client: Client, fake: FakeWeCom) -> None:
    media_id = fake.hold(b"\xff\xd8photo")
    await client.token()
    fake.expire_tokens()
    assert (await client.download(media_id))[0] == b"\xff\xd8photo"
    assert count(fake, "gettoken") == 2
    fake.fail("media/get", 40014, times=NEVER)
    with pytest.raises(SendError):
        await client.download(media_id)
    assert count(fake, "gettoken") == 3


async def test_a_download_that_breaks_off_is_tried_again_then_down(
    client: Client, fake: FakeWeCom
) -> None:
    media_id = fake.hold(b"\xff\xd8photo")
    fake.fail("media/get", cut=True, times=2)
    assert (await client.download(media_id))[0] == b"\xff\xd8photo"
    fake.fail("media/get", cut=True, times=3)
    with pytest.raises(SendError) as caught:
        await client.download(media_id)
    assert caught.value.kind is Trouble.DOWN


async def test_a_file_larger_than_20_mb_is_not_read_to_its_end(
    client: Client, fake: FakeWeCom
) -> None:
    whole = fake.hold(b"x" * (20 << 20), "application/octet-stream")
    assert len((await client.download(whole))[0]) == 20 << 20
    larger = fake.hold(b"x" * ((20 << 20) + 1), "application/octet-stream")
    with pytest.raises(SendError) as caught:
        await client.download(larger)
    assert caught.value.kind is Trouble.REFUSED


async def test_a_text_file_is_a_file_and_no_refusal(client: Client, fake: FakeWeCom) -> None:
    media_id = fake.hold("名单".encode(), "text/plain")
    assert await client.download(media_id) == ("名单".encode(), "text/plain")


# tickets
async def test_twenty_pages_ask_for_one_ticket_of_each_kind(
    client: Client, fake: FakeWeCom, clock: SetClock
) -> None:
    path, name, params = TICKET
    fake.fail("get_jsapi_ticket", delay=0.05)
    tickets = await asyncio.gather(*(client.ticket(path, name, params) for _ in range(20)))
    config = await client.ticket(
        "/cgi-bin/ticket/get", "agent_config", {"type": "agent_config"}
    )
    assert len(set(tickets)) == 1
    assert config not in tickets
    assert count(fake, "get_jsapi_ticket") == count(fake, "ticket/get") == 1
    assert count(fake, "gettoken") == 1
    clock.set(clock.now() + timedelta(seconds=6901))
    assert await client.ticket(path, name, params) != tickets[0]


async def test_a_ticket_renews_a_dead_token(client: Client, fake: FakeWeCom) -> None:
    await client.token()
    fake.expire_tokens()
    assert await client.ticket(*TICKET)
    assert count(fake, "gettoken") == 2


@pytest.mark.parametrize("vector", VECTORS["jsapi"])
def test_the_page_signature_is_the_published_one(vector: dict[str, Any]) -> None:
    given = vector["ticket"], vector["nonceStr"], vector["timestamp"]
    assert js_sdk.signature(*given, vector["url"]) == vector["signature"]
    assert js_sdk.signature(*given, f"{vector['url']}#top") == vector["signature"]
    assert js_sdk.signature(*given, f"{vector['url']}&x=1") != vector["signature"]
