"""The web chat's API as documented in docs/web-chat-api.md, over the whole program."""

import base64
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.routing import Route
from web_pages import PNG, Web, open_web

from bot.web import STATIC, _routes, build_web
from ledger.database import StoreTrouble
from ledger.files import path_of


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    """The demo with the cast in it."""
    async with open_web(tmp_path) as opened:
        yield opened


async def test_a_posted_message_is_answered_by_the_bot(web: Web) -> None:
    [answer] = await web.says("李队员", "学习 60 中央一号文件")
    assert "60 分钟" in answer["text"]
    assert [button["label"] for button in answer["buttons"]] == ["改", "撤销"]
    assert answer["from"] == "bot"
    assert answer["at"].startswith("2026-11-23T09:00:00+08:00")


async def test_a_post_is_acknowledged_with_the_id_of_its_line(web: Web) -> None:
    answer = await web.post("messages", {"person": "李队员", "text": "今天"})
    [line] = await web.lines("李队员")
    assert answer.json() == {"id": line["id"], "state": "stored"}
    assert (line["from"], line["text"], line["kind"]) == ("person", "今天", "text")


async def test_a_pressed_button_is_shown_and_acted_on(web: Web) -> None:
    [card] = await web.says("李队员", "学习 60 中央一号文件")
    await web.presses("李队员", card["buttons"][1]["token"])
    *_, press, answer = await web.lines("李队员")
    assert (press["kind"], press["text"], press["card"]) == ("press", "撤销", card["card"])
    assert "撤销" in answer["text"]


async def test_a_repeated_post_is_taken_once(web: Web) -> None:
    body = {"person": web.county["李队员"].id, "text": "今天", "client_id": "a-1"}
    first = await web.post("messages", body)
    again = await web.post("messages", body)
    await web.app.settle()
    assert first.json() == again.json()
    assert len(await web.lines("李队员")) == 2


async def test_two_persons_may_use_the_same_client_id(web: Web) -> None:
    for name in ("李队员", "赵队员"):
        [answer] = await web.says(name, "今天", client_id="same")
        assert answer["text"]


async def test_an_edited_message_changes_its_line_and_its_record(web: Web) -> None:
    await web.says("李队员", "学习 60 中央一号文件")
    own = (await web.lines("李队员"))[0]
    [answer] = await web.says("李队员", "学习 90 中央一号文件", edits=own["id"])
    changed = (await web.lines("李队员"))[0]
    assert (changed["id"], changed["kind"]) == (own["id"], "edited")
    assert changed["text"] == "学习 90 中央一号文件"
    assert "90 分钟" in answer["text"]


async def test_an_edited_message_keeps_its_photo(web: Web) -> None:
    files = [{"name": "屋顶.png", "data": base64.b64encode(PNG).decode()}]
    await web.says("李队员", "走访 张大山 屋顶漏雨", files=files)
    own = (await web.lines("李队员"))[0]
    await web.says("李队员", "走访 张大山 屋顶漏雨，已盖布", edits=own["id"])
    assert (await web.lines("李队员"))[0]["files"] == own["files"] != []


@pytest.mark.parametrize("whose", ["the bot's", "somebody else's", "nobody's"])
async def test_only_ones_own_typed_messages_can_be_edited(web: Web, whose: str) -> None:
    await web.says("赵队员", "今天")
    theirs, bots = await web.lines("赵队员")
    id = {"the bot's": bots["id"], "somebody else's": theirs["id"], "nobody's": 9999}[whose]
    asker = "赵队员" if whose == "the bot's" else "李队员"
    answer = await web.post("messages", {"person": asker, "text": "改了", "edits": id})
    assert answer.status_code == 404
    assert "没有找到这条消息" in answer.json()["error"]


async def test_a_photo_is_stored_before_the_answer_and_can_be_seen_by_its_owner(
    web: Web,
) -> None:
    form = {"person": str(web.county["李队员"].id), "text": "走访 张大山 屋顶漏雨"}
    answer = await web.client.post(
        "/chat/api/messages", data=form, files=[("files", ("../屋顶.png", PNG, "text/html"))]
    )
    assert answer.status_code == 200, answer.text
    [file] = (await web.lines("李队员"))[0]["files"]
    assert (file["name"], file["mime"]) == ("屋顶.png", "image/png")
    shown = await web.client.get(file["url"])
    assert shown.content == PNG
    assert shown.headers["content-type"] == "image/png"
    sha256 = file["url"].split("/")[-1].split("?")[0]
    assert path_of(web.app.settings.files, sha256).read_bytes() == PNG
    other = await web.client.get(f"/chat/api/files/{sha256}?person={web.county['赵队员'].id}")
    assert other.status_code == 404


async def test_a_file_that_is_no_picture_is_only_saved(web: Web) -> None:
    evil = base64.b64encode(b"<script>alert(1)</script>").decode()
    await web.says("李队员", "附件", files=[{"name": "a.html", "data": evil}])
    [file] = (await web.lines("李队员"))[0]["files"]
    got = await web.client.get(file["url"])
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in got.headers["content-security-policy"]


