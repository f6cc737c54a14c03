"""Reports as pages: read within one's scope, every figure opened into its records."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from web_pages import Web, login_link, open_web

from templates.forms import FORMS
from templates.looks import Made

DAY = "/reports/daily/2026-11-23"
FIGURE = re.compile(r'class="figure" href="([^"]+)">(\d+)</a>')
ABSENT = {"error": "没有找到这份报表，或它不归您看。", "hint": "请从“报表”页面里选一份。"}


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    """The demo's program, with a day's work in it."""
    async with open_web(tmp_path) as opened:
        await opened.says("李队员", "走访 张大山 屋顶漏雨")
        await opened.says("李队员", "走访 李秀英 一切正常")
        await opened.says("赵队员", "学习 60 中央一号文件")
        yield opened


async def get(web: Web, name: str, path: str) -> httpx.Response:
    """A page as that person of the demo."""
    sign = "&" if "?" in path else "?"
    return await web.client.get(f"{path}{sign}person={web.county[name].id}")


def team(web: Web, name: str = "李队员") -> str:
    return f"{DAY}/team/{web.county[name].team_id}"


async def test_a_report_is_found_from_the_list_and_reads_as_in_the_chat(web: Web) -> None:
    shown = await get(web, "李队员", "/reports")
    assert team(web) in shown.text
    page = await get(web, "李队员", team(web))
    assert page.status_code == 200
    assert "<h1>永安村工作队日报</h1>" in page.text
    assert "script" not in page.text
    assert "http" not in page.text  # nothing from elsewhere


async def test_every_figure_opens_into_as_many_records(web: Web) -> None:
    page = await get(web, "王队长", team(web))
    opened = 0
    for path, number in FIGURE.findall(page.text):
        basis = await get(web, "王队长", path.partition("?")[0])
        assert basis.status_code == 200, path
        assert basis.text.count("<li>") == min(int(number), 20), path
        opened += 1
    assert opened > 3
    assert page.text.count('class="figure"') == opened


async def test_the_records_of_the_visits_have_their_households_within_the_village(
    web: Web,
) -> None:
    page = await get(web, "王队长", team(web))
    bases = [
        await get(web, "王队长", path.partition("?")[0])
        for path, _ in FIGURE.findall(page.text)
    ]
    assert any("张大山" in one.text and "屋顶漏雨" in one.text for one in bases)


async def test_the_records_behind_a_figure_of_a_table_say_of_what_they_are(web: Web) -> None:
    """Name, place and numbers as in the chat, not the bare figure."""
    township = f"{DAY}/township/{web.county['周总队长'].township_id}"
    page = await get(web, "周总队长", township)
    heads = []
    for path, _ in FIGURE.findall(page.text):
        basis = await get(web, "周总队长", path.partition("?")[0])
        heads += re.findall(r"<h1>依据：(.*?)</h1>", basis.text)
        if heads[-1].startswith("走访户次（永安村）"):
            said = int(heads[-1].split()[-1])
            assert basis.text.count("永安村 走访记录") == said > 0
    assert any(one.startswith("走访户次（永安村） ") for one in heads)
    assert not any(re.search("[a-z_@]", one) for one in heads)


async def test_a_person_with_a_browser_is_told_on_a_page(web: Web) -> None:
    gone = f"{DAY}/team/999"
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    query = {"person": web.county["李队员"].id}
    for path in (gone, "/nothing/here"):
        page = await web.client.get(path, params=query, headers=browser)
        assert page.status_code == 404
        assert page.headers["content-type"].startswith("text/html")
        assert "{" not in page.text
    shown = await web.client.get(gone, params=query, headers=browser)
    assert all(line in shown.text for line in ABSENT.values())
    api = await web.client.get("/chat/api/nothing", headers=browser)
    assert api.headers["content-type"] == "application/json"


async def test_above_the_village_a_figure_opens_without_names(web: Web) -> None:
    township = f"{DAY}/township/{web.county['周总队长'].township_id}"
    page = await get(web, "周总队长", township)
    seen = [page.text]
    for path, _ in FIGURE.findall(page.text):
        seen.append((await get(web, "周总队长", path.partition("?")[0])).text)
    assert len(seen) > 2
    for word in ("张大山", "李秀英", "李队员", "屋顶漏雨"):
        assert word not in "".join(seen)


async def test_what_is_not_there_and_what_is_not_yours_is_the_same(web: Web) -> None:
    own = web.county["李队员"].team_id
    county = f"{DAY}/county/{web.county['陈干事'].county_id}"
    absent = (
        team(web, "郑队长"), county, f"{DAY}/team/99999", f"{DAY}/team/{own}x", f"{DAY}/village/{own}",
        f"/reports/daily/2026-11-24/team/{own}", f"/reports/daily/2026-13-01/team/{own}",
        f"/reports/yearly/2026/team/{own}", f"/reports/weekly/2026-W99/team/{own}",
        f"/reports/tenday/2026-11-T4/team/{own}", f"/reports/daily/20261123/team/{own}",
        f"{team(web)}/999", f"{team(web)}/一", f"{team(web)}/0", f"{team(web)}/1?skip=40000",
        f"{team(web)}/files/exe",
    )  # fmt: skip
    for path in absent:
        answer = await get(web, "李队员", path)
        assert (answer.status_code, answer.json()) == (404, ABSENT), path


async def test_the_county_reads_its_townships_but_no_village_s_own_sheet(web: Web) -> None:
    township = f"{DAY}/township/{web.county['周总队长'].township_id}"
    listed = await get(web, "陈干事", "/reports?place=1")
    assert "看哪里的" in listed.text
    assert (await get(web, "陈干事", township)).status_code == 200
    assert (await get(web, "陈干事", team(web))).status_code == 404


async def test_a_file_is_made_when_it_is_asked_for(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        FORMS, "pdf", lambda facts, looks: Made(facts["title"].encode(), "application/pdf", ".pdf")
    )  # fmt: skip
    file = await get(web, "李队员", f"{team(web)}/files/pdf")
    assert (file.status_code, file.text) == (200, "永安村工作队日报")
    assert file.headers["content-type"] == "application/pdf"
    monkeypatch.setitem(FORMS, "card", lambda facts, looks: 1 / 0)
    assert (await get(web, "李队员", f"{team(web)}/files/card")).status_code == 503


async def test_who_has_not_joined_is_told_about_links(tmp_path: Path) -> None:
    async with open_web(tmp_path, demo=False) as web:
        path = team(web)
        for one in ("/reports", path, f"{path}/1"):
            assert "邀请链接" in (await web.client.get(one)).text
        assert (await web.client.get(f"{path}/files/pdf")).status_code == 403
        await web.client.post(await login_link(web, "李队员"))
        assert "永安村工作队日报" in (await web.client.get(path)).text
        other = team(web, "郑队长")
        assert (await web.client.get(other)).status_code == 404
