"""What a review of the summaries found: figures, supplements, provenance, names, advice that works."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from county import County
from phones import Phones, rows, words
from ranked import ranked

from handlers import reports
from ledger import findings, invites, people, roster
from ledger.clock import SHANGHAI
from ledger.database import Database, Session
from ledger.errors import Misunderstood
from ledger.findings import State
from ledger.people import Address, Role, Scope
from ledger.reports import inspection, supplements, windows
from ledger.reports.basis import access_basis
from ledger.reports.facts import Figures, Part, Place, Report
from ledger.roster import Entry
from ledger.rules import Rules
from templates.words import Words

RULES = Rules()
DAY = timedelta(days=1)
FRIDAY = datetime(2026, 11, 27, 16, 30, tzinfo=SHANGHAI)
DECEMBER = datetime(2026, 12, 1, 9, tzinfo=SHANGHAI)


def county_place(county: County) -> Place:
    return Place("county", county.id, "安和县", Scope(county.id))


async def check(
    db: Session, county: County, who: str, state: str, day: str = "2026-11-12"
) -> int:
    """A spot check of that person, planted."""
    one, run = county[who], db.connection.execute
    await run(
        "INSERT INTO draw (county_id, way, name, seed, at, wanted, pool, drawn)"
        " VALUES (:county, 'timetable', :who, '', 1, 1, '[]', '[]')",
        {"county": county.id, "who": who},
    )
    done = await run(
        "INSERT INTO spotcheck (draw_id, person_id, team_id, day, question, state, opens_at,"
        " remind_at, closes_at) VALUES ((SELECT max(id) FROM draw), :id, :team, :day, '', :state, 1,"
        " 1, 1) RETURNING id",
        {"id": one.id, "team": one.team_id, "state": state, "day": day},
    )
    row = await done.fetchone()
    assert row is not None
    return int(row[0])


# figures
@pytest.mark.parametrize(("state", "taken"), [("missed", -1), ("answered", 0), ("void", 0)])
async def test_a_miss_leaves_the_figures_once(
    database: Database, county: County, state: str, taken: int
) -> None:
    """Answered in time after all, it has left them before the township lifts its finding."""
    li, zhou = county["李队员"], county["周总队长"]
    async with database.transaction() as db:
        id = await check(db, county, "李队员", state)
        found = findings.Found(
            county.id, li.township_id, li.team_id, li.id, findings.Source.CHAT, id,
            findings.UNANSWERED, "没有答复", date(2026, 11, 12), None,
        )  # fmt: skip
        at = datetime(2026, 11, 12, 12, tzinfo=SHANGHAI)
        one = await findings.open_finding(db, found, now=at, rules=RULES)
        await findings.decide(
            db, zhou, one, State.LIFTED, "在村", now=at + DAY * 4, rules=RULES
        )
        row = await db.connection.execute_fetchall(
            "SELECT coalesce(sum(unanswered), 0) FROM team_period WHERE kind = 0"
        )

    assert next(iter(row))[0] == taken


async def test_a_check_that_was_called_off_is_in_no_bulletin(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        for who, state in (("李队员", "answered"), ("钱队员", "void"), ("吴队员", "missed")):
            await check(db, county, who, state)
        place = county_place(county)
        made = await inspection.make(db, place, date(2026, 11, 12), RULES)
        behind = await access_basis(
            db, county["陈干事"], made, "chat_drawn", said=2, rules=RULES
        )

    assert (made.figures.chat_drawn, made.figures.chat_answered, made.figures.villages) == (
        2,
        1,
        2,
    )
    assert [one.text for one in behind.lines] == ["answered", "missed"]


async def test_no_colleague_of_another_village_is_named(
    database: Database, county: County
) -> None:
    li, at = county["李队员"], datetime(2026, 11, 12, 12, tzinfo=SHANGHAI)
    async with database.transaction() as db:
        found = findings.Found(
            county.id, li.township_id, li.team_id, li.id, findings.Source.VISIT, 1, "脱岗走读",
            "和吴队员在县城，冯总队长知道", at.date(), None,
        )  # fmt: skip
        one = await findings.open_finding(db, found, now=at, rules=RULES)
        await findings.reply(db, li, one, "去办事了", now=at)
        await findings.decide(
            db, county["周总队长"], one, State.CONFIRMED, "属实", now=at + DAY * 6, rules=RULES
        )
        made = await inspection.make(db, county_place(county), at.date(), RULES)

    assert [one.words for one in made.problems] == ["和有关人员在县城，有关人员知道"]


def test_a_bulletin_claims_only_the_checks_that_were() -> None:
    def said(**figures: int) -> str:
        checked = inspection.Figures(townships=1, villages=1, **figures)
        made = inspection.Inspection(
            "2026-11-T2", "2026-11-11", "2026-11-20", 1, "安和县", checked
        )
        return Words().bulletin("inspection", report=made).chat

    assert "通过随机抽查，对" in said(chat_drawn=1)
    assert "通过回访，对" in said(back_checked=1)
    assert "通过随机抽查和回访，对" in said(phone_drawn=1, back_checked=1)
    assert "听取说明、由人认定" not in said(chat_drawn=1)


@pytest.mark.parametrize(
    ("day", "named"),
    [(date(2025, 12, 31), "2026年第 1 周"), (date(2027, 1, 2), "2026年第 53 周")],
)
def test_a_week_over_new_year_has_its_own_year(day: date, named: str) -> None:
    window = windows.of_day("weekly", day, today=date(2027, 2, 1), rules=RULES)
    report = Report(
        "weekly", window.period, window.span.first.isoformat(), window.span.last.isoformat(),
        window.as_of.isoformat(), window.soon.isoformat(), "", "county", 1, "安和县", Figures(),
    )  # fmt: skip

    assert named in Words().bulletin("weekly_paper", report=report).chat


# periods
def test_week_53_is_found_in_january() -> None:
    asked = reports.read("第53周", reports.ASKING["weekly"], today=date(2027, 1, 5))

    assert asked.day == date(2026, 12, 28)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("monthly", "0000年1月"), ("monthly", "9999年12月"), ("monthly", "0001年1月"),
        ("weekly", "9999年第52周"), ("weekly", "0000年第1周"), ("tenday", "9999年12月下旬"),
    ],
)  # fmt: skip
def test_no_report_of_a_year_beyond_the_calendar(kind: str, said: str) -> None:
    with pytest.raises(Misunderstood):
        reports.read(said, reports.ASKING[kind], today=date(2026, 11, 23))


def test_no_page_of_the_first_day_of_all() -> None:
    today = date(2026, 11, 23)

    assert windows.named("daily", "0001-01-01", today=today, rules=RULES) is None
    assert windows.named("weekly", "2020-W53", today=today, rules=RULES) is not None


# supplements
def paper(county: County, **parts: int) -> Report:
    figures = {name: Figures(visits=visits) for name, visits in parts.items()}
    return Report(
        "tenday", "2026-11-T2", "2026-11-11", "2026-11-20", "2026-11-20", "2026-11-30", "",
        "county", county.id, "安和县", Figures(visits=sum(parts.values()), standing=4),
        parts=tuple(Part(name, each) for name, each in figures.items()),
    )  # fmt: skip


async def test_what_moved_between_places_or_stands_is_in_the_supplement(
    county: County,
) -> None:
    before, now = paper(county, 清水镇=3, 云山乡=1), paper(county, 清水镇=2, 云山乡=2)
    now = replace(now, figures=replace(now.figures, standing=5))
    found = supplements.between(1, before, now, "")

    assert found.changes == (
        ("standing", 4, 5), ("visits@清水镇", 3, 2), ("visits@云山乡", 1, 2)
    )  # fmt: skip


async def signed_week(phones: Phones) -> int:
    """周总队长 signs his week on Friday; an issue of his falls due that day."""
    li = phones.county["李队员"]
    async with phones.app.database.transaction() as db:
        await db.connection.execute(
            "INSERT INTO issue (county_id, township_id, team_id, text, tier, found_day, due, state,"
            " owner_id) VALUES (:county, :town, :team, '漏雨', 'general', '2026-11-20', '2026-11-27',"
            " 'open', :owner)",
            {
                "county": li.county_id, "town": li.township_id, "team": li.team_id,
                "owner": li.id,
            },
        )  # fmt: skip
    phones.clock.set(FRIDAY)
    await phones.says("周总队长", "周报告 草稿")
    (done, *_) = await phones.presses("周总队长", "确认")
    assert words(done).startswith("已签发")
    return int((await rows(phones, "SELECT max(id) FROM bulletin"))[0][0])


async def test_time_that_passes_is_no_correction(phones: Phones) -> None:
    """A week signed on Friday is not wrong on Monday because a deadline has passed since."""
    id = await signed_week(phones)
    phones.clock.set(FRIDAY + 3 * DAY)
    (card,) = await phones.says("周总队长", f"通报稿 {id}")
    (nothing,) = await phones.says("周总队长", f"通报稿 {id} 补充")

    assert "补录或更正" not in words(card)
    assert "要补充更正什么" in words(nothing)


async def test_a_supplement_put_off_is_found_again(phones: Phones) -> None:
    id = await signed_week(phones)
    await phones.says("李队员", "走访张大山，11月24日，屋顶漏雨")
    await phones.says("周总队长", f"通报稿 {id} 补充")
    (card,) = await phones.says("周总队长", f"通报稿 {id}")
    (draft,) = await phones.presses("周总队长", "补充")

    assert "补录或更正" in words(card)
    assert "补充说明" in words(draft)
    assert "确认" in draft.labels


# acts on a draft
async def test_the_lowest_can_be_taken_out_again(phones: Phones) -> None:
    await ranked(phones)
    phones.clock.set(DECEMBER)
    await phones.says("陈干事", "月报 11月 草稿")
    await phones.presses("陈干事", "确认")
    (with_them,) = await phones.says("陈干事", "写")
    await phones.presses("陈干事", "退回")
    await phones.says("陈干事", "不点名")
    id = (await rows(phones, "SELECT max(id) FROM bulletin"))[0][0]
    (without,) = await phones.says("陈干事", f"通报稿 {id} 重做")

    assert "比例最低" in words(with_them)
    assert "比例最低" not in words(without)


async def test_tiers_are_signed_only_while_the_switch_is_on(phones: Phones) -> None:
    """On for November's end, off on the day of the draft."""
    await ranked(phones, until="2026-11-30")
    phones.clock.set(DECEMBER)
    (draft,) = await phones.says("陈干事", "月报 11月 草稿")

    assert "低于全县" not in words(draft)


