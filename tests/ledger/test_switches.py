"""Switches: off by default, on only with reason, scene, approver and end, off again by themselves."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from county import MONDAY, County
from phones import Phones, words

from ledger import audit, people, spotchecks, switches
from ledger.clock import SHANGHAI
from ledger.database import Database, Session
from ledger.errors import Refused
from ledger.messages import Outgoing
from ledger.reports import store, weekly
from ledger.reports.facts import Share, place_of
from ledger.switches import BY_SWITCH, FEATURES, LONGEST, USUAL, Switch, Wish

DAY = MONDAY.date()
AVAILABLE = [one for one in FEATURES if one.available]
NEVER = [one for one in FEATURES if not one.available]


def wish(switch: Switch, **more: object) -> Wish:
    feature = BY_SWITCH[switch]
    scene = "防汛抢险" if feature.emergency else "专项行动"
    made = Wish(
        feature, DAY + USUAL, "汛期查看", scene, "安防〔2026〕8 号", "高某某 县委组织部副部长"
    )
    return replace(made, **more)  # type: ignore[arg-type]


async def turn_on(
    db: Session, county: County, switch: Switch, *, now: datetime = MONDAY, **more: object
) -> int:
    return await switches.turn_on(db, county["陈干事"], wish(switch, **more), now=now)


# the law on light touch
async def test_everything_is_off_by_default(database: Database, county: County) -> None:
    async with database.reading() as db:
        for switch in Switch:
            assert not await switches.is_on(db, switch, county=county.id, day=DAY)
        assert await switches.on(db, county.id, DAY) == []


@pytest.mark.parametrize("lacking", ["reason", "scene", "approver"])
@pytest.mark.parametrize("feature", AVAILABLE, ids=lambda one: one.switch.value)
async def test_without_reason_scene_or_approver_it_does_not_turn_on(
    database: Database, county: County, feature: switches.Feature, lacking: str
) -> None:
    async with database.transaction() as db:
        with pytest.raises(Refused, match=r"switches\.incomplete"):
            await turn_on(db, county, feature.switch, **{lacking: " "})
        assert await switches.history(db, county.id) == []


@pytest.mark.parametrize(
    ("until", "why"),
    [
        (DAY - timedelta(days=1), "switches.until_past"),
        (DAY + LONGEST + timedelta(days=1), "switches.until_far"),
        (date.max, "switches.until_far"),
    ],
)
async def test_an_end_is_needed_within_a_year(
    database: Database, county: County, until: date, why: str
) -> None:
    async with database.transaction() as db:
        with pytest.raises(Refused, match=why):
            await turn_on(db, county, Switch.PHOTO, until=until)


@pytest.mark.parametrize("feature", NEVER, ids=lambda one: one.switch.value)
async def test_ranking_of_persons_and_study_as_appraisal_can_never_be_on(
    database: Database, county: County, feature: switches.Feature
) -> None:
    async with database.transaction() as db:
        with pytest.raises(Refused, match=r"switches\.never"):
            await turn_on(db, county, feature.switch)
        assert not await switches.is_on(db, feature.switch, county=county.id, day=DAY)


async def test_a_roll_call_wants_an_emergency(database: Database, county: County) -> None:
    async with database.transaction() as db:
        with pytest.raises(Refused, match=r"switches\.not_emergency"):
            await turn_on(db, county, Switch.ROLL_CALL, scene="日常工作")
        await turn_on(db, county, Switch.ROLL_CALL, scene="地质灾害应急")


@pytest.mark.parametrize("name", ["李队员", "王队长", "周总队长"])
async def test_only_the_county_turns_one_on_or_off(
    database: Database, county: County, name: str
) -> None:
    async with database.transaction() as db:
        with pytest.raises(Refused, match=r"talk\.not_for_role"):
            await switches.turn_on(db, county[name], wish(Switch.PHOTO), now=MONDAY)
        await turn_on(db, county, Switch.PHOTO)
        (turn,) = await switches.on(db, county.id, DAY)
        with pytest.raises(Refused, match=r"talk\.not_for_role"):
            await switches.turn_off(db, county[name], turn, now=MONDAY)


# on, off, by itself
async def test_it_is_off_by_the_date_alone(database: Database, county: County) -> None:
    """No beat has run: the date decides."""
    async with database.transaction() as db:
        until = DAY + timedelta(days=7)
        await turn_on(db, county, Switch.PHOTO, until=until)
        days = [DAY - timedelta(days=1), DAY, until, until + timedelta(days=1)]
        found = [await switches.is_on(db, "photo", county=county.id, day=one) for one in days]

    assert found == [False, True, True, False]


async def test_a_township_s_switch_stays_in_the_township(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        towns = await people.townships(db, county.id)
        await turn_on(db, county, Switch.PHOTO, township_id=towns["清水镇"])
        found = {
            town: await switches.is_on(db, Switch.PHOTO, county=county.id, township=id, day=DAY)
            for town, id in {**towns, "全县": 0}.items()
        }

    assert found == {"清水镇": True, "云山乡": False, "全县": False}


async def test_twice_on_is_refused_and_off_can_be_on_again(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await turn_on(db, county, Switch.PHOTO)
        with pytest.raises(Refused, match=r"switches\.already_on"):
            await turn_on(db, county, Switch.PHOTO)
        (turn,) = await switches.on(db, county.id, DAY)
        await switches.turn_off(db, county["陈干事"], turn, now=MONDAY)
        assert not await switches.is_on(db, Switch.PHOTO, county=county.id, day=DAY)
        with pytest.raises(Refused, match=r"switches\.is_off"):
            await switches.turn_off(db, county["陈干事"], turn, now=MONDAY)
        await turn_on(db, county, Switch.PHOTO)


async def test_it_is_in_the_log_and_the_row_cannot_be_changed(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        id = await turn_on(db, county, Switch.PHOTO)
        (event,) = await audit.history(db, f"switch:{id}")
        assert (event["actor"], event["kind"]) == (county["陈干事"].id, "switch.on")
        assert event["body"]["until_day"] == (DAY + USUAL).isoformat()
        assert event["body"]["approver"] == "高某某 县委组织部副部长"
    for statement in (
        "UPDATE switch SET until_day = '2027-11-01'", "UPDATE switch SET reason = 'x'",
        "DELETE FROM switch",
    ):  # fmt: skip
        with pytest.raises(Exception, match="a switch is never"):
            async with database.transaction() as db:
                await db.connection.execute(statement)


# what the clock does
async def on_by_chat(phones: Phones, name: str, until: str, scene: str = "专项行动") -> None:
    """The guided talk."""
    for line in (
        f"开关 {name}", "汛期查看", scene, "无", "高某某 县委组织部副部长", until, "确认",
    ):  # fmt: skip
        (told,) = await phones.says("陈干事", line)
    assert "已打开" in words(told)


def told_of(sent: list[Outgoing], phones: Phones, part: str) -> list[str]:
    return sorted(phones.name_of(out) for out in sent if part in words(out))


async def test_it_is_announced_to_those_affected_exactly_once(phones: Phones) -> None:
    phones.clock.set(datetime(2026, 11, 23, 20, 30, tzinfo=SHANGHAI))  # a quiet hour
    await on_by_chat(phones, "必须照片 清水镇", "30 天")
    night = await phones.at(datetime(2026, 11, 24, 7, 55, tzinfo=SHANGHAI))
    morning = await phones.at(datetime(2026, 11, 24, 9, 0, tzinfo=SHANGHAI))
    await phones.restart()
    days = await phones.at(datetime(2026, 11, 30, 19, 0, tzinfo=SHANGHAI))

    assert told_of(night, phones, "县里打开了") == []
    assert told_of(morning, phones, "县里打开了“必须照片”") == sorted(
        ["李队员", "赵队员", "王队长", "钱队员", "孙队长", "周总队长"]
    )
    assert told_of(days, phones, "县里打开了") == []


async def test_whoever_is_on_leave_hears_it_when_he_is_back(phones: Phones) -> None:
    async with phones.app.database.transaction() as db:
        await db.connection.execute(
            "INSERT INTO leave (person_id, team_id, from_day, to_day, state, asked_at)"
            " SELECT id, team_id, '2026-11-23', '2026-11-24', 'approved', 0 FROM person"
            " WHERE name = '李队员'"
        )
    await on_by_chat(phones, "必须照片 清水镇", "30 天")
    away = await phones.at(datetime(2026, 11, 24, 19, 0, tzinfo=SHANGHAI))
    back = await phones.at(datetime(2026, 11, 25, 12, 0, tzinfo=SHANGHAI))

    assert "李队员" not in told_of(away, phones, "县里打开了")
    assert told_of(back, phones, "县里打开了") == ["李队员"]


async def test_the_county_hears_three_days_before_and_at_the_end_once(phones: Phones) -> None:
    await on_by_chat(phones, "必须照片", "12月3日")
    before = await phones.at(datetime(2026, 11, 29, 19, 0, tzinfo=SHANGHAI))
    near = await phones.at(datetime(2026, 12, 3, 19, 0, tzinfo=SHANGHAI))
    after = await phones.at(datetime(2026, 12, 9, 19, 0, tzinfo=SHANGHAI))

    assert told_of(before, phones, "到期自己关，不用处理") == []
    assert told_of(near, phones, "到期自己关，不用处理") == ["陈干事"]
    assert told_of(after, phones, "已经自己关了") == ["陈干事"]
    async with phones.app.database.reading() as db:
        events = await audit.history(db, "switch:1")
        (turn,) = await switches.history(db, phones.county.id)
    assert [one["kind"] for one in events] == ["switch.on", "switch.expired"]
    assert turn.expired


async def test_a_roll_call_is_asked_once_a_working_day_and_ends(phones: Phones) -> None:
    await on_by_chat(phones, "应急点名 云山乡", "11月25日", "防汛抢险")
    days = [
        told_of(
            await phones.at(datetime(2026, 11, day, 19, 0, tzinfo=SHANGHAI)), phones, "点名"
        )
        for day in (23, 24, 25, 26)
    ]

    assert [one.count("吴队员") for one in days] == [1, 1, 1, 0]
    assert "李队员" not in {name for one in days for name in one}


# what the switches govern
async def test_names_of_those_who_owe_reach_the_township_only_while_it_is_on(
    phones: Phones,
) -> None:
    (plain_report,) = await phones.says("周总队长", "日报")
    await on_by_chat(phones, "学习名单 清水镇", "7 天")
    (named,) = await phones.says("周总队长", "日报")
    (other,) = await phones.says("冯总队长", "日报")
    (whole,) = await phones.says("陈干事", "日报")

    assert "李队员" not in words(plain_report)
    assert "王队长、李队员、赵队员" in words(named)
    assert "吴队员" not in words(other)
    assert "李队员" not in words(whole)


async def test_a_place_is_asked_for_while_on_and_never_missed(phones: Phones) -> None:
    await phones.says("陈干事", "抽查 1")
    cards = await phones.presses("陈干事", "抽")
    assert any("不用拍照、不用发位置" in words(out) for out in cards)
    await on_by_chat(phones, "必须定位", "7 天")
    await phones.says("陈干事", "抽查 1")
    cards = await phones.presses("陈干事", "抽")
    (card,) = [out for out in cards if "附上位置" in words(out)]
    told = await phones.presses(phones.name_of(card), "在村")
    async with phones.app.database.reading() as db:
        found = await spotchecks.of_person(db, card.person_id or 0, limit=1)

    assert "没有位置，照样收下，不算没答" in words(told[0])
    assert [one.state for one in found] == ["answered"]


async def test_published_results_name_nobody(phones: Phones) -> None:
    await phones.says("陈干事", "抽查 清水镇 2")
    cards = await phones.presses("陈干事", "抽")
    for out in cards:
        if out.kind == "check":
            await phones.presses(phones.name_of(out), "在村")
    await phones.at(datetime(2026, 11, 23, 18, 0, tzinfo=SHANGHAI))
    (off,) = await phones.says("王队长", "抽查公布")
    await on_by_chat(phones, "公布结果", "7 天")
    (on,) = await phones.says("王队长", "抽查公布")

    assert "没有公布" in words(off)
    assert "已答 2" in words(on)
    assert not any(name in words(on) for name in phones.county.people)


async def test_the_shares_stand_in_the_county_s_week_only_while_on(
    phones: Phones,
) -> None:
    await phones.says("李队员", "问题 张大山屋顶漏雨，今天前修好")
    async with phones.app.database.transaction() as db:
        await db.connection.execute("UPDATE issue SET due = '2026-11-24'")

    async def week(name: str) -> str:
        return words((await phones.says(name, "周报"))[0])

    assert "到期问题销号" not in await week("陈干事")
    await on_by_chat(phones, "乡镇排名", "7 天")
    phones.clock.set(datetime(2026, 11, 29, 9, 0, tzinfo=SHANGHAI))
    assert "到期问题销号" in await week("陈干事")
    assert "到期问题销号" not in await week("周总队长")
    assert "到期问题销号" not in await week("王队长")


async def test_a_stored_report_keeps_its_shares(database: Database, county: County) -> None:
    async with database.transaction() as db:
        place = place_of(county["陈干事"])
        window = weekly.window(DAY, DAY)
        found = await store.look(db, county["陈干事"], place, window, now=MONDAY)
        made = replace(found.report, shares=(Share("清水镇", 3, 1),))
        await store.keep(db, [made], now=MONDAY)
        kept = await store.kept(db, "weekly", window.period, place)

    assert kept is not None
    assert kept.shares == (Share("清水镇", 3, 1),)
