"""The numbers of the summaries: traceable, repeatable, in two statements, within one's scope."""

from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

import pytest
from county import County
from lived_week import FRIDAY, RULES, Pen, live, moment

from ledger import issues, leave, records, roster, study, visits
from ledger.database import Database, Session
from ledger.errors import Refused
from ledger.people import Role, Scope, scope_of
from ledger.records import Record
from ledger.reports import daily, details, store, weekly
from ledger.reports.facts import Depth, Figures, Place, Report, Window, buttons, place_of
from ledger.reports.sheet import gather, short
from ledger.roster import Entry
from ledger.study import Study

EVENING = moment(20, 18, 40)
LATER = moment(27, 9)
DAY = daily.window(FRIDAY, RULES)
WEEK = weekly.window(FRIDAY, FRIDAY)


@pytest.fixture
async def lived(database: Database) -> County:
    return await live(database)


@pytest.fixture
async def db(database: Database, lived: County) -> AsyncIterator[Session]:
    async with database.transaction() as session:
        yield session


async def see(
    db: Session, county: County, who: str, window: Window = DAY, now: Any = LATER
) -> Report:
    asker = county[who]
    return (await store.look(db, asker, place_of(asker), window, now=now)).report


def differing(before: Figures, after: Figures) -> dict[str, int]:
    """By how much each figure has changed."""
    pairs = zip(asdict(before).items(), asdict(after).values(), strict=True)
    return {name: new - old for (name, old), new in pairs if new != old}


# two statements, whatever is asked
async def counted(database: Database, county: County, who: str, window: Window) -> list[str]:
    seen: list[str] = []
    async with database.reading() as db:
        await db.connection.set_trace_callback(seen.append)
        place = place_of(county[who])
        await gather(db, place.scope, window, depth=place.depth)
        await db.connection.set_trace_callback(None)  # type: ignore[arg-type]
    return seen


@pytest.mark.parametrize("who", ["王队长", "周总队长", "陈干事"])
@pytest.mark.parametrize("window", [DAY, WEEK], ids=["day", "week"])
async def test_a_report_takes_two_statements_for_one_team_and_for_a_county(
    database: Database, lived: County, who: str, window: Window
) -> None:
    seen = await counted(database, lived, who, window)
    assert len([one for one in seen if not one.startswith("--")]) == 2


async def test_two_statements_also_when_the_county_has_a_hundred_teams(
    database: Database, lived: County
) -> None:
    async with database.transaction() as db:
        town = lived["周总队长"].township_id
        await db.connection.executemany(
            "INSERT INTO team (county_id, township_id, village) VALUES (?, ?, ?)",
            [(lived.id, town, f"第{number}村") for number in range(100)],
        )
    seen = await counted(database, lived, "陈干事", DAY)
    assert len([one for one in seen if not one.startswith("--")]) == 2


# figures and what is behind them
async def test_the_teams_friday_in_figures(db: Session, lived: County) -> None:
    figures = (await see(db, lived, "王队长")).figures
    assert figures == Figures(
        teams=1, roster=3, away=1, studied=1, owing=1, visits=1, households=1, opened=1,
        submitted=1, standing=3, overdue=1, waiting=1,
    )  # fmt: skip


async def test_the_countys_week_in_figures(db: Session, lived: County) -> None:
    figures = (await see(db, lived, "陈干事", WEEK)).figures
    assert figures == Figures(
        teams=3, roster=7, away=1, studied=3, visits=3, households=2, opened=2, progressed=1,
        submitted=2, closed=1, checked=1, unanswered=1, standing=3, overdue=1, waiting=1,
    )  # fmt: skip


async def test_every_figure_is_as_long_as_the_list_behind_it(
    db: Session, lived: County
) -> None:
    for who in ("王队长", "孙队长", "郑队长"):
        for window in (DAY, WEEK):
            asker = lived[who]
            figures = (await see(db, lived, who, window)).figures
            behind = await details.look(db, asker, place_of(asker), window)
            totals = {one.sort: one.total for one in behind.sections}
            assert totals.get("visited", 0) == figures.visits
            assert totals.get("issue", 0) == figures.standing
            for name in ("opened", "progressed", "submitted", "closed", "checked"):
                assert totals.get(name, 0) == getattr(figures, name)