@pytest.mark.parametrize(("said", "starts"), [("依据 1", "工作队"), ("取消", "现在没有")])
async def test_a_reply_that_is_a_command_is_no_sentence(
    phones: Phones, said: str, starts: str
) -> None:
    phones.clock.set(DECEMBER)
    await phones.says("陈干事", "旬通报 11月下旬 草稿")
    (after,) = await phones.says("陈干事", said, reply_to=phones.told("陈干事", "草稿"))

    assert words(after).startswith(starts)
    assert await rows(phones, "SELECT sentence FROM bulletin") == [("",)]


async def test_the_county_is_told_who_makes_a_township_s_draft(phones: Phones) -> None:
    phones.clock.set(FRIDAY)
    (told,) = await phones.says("陈干事", "周报告 草稿 清水镇")

    assert "要由清水镇自己做" in words(told)
    assert await rows(phones, "SELECT id FROM bulletin") == []


async def test_no_paper_of_days_before_the_ledger(phones: Phones) -> None:
    (told,) = await phones.says("陈干事", "旬通报 2020年1月上旬 草稿")

    assert words(told).startswith("2020年1月上旬还没有用台账")
    assert await rows(phones, "SELECT id FROM bulletin") == []


async def test_a_number_may_be_asked_for_with_its_year(phones: Phones) -> None:
    phones.clock.set(DECEMBER)
    await phones.says("陈干事", "旬通报 11月下旬 草稿")
    await phones.presses("陈干事", "确认")
    (found,) = await phones.says("冯总队长", "旬通报 2026年第1期")
    (none,) = await phones.says("冯总队长", "旬通报 2025年第1期")

    assert words(found).startswith("2026年第1号")
    assert words(none).startswith("没有查到")