async def test_a_message_of_ten_thousand_characters_is_answered_in_words(web: Web) -> None:
    [answer] = await web.says("李队员", "很" * 10_000)
    assert "太长" in answer["text"]


async def test_markup_in_a_message_stays_text(web: Web) -> None:
    await web.says("李队员", "**今天** <b>好</b> \\n")
    own = (await web.lines("李队员"))[0]
    assert own["text"] == "**今天** <b>好</b> \\n"
    assert own["md"] == "\\*\\*今天\\*\\* <b>好</b> \\\\n"


async def test_lines_after_an_id_are_listed_in_order(web: Web) -> None:
    for text in ("今天", "帮助", "今天"):
        await web.says("李队员", text)
    lines = await web.lines("李队员")
    assert [line["id"] for line in lines] == sorted(line["id"] for line in lines)
    assert await web.lines("李队员", lines[2]["id"]) == lines[3:]


async def test_the_first_visit_is_greeted_once(web: Web) -> None:
    for _ in range(3):
        answer = await web.post("enter", {"person": "李队员"})
        assert answer.json() == {"id": None, "state": "stored"}
        await web.app.settle()
    [hello] = await web.lines("李队员")
    assert "李队员" in hello["text"]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"person": 5, "text": "  \n "}, 400, "空的"),
        ({"person": 5}, 400, "空的"),
        ({"person": 5, "text": 7}, 400, "text"),
        ({"person": 5, "text": ["今天"]}, 400, "text"),
        ({"text": "今天"}, 400, "没有说是谁"),
        ({"person": 4711, "text": "今天"}, 400, "名册里没有"),
        ({"person": "外人", "text": "今天"}, 400, "名册里没有"),
        ({"person": True, "text": "今天"}, 400, "名册里没有"),
        ({"person": {"id": 5}, "text": "今天"}, 400, "名册里没有"),
        ({"person": "9" * 40, "text": "今天"}, 400, "名册里没有"),
        ({"person": 5, "text": "字" * 20_001}, 413, "20000 字"),
        ({"person": 5, "text": "今天", "client_id": "a.b"}, 400, "client_id"),
        ({"person": 5, "text": "今天", "files": "x"}, 400, "附件没收到"),
        ({"person": 5, "text": "今天", "files": [{"name": "a"}]}, 400, "附件没收到"),
        ({"person": 5, "text": "今天", "files": [{"data": "%%%"}]}, 400, "附件没收到"),
        ({"person": 5, "text": "", "files": [{"data": "YQ=="}] * 10}, 413, "9 个文件"),
        ([], 400, "JSON"),
        ("今天", 400, "JSON"),
    ],
)  # fmt: skip
async def test_bad_messages_get_two_plain_lines_and_change_nothing(
    web: Web, body: object, status: int, words: str
) -> None:
    answer = await web.post("messages", body)
    assert answer.status_code == status
    assert words in answer.json()["error"]
    assert answer.json()["hint"]
    for name in web.county.people:
        assert await web.lines(name) == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
async def test_what_is_not_json_is_refused(web: Web, body: bytes) -> None:
    answer = await web.client.post("/chat/api/messages", content=body)
    assert answer.status_code == 400
    assert "JSON" in answer.json()["error"]


async def test_half_characters_and_zero_bytes_do_no_harm(web: Web) -> None:
    body = b'{"person": "\xe6\x9d\x8e\xe9\x98\x9f\xe5\x91\x98", "text": "a\\ud800b\\u0000c"}'
    answer = await web.client.post("/chat/api/messages", content=body)
    assert answer.status_code == 200, answer.text
    assert [line["text"] for line in await web.lines("李队员")] == ["a?bc"]


@pytest.mark.parametrize("token", ["", None, 5, "x" * 201])
async def test_a_press_without_a_token_is_refused(web: Web, token: object) -> None:
    answer = await web.post("actions", {"person": "李队员", "token": token})
    assert answer.status_code == 400
    assert "按钮" in answer.json()["error"]


@pytest.mark.parametrize("token", ["v1-1-0-aaaa", "x", "🙂", "v1-zzzzzzzzzzzzzzzzzzz-0-a"])
async def test_a_forged_token_gets_a_sentence_and_no_effect(web: Web, token: str) -> None:
    [answer] = await web.presses("李队员", token)
    assert "失效" in answer["text"]


async def test_somebody_elses_button_gets_a_sentence_and_no_effect(web: Web) -> None:
    [card] = await web.says("李队员", "学习 60 中央一号文件")
    [answer] = await web.presses("赵队员", card["buttons"][1]["token"])
    assert "没有改动" in answer["text"]