async def test_the_parts_of_a_place_add_up_to_it(db: Session, lived: County) -> None:
    for who in ("周总队长", "陈干事"):
        asker = lived[who]
        parts = (await details.look(db, asker, place_of(asker), WEEK)).parts
        whole = (await see(db, lived, who, WEEK)).figures
        for name, total in asdict(whole).items():
            assert sum(getattr(figures, name) for _, figures in parts) == total


async def one_record(db: Session, county: County, who: str, kind: str, day: date) -> Record:
    found = await records.of_day(db, county[who], day)
    return next(one for one in found if one.kind == kind)


async def struck(db: Session, county: County, who: str, kind: str, counted: Any) -> None:
    record = await one_record(db, county, who, kind, FRIDAY)
    await records.set_state(db, record, county[who], state="undone", now=EVENING)
    await counted(db, record, sign=-1)


@pytest.mark.parametrize(
    ("who", "kind", "counted", "day", "week"),
    [
        (
            "李队员", "study", study.counted,
            {"studied": -1, "owing": 1}, {"studied": -1},
        ),
        (
            "李队员", "visit", visits.counted,
            {"visits": -1, "households": -1}, {"visits": -1},
        ),
        (
            "王队长", "issue", issues.counted,
            {"opened": -1, "standing": -1}, {"opened": -1, "standing": -1},
        ),
    ],
    ids=["study", "visit", "issue"],
)  # fmt: skip
async def test_striking_one_record_changes_exactly_the_figures_that_rest_on_it(
    db: Session, lived: County, who: str, kind: str, counted: Any,
    day: dict[str, int], week: dict[str, int],
) -> None:  # fmt: skip
    watched = ("王队长", "孙队长", "周总队长", "陈干事", "郑队长")
    before = {
        (one, w.kind): await see(db, lived, one, w) for one in watched for w in (DAY, WEEK)
    }
    await struck(db, lived, who, kind, counted)
    for (one, name), report in before.items():
        window = DAY if name == "daily" else WEEK
        after = await see(db, lived, one, window)
        mine = one in {"王队长", "周总队长", "陈干事"}
        wanted = (day if name == "daily" else week) if mine else {}
        assert differing(report.figures, after.figures) == wanted
        assert mine or after == report


async def test_moving_a_visit_to_another_day_moves_it_in_both_days(
    db: Session, lived: County
) -> None:
    thursday = daily.window(FRIDAY - timedelta(days=1), RULES)
    record = await one_record(db, lived, "李队员", "visit", FRIDAY)
    before = [(await see(db, lived, "王队长", w)).figures for w in (DAY, thursday, WEEK)]
    made = replace(await visits.read(db, record), day=FRIDAY - timedelta(days=1))
    await visits.revise(db, record, lived["李队员"], made, now=EVENING, rules=RULES)
    after = [(await see(db, lived, "王队长", w)).figures for w in (DAY, thursday, WEEK)]
    changes = [differing(old, new) for old, new in zip(before, after, strict=True)]
    assert changes == [
        {"visits": -1, "households": -1},
        {"visits": 1, "households": 1},
        {},
    ]


