"""Talks about phone checks that meet whom the lots choose: findings, slips, a late wish."""

from datetime import timedelta

from county import MONDAY
from phones import Phones, words

from ledger import findings
from ledger.findings import Finding, Source
from ledger.known_facts import About, Fact
from ledger.messages import Outgoing
from templates.words import Words


async def begin(phones: Phones) -> None:
    """陈干事 draws one team and opens the call."""
    await phones.says("陈干事", "电话抽查 1")
    await phones.says("陈干事", "群众来电反映")
    await phones.presses("陈干事", "抽")
    await phones.presses("陈干事", "开始打电话")


async def press(phones: Phones, *labels: str) -> Outgoing:
    for label in labels:
        (last,) = await phones.presses("陈干事", label)
    return last


async def found(phones: Phones) -> list[Finding]:
    async with phones.app.database.reading() as db:
        return await findings.of_source(db, Source.PHONE, 1)


async def checked(phones: Phones) -> int:
    async with phones.app.database.reading() as db:
        ((person,),) = await db.connection.execute_fetchall("SELECT person_id FROM phone_check")
    return int(person)


async def test_two_facts_not_known_become_a_finding_only_by_the_callers_press(
    phones: Phones,
) -> None:
    await begin(phones)
    card = await press(phones, "接通在岗", "没答上", "没答上", "没有")
    assert "记待核实" in card.labels
    assert await found(phones) == []
    said = await press(phones, "记待核实", "作风不务实")
    (finding,) = await found(phones)
    assert (finding.category, finding.person_id) == ("作风不务实", await checked(phones))
    assert "2 个没答上" in finding.facts
    assert "已列为待核实（作风不务实）" in words(said)
    assert "已列为待核实" in words(await press(phones, "记待核实"))
    assert len(await found(phones)) == 1


async def test_not_reached_twice_asks_and_a_yes_opens_it_with_the_words_as_said(
    phones: Phones,
) -> None:
    await begin(phones)
    card = await press(phones, "未接通", "没有")
    assert card.labels == ("再打一次",)
    await phones.at(MONDAY + timedelta(minutes=30))
    await press(phones, "再打一次", "未接通")
    (asked,) = await phones.says("陈干事", "打了*三遍*，\\关机")
    assert "记为待核实事项吗" in words(asked)
    sorts = await press(phones, "记为待核实")
    assert "待说明" in sorts.labels
    assert "脱岗走读" not in sorts.labels
    await press(phones, "待说明")
    (finding,) = await found(phones)
    assert finding.facts == "未接通。打了*三遍*，\\关机"


async def test_a_no_opens_nothing_and_it_can_be_rung_again(phones: Phones) -> None:
    await begin(phones)
    await press(phones, "未接通", "没有", "再打一次", "未接通")
    assert "已记" in words(await press(phones, "没有"))  # too soon after the first: not offered
    await phones.at(MONDAY + timedelta(minutes=40))
    await press(phones, "再打一次", "未接通", "没有")
    card = await press(phones, "不记")
    assert card.labels == ("再打一次",)
    assert await found(phones) == []


async def test_the_next_day_nothing_of_it_can_be_changed(phones: Phones) -> None:
    await begin(phones)
    await press(phones, "接通在岗", "没答上", "没答上", "没有")
    await phones.at(MONDAY + timedelta(days=1))
    for label, words_said in (("改结果", "不能再打或再改"), ("记待核实", "没有要核实的")):
        assert words_said in words(await press(phones, label))
    assert await found(phones) == []


async def test_the_checked_hears_nothing_all_day(phones: Phones) -> None:
    await begin(phones)
    await press(phones, "接通在岗", "没答上", "没答上", "没有")
    person = await checked(phones)
    await phones.at(
        MONDAY + timedelta(hours=8, minutes=35)
    )  # the day's summary comes after that
    assert not [out for out in phones.memory.sent if out.person_id == person]


async def test_a_press_twice_is_written_once(phones: Phones) -> None:
    await begin(phones)
    await press(phones, "请假", "没有")
    (again,) = await phones.presses("陈干事", "请假")
    assert "不在您手里" in words(again)


async def test_somebody_with_no_number_is_said_so(phones: Phones) -> None:
    async with phones.app.database.transaction() as db:
        await db.connection.execute("UPDATE person SET phone = ''")
    await phones.says("陈干事", "电话抽查 1")
    await phones.says("陈干事", "群众来电反映")
    await phones.presses("陈干事", "抽")
    assert "花名册上没有电话" in words(await press(phones, "开始打电话"))


async def test_the_reason_is_asked_always_and_no_means_no(phones: Phones) -> None:
    (asked,) = await phones.says("陈干事", "电话抽查 1")
    assert "每队每月已按抽签安排一次电话抽查" in words(asked)
    (preview,) = await phones.says("陈干事", "群众来电反映")
    assert preview.labels[:2] == ("抽", "不抽")
    assert "全县抽 1 个队" in words(preview)
    assert "共 10 分钟" in words(preview)
    assert "没有抽" in words(await press(phones, "不抽"))


async def test_the_county_sees_no_household_where_none_is_asked_for() -> None:
    say = Words().say
    truth = {"household": "张大山", "group": "三组", "text": "屋顶漏雨"}
    fact = Fact(About.ISSUE, truth)
    assert "三组一户" in say("phone_checks.about_issue", fact=fact, masked=True)
    assert "张大山" not in say("phone_checks.about_issue", fact=fact, masked=True)
    assert "张大山" in say("phone_checks.about_issue", fact=fact, masked=False)
    kind = Fact(
        About.KIND, {"kind": "监测户", "names": ["张大山", "何满仓"], "count": 2, "more": False}
    )
    assert "说出一户就行" in say("phone_checks.about_kind", fact=kind)