async def test_a_full_disk_is_told_and_the_message_can_be_repeated(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise StoreTrouble("database or disk is full")

    body = {"person": "李队员", "text": "今天", "client_id": "again"}
    with monkeypatch.context() as broken:
        broken.setattr(web.app.inbox, "keep", full)
        answer = await web.post("messages", body)
    assert answer.status_code == 503
    assert "没有存" in answer.json()["error"]
    assert (await web.post("messages", body)).status_code == 200
    await web.app.settle()
    assert len(await web.lines("李队员")) == 2


async def test_unknown_addresses_are_said_so_in_json(web: Web) -> None:
    for path in ("/nothing", "/chat/api/files/" + "0" * 64 + "?person=1", "/chat/static/no.js"):
        answer = await web.client.get(path)
        assert answer.status_code == 404
        assert answer.json()["error"]
    assert (await web.client.put("/chat/api/messages")).status_code == 405


async def test_people_are_listed_with_role_and_place(web: Web) -> None:
    people = (await web.client.get("/chat/api/people")).json()
    assert len(people) == len(web.county.people)
    [one] = [one for one in people if one["name"] == "王队长"]
    assert one == {
        "id": web.county["王队长"].id, "name": "王队长", "role": "leader", "role_name": "队长",
        "title": "第一书记", "place": "永安村", "township": "清水镇", "village": "永安村",
    }  # fmt: skip


async def test_the_clock_is_moved_forward_and_never_back(web: Web) -> None:
    answer = await web.post("clock", {"now": "2026-11-23T09:30"})
    assert answer.json()["now"] == "2026-11-23T09:30:00+08:00"
    clock = (await web.client.get("/chat/api/clock")).json()
    assert clock["tonight"] == "2026-11-23T19:00:00+08:00"
    assert clock["workday"] == "2026-11-24T09:00:00+08:00"
    back = await web.post("clock", {"now": "2026-11-23T09:00:00+08:00"})
    assert back.status_code == 400
    assert "只能往前走" in back.json()["error"]


@pytest.mark.parametrize("moment", [None, 7, "明天", "2030-01-01T00:00", "9999-12-31T23:59Z"])
async def test_a_moment_that_makes_no_sense_is_refused(web: Web, moment: object) -> None:
    answer = await web.post("clock", {"now": moment})
    assert answer.status_code == 400
    assert answer.json()["hint"]


async def test_health_counts_both_queues(web: Web) -> None:
    await web.says("李队员", "今天")
    health = (await web.client.get("/health")).json()
    assert health["ok"] is True
    assert health["inbox"] == {"done": 1}
    assert health["outbox"] == {"sent": 1}


async def test_the_page_holds_every_roles_words(web: Web) -> None:
    page = await web.client.get("/")
    assert page.status_code == 200
    assert 'lang="zh-Hans"' in page.text
    assert page.text.count('class="quick"') == 4
    for name in ("chat.css", "chat.js", "demo.js", "lines.js", "unsent.js", "icon.svg"):
        assert (await web.client.get(f"/chat/static/{name}")).status_code == 200


def test_every_address_is_documented_in_both_languages() -> None:
    root = Path(__file__).parents[2]
    chinese, english = (root / "docs/web-chat-api.md").read_text("utf-8").split("## English")
    paths = {route.path for route in _routes() if isinstance(route, Route)}
    for path in paths - {"/", "/chat"}:
        assert path in chinese, path
        assert path in english, path


async def test_the_telegram_webhook_is_mounted_when_it_is_switched_on(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each channel that is called back offers its own doors; Telegram only where it pushes."""

    def routes(channel: object, keep: object) -> list[Route]:
        assert keep == web.app.inbox.keep
        return [Route("/telegram", lambda _: None, methods=["POST"])]

    monkeypatch.setattr("bot.channels.telegram.webhook.routes", routes)
    for mode, offered in (("webhook", True), ("poll", False)):
        channel = SimpleNamespace(settings=SimpleNamespace(mode=mode))
        app = replace(web.app, channels={**web.app.channels, "telegram": channel})
        paths = {getattr(route, "path", "") for route in build_web(app).routes}
        assert ("/telegram" in paths) == offered


def test_scripts_never_turn_data_into_markup() -> None:
    for script in STATIC.glob("*.js"):
        text = script.read_text("utf-8")
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert word not in text, (script.name, word)


def test_no_file_of_the_page_comes_from_elsewhere() -> None:
    for file in [*STATIC.iterdir(), *(STATIC.parents[2] / "templates/web").iterdir()]:
        found = re.findall(r"https?://[^\s\"']+", file.read_text("utf-8"))
        assert [one for one in found if "www.w3.org" not in one] == [], file.name


@pytest.mark.parametrize("whose", ["own", "bot's"])
async def test_a_photo_that_replies_to_a_line_joins_its_record(web: Web, whose: str) -> None:
    await web.says("李队员", "走访 张大山 屋顶漏雨")
    own, bots = await web.lines("李队员")
    await web.says("李队员", "走访 王桂芳 一切正常")
    files = [{"name": "屋顶.png", "data": base64.b64encode(PNG).decode()}]
    answered = own["id"] if whose == "own" else bots["id"]
    [answer] = await web.says("李队员", "", files=files, reply_to=answered)
    assert "放进：走访 张大山" in answer["text"]


async def test_nobody_replies_to_a_line_of_somebody_else(web: Web) -> None:
    await web.says("李队员", "走访 张大山 屋顶漏雨")
    theirs, _ = await web.lines("李队员")
    body = {"person": "赵队员", "text": "这里", "reply_to": theirs["id"]}
    answer = await web.post("messages", body)
    assert answer.status_code == 404