# any past day again
async def test_a_past_day_stays_what_it_was_after_later_events(
    db: Session, lived: County
) -> None:
    watched = [
        (who, window)
        for who in ("王队长", "孙队长", "周总队长", "陈干事")
        for window in (*(daily.window(date(2026, 11, n), RULES) for n in range(9, 21)), WEEK)
    ]
    before = [await see(db, lived, who, window) for who, window in watched]
    pen = Pen(db, lived, {"饮水不通": 3, "屋顶漏雨": 1, "路灯不亮": 4})
    await pen.send_back("王队长", moment(23, 9), "饮水不通")
    await pen.submit("赵队员", moment(23, 10), "饮水不通", "换了水管，水已接通")
    await pen.close("王队长", moment(23, 11), "饮水不通")
    await pen.submit("李队员", moment(24, 10), "屋顶漏雨", "瓦已换好，不再漏雨")
    await pen.issue("钱队员", moment(24, 11), "何满仓", "院墙裂缝", date(2026, 11, 26))
    await pen.visit("李队员", moment(25, 9), "王桂芳", "一切正常")
    await pen.study("王队长", moment(25, 9), "中央一号文件")
    await pen.away("李队员", date(2026, 11, 26), date(2026, 11, 27), asked=moment(25, 9))
    await pen.missed_check("赵队员", moment(25, 9))
    entry = Entry("新队员", Role.MEMBER, "清水镇", "永安村")
    await roster.add_person(db, lived.id, entry, now=moment(24, 9))
    await db.connection.execute(
        "UPDATE person SET left_day = '2026-11-24' WHERE name = '钱队员'"
    )
    after = [await see(db, lived, who, window) for who, window in watched]
    assert after == before


async def test_what_waited_for_a_decision_that_day_is_known_after_it_was_sent_back(
    db: Session, lived: County
) -> None:
    pen = Pen(db, lived, {"饮水不通": 3})
    await pen.send_back("王队长", moment(21, 9), "饮水不通")
    assert (await see(db, lived, "王队长")).figures.waiting == 1
    saturday = daily.window(FRIDAY + timedelta(days=1), RULES)
    assert (await see(db, lived, "王队长", saturday)).figures.waiting == 0


async def test_the_day_of_the_deadline_still_counts(db: Session, lived: County) -> None:
    for day, overdue in ((17, 0), (18, 0), (19, 1)):
        window = daily.window(date(2026, 11, day), RULES)
        assert (await see(db, lived, "王队长", window)).figures.overdue == overdue


async def test_somebody_entered_later_counts_from_the_first_day_of_his_post(
    db: Session, lived: County
) -> None:
    entry = Entry("新队员", Role.MEMBER, "清水镇", "永安村")
    await roster.add_person(db, lived.id, entry, now=moment(24, 9))
    assert (await see(db, lived, "王队长")).figures.roster == 3
    earlier = replace(entry, name="早来的", term_from="2026-11-02")
    id = await roster.add_person(db, lived.id, earlier, now=moment(24, 9))
    lived.people["早来的"] = replace(lived["李队员"], id=id, name="早来的")
    made = Study(FRIDAY, "中央一号文件")
    await study.record(db, lived["早来的"], made, source="", now=moment(24, 10), rules=RULES)
    figures = (await see(db, lived, "王队长")).figures
    assert (figures.roster, figures.studied, figures.owing) == (4, 2, 1)


async def test_a_silent_team_is_named_only_once_half_the_week_has_passed(
    db: Session, lived: County
) -> None:
    for day, named in ((16, False), (17, False), (18, True), (20, True)):
        window = weekly.window(FRIDAY, date(2026, 11, day))
        report = await see(db, lived, "冯总队长", window, now=moment(day, 12))
        assert ("silent" in [one.sort for one in report.alarms]) == named


async def test_what_is_struck_off_that_day_stands_no_longer(db: Session, lived: County) -> None:
    for day, standing in ((9, 0), (10, 1), (18, 1), (19, 0)):
        window = daily.window(date(2026, 11, day), RULES)
        assert (await see(db, lived, "孙队长", window)).figures.standing == standing


async def test_both_days_of_a_leave_count_and_the_day_of_coming_back_does_not(
    db: Session, lived: County
) -> None:
    await Pen(db, lived).away("李队员", date(2026, 11, 17), FRIDAY, asked=moment(16, 9))
    await leave.report_back(db, lived["李队员"], now=moment(18, 9))
    for day, away in ((16, 0), (17, 1), (18, 0), (19, 0), (20, 1), (21, 1), (22, 0)):
        window = daily.window(date(2026, 11, day), RULES)
        assert (await see(db, lived, "王队长", window)).figures.away == away