async def test_ten_days_are_no_month(phones: Phones) -> None:
    phones.clock.set(DECEMBER)
    (told,) = await phones.says("陈干事", "月报 11月中旬 草稿")

    assert words(told).startswith("没看懂")
    assert await rows(phones, "SELECT id FROM bulletin") == []


async def test_a_returned_draft_says_to_each_what_he_can_do(phones: Phones) -> None:
    """The county that gave it back has no button to do it again, and is asked for no second reason."""
    phones.clock.set(FRIDAY)
    await phones.says("周总队长", "周报告 草稿")
    id = (await rows(phones, "SELECT max(id) FROM bulletin"))[0][0]
    await phones.says("陈干事", f"通报稿 {id} 退回 缺了柳树村")
    (county,) = await phones.says("陈干事", f"通报稿 {id}")
    (again,) = await phones.says("陈干事", f"通报稿 {id} 退回")
    (own,) = await phones.says("周总队长", f"通报稿 {id}")

    assert "重做" not in words(county)
    assert words(again).startswith("这份草稿已经退回过了")
    assert "点“重做”" in words(own)
    assert "重做" in own.labels


def test_a_supplement_is_about_what_the_paper_says(county: County) -> None:
    """A week's report has no spot checks in it; ten days' figures have no study."""
    tenday = paper(county, 清水镇=3)
    weekly = replace(tenday, kind="weekly")
    more = Figures(visits=3, standing=4, studied=2, answered=1)

    assert supplements.changes(tenday, replace(tenday, figures=more)) == (("answered", 0, 1),)
    assert supplements.changes(weekly, replace(weekly, figures=more)) == (("studied", 0, 2),)


async def test_two_counties_number_their_own_papers(phones: Phones) -> None:
    async with phones.app.database.transaction() as db:
        other = await roster.ensure_county(db, "平川县")
        lin = Entry("林干事", Role.COUNTY)
        id = await roster.add_person(db, other, lin, now=FRIDAY)
        team = Entry("何队长", Role.LEADER, "清水镇", "永安村", "", "13800000031", "县水利局")
        await roster.add_person(db, other, team, now=FRIDAY)
        await invites.bind(
            db, id, Address("memory", "local", "林干事"), by=None, now=FRIDAY - 4 * DAY
        )
        phones.county.people["林干事"] = await people.by_id(db, id)
    phones.clock.set(DECEMBER)
    for who in ("陈干事", "林干事"):
        await phones.says(who, "旬通报 11月下旬 草稿")
        (done, *_) = await phones.presses(who, "确认")
        assert "2026年第1号" in words(done)
    (strange,) = await phones.says("林干事", "通报稿 1")
    (own,) = await phones.says("林干事", "旬通报 1号")

    assert words(strange).startswith("没有查到")
    assert "平川县驻村工作领导小组办公室" in words(own)
    assert "工作队 1 支" in words(own)
    assert await rows(phones, "SELECT number, year FROM bulletin") == [(1, 2026), (1, 2026)]