async def test_a_check_that_never_arrived_is_no_check(db: Session, lived: County) -> None:
    await Pen(db, lived).missed_check("李队员", moment(20, 15))
    await db.connection.execute(
        "UPDATE spotcheck SET state = 'void' WHERE person_id = ?", (lived["李队员"].id,)
    )
    asker = lived["王队长"]
    found = await details.look(db, asker, place_of(asker), DAY)
    assert "checked" not in [one.sort for one in found.sections]
    assert "missed" not in [one.sort for one in (await see(db, lived, "王队长")).alarms]


async def test_on_a_day_off_nobody_owes_a_study_record(db: Session, lived: County) -> None:
    saturday = daily.window(FRIDAY + timedelta(days=1), RULES)
    assert (await see(db, lived, "王队长", saturday)).figures.owing == 0


# what went out
async def test_what_went_out_is_told_again_as_it_was(db: Session, lived: County) -> None:
    asker = lived["王队长"]
    place = place_of(asker)
    for window in (DAY, WEEK):
        sent = await see(db, lived, "王队长", window, now=EVENING)
        await store.keep(db, [replace(sent, seal="20261120-7f3a9c001122")], now=EVENING)
        found = await store.look(db, asker, place, window, now=LATER)
        assert found.report == replace(sent, seal="20261120-7f3a9c001122")
        assert found.changes == ()


async def test_late_entries_and_corrections_stand_under_what_went_out(
    db: Session, lived: County
) -> None:
    asker = lived["王队长"]
    sent = await see(db, lived, "王队长", now=EVENING)
    await store.keep(db, [sent], now=EVENING)
    await Pen(db, lived).visit("赵队员", moment(20, 21), "王桂芳", "补录")
    await struck(db, lived, "李队员", "study", study.counted)
    found = await store.look(db, asker, place_of(asker), DAY, now=LATER)
    assert found.report == sent
    assert [tuple(one) for one in found.changes] == [
        ("studied", 1, 0), ("visits", 1, 2), ("households", 1, 2),
    ]  # fmt: skip


async def test_storing_twice_keeps_the_first(db: Session, lived: County) -> None:
    sent = await see(db, lived, "王队长", now=EVENING)
    await store.keep(db, [sent], now=EVENING)
    await store.keep(db, [replace(sent, seal="other")], now=LATER)
    assert await store.kept(db, "daily", "2026-11-20", place_of(lived["王队长"])) == sent


async def test_a_report_of_an_older_release_is_still_read(db: Session, lived: County) -> None:
    sent = await see(db, lived, "王队长", now=EVENING)
    await store.keep(db, [sent], now=EVENING)
    await db.connection.execute(
        "UPDATE report SET facts = replace(facts, '\"answered\": 0, ', '')"
    )
    assert await store.kept(db, "daily", "2026-11-20", place_of(lived["王队长"])) == sent


# scope
async def test_nobody_reads_beyond_his_scope(db: Session, lived: County) -> None:
    own = {name: place_of(person) for name, person in lived.people.items()}
    for name, asker in lived.people.items():
        for other, place in own.items():
            inside = place == own[name] or (
                asker.role == "county" and place.level == "township"
            )
            if inside:
                await store.look(db, asker, place, DAY, now=LATER)
                await details.look(db, asker, place, DAY)
                continue
            with pytest.raises(Refused):
                await store.look(db, asker, place, DAY, now=LATER)
            with pytest.raises(Refused):
                await details.look(db, asker, place, DAY)
            assert other != name


async def test_a_sheet_holds_nothing_from_outside_its_scope(db: Session, lived: County) -> None:
    for asker in lived.people.values():
        scope = scope_of(asker)
        for window in (DAY, WEEK):
            sheet = await gather(db, scope, window, depth=Depth.RECORDS)
            villages = {line.village for line in sheet.lines}
            assert {one.village for one in sheet.items} <= villages
            expected = {"永安村", "柳树村", "石桥村"}
            if scope.township:
                towns = {"清水镇": {"永安村", "柳树村"}, "云山乡": {"石桥村"}}
                expected = {asker.village} if scope.team else towns[asker.township]
            assert villages == expected


async def test_above_the_village_no_household_is_even_read(db: Session, lived: County) -> None:
    for who in ("周总队长", "陈干事"):
        for window in (DAY, WEEK):
            sheet = await gather(db, scope_of(lived[who]), window)
            for item in sheet.items:
                assert item.household == ""
                assert (item.person, item.text) == ("", "")


async def test_a_member_sees_how_many_lack_something_and_only_his_own_study(
    db: Session, lived: County
) -> None:
    await Pen(db, lived).missed_check("赵队员", moment(20, 15))
    report = await see(db, lived, "李队员")
    hidden = {one.sort: one for one in report.alarms}
    assert (hidden["owing"].total, hidden["owing"].shown) == (1, ())
    assert (hidden["missed"].total, hidden["missed"].shown) == (1, ())
    asker = lived["李队员"]
    found = await details.look(db, asker, place_of(asker), WEEK)
    studied = next(one for one in found.sections if one.sort == "studied")
    assert studied.total == 3
    assert {one.person for one in studied.shown} == {"李队员"}


async def test_the_county_may_look_at_one_township_by_name(db: Session, lived: County) -> None:
    place = await store.place_for(db, lived["陈干事"], "清水镇")
    found = await store.look(db, lived["陈干事"], place, DAY, now=LATER)
    assert found.report == await see(db, lived, "周总队长")
    for who, name in (("陈干事", "不存在镇"), ("周总队长", "云山乡"), ("王队长", "清水镇")):
        with pytest.raises(Refused):
            await store.place_for(db, lived[who], name)


# the whole county's sheet serves everybody
async def test_one_sheet_of_the_county_gives_everybody_the_same_report(
    db: Session, lived: County
) -> None:
    for window, make in ((DAY, daily.make), (WEEK, weekly.make)):
        sheet = await gather(db, Scope(lived.id), window, depth=Depth.LISTS)
        for person in lived.people.values():
            if person.role == "member":
                continue
            made = make(sheet, place_of(person), now=LATER)
            assert made == await see(db, lived, person.name, window)


async def test_a_place_that_is_not_on_the_sheet_has_nothing(db: Session, lived: County) -> None:
    sheet = await gather(db, scope_of(lived["王队长"]), DAY)
    other = Place("team", 99, "某村", Scope(lived.id, 99, 99))
    assert sheet.of(other).figures() == Figures()


async def test_buttons_offer_only_what_there_is(db: Session, lived: County) -> None:
    labels = [one.label for one in buttons(await see(db, lived, "王队长"))]
    always = ["看明细", "依据", "图片和文件"]
    assert labels == [*always, "待销号", "问题清单"]
    assert [one.label for one in buttons(await see(db, lived, "郑队长"))] == always
    assert buttons(await see(db, lived, "周总队长"), "清水镇")[0].say.endswith("明细 清水镇")


async def test_a_seal_stands_only_where_a_head_was_published(
    db: Session, lived: County
) -> None:
    assert (await see(db, lived, "王队长")).seal == ""
    await db.connection.execute(
        "INSERT INTO day_head (day, seq, h, at) VALUES ('2026-11-19', 1, ?, 0)", ("ab" * 32,)
    )
    assert (await see(db, lived, "王队长")).seal == ""
    assert (await see(db, lived, "王队长", WEEK)).seal == "20261119-abababababab"


def test_somebodys_words_are_one_short_line() -> None:
    assert short("第一行\n 第二行") == "第一行 第二行"
    assert short("长" * 100) == "长" * 23 + "…"


@pytest.mark.parametrize(
    ("day", "today", "period", "as_of"),
    [
        (date(2026, 11, 20), date(2026, 11, 20), "2026-W47", date(2026, 11, 20)),
        (date(2026, 11, 16), date(2026, 11, 25), "2026-W47", date(2026, 11, 22)),
        (date(2027, 1, 1), date(2027, 1, 1), "2026-W53", date(2027, 1, 1)),
        (date(2024, 12, 30), date(2026, 1, 1), "2025-W01", date(2025, 1, 5)),
    ],
)
def test_a_week_has_its_iso_number_and_stands_as_of_its_last_day(
    day: date, today: date, period: str, as_of: date
) -> None:
    found = weekly.window(day, today)
    assert (found.period, found.as_of) == (period, as_of)
