"""待核实 in chat: what can be said after a decision, between a miss and its finding, and to whom."""

from datetime import timedelta

from county import MONDAY
from phones import Phones, words
from planted import plant

from ledger import draws
from ledger.draws import TIMETABLE, Wish

MINUTE = timedelta(minutes=1)
FOUND = "待核实 暗访 李队员 脱岗走读 上午入户三家未见人"


async def planted(phones: Phones, line: str) -> None:
    async with phones.app.database.transaction() as db:
        await plant(db, phones.county, line, now=phones.clock.now())


async def confirmed(phones: Phones) -> None:
    await planted(phones, FOUND)
    await phones.at(MONDAY + 2 * MINUTE)
    await phones.says("李队员", "待核实1 说明 在地里")
    await phones.says("周总队长", "待核实1 查实 问过村支书，当天不在")


async def test_after_a_decision_the_way_is_said(phones: Phones) -> None:
    await confirmed(phones)
    (said,) = await phones.says("李队员", "说明 我在村")
    (appeal,) = await phones.says("李队员", "申诉 1 我在村")
    (nothing,) = await phones.says("李队员", "申诉 9 我在村")
    (stranger,) = await phones.says("钱队员", "说明 我在村")

    assert words(said).startswith("1号已经认定（查实），刚才的话没有记。")
    assert "待核实1 说明 加一句话" in words(said)
    assert words(appeal).startswith("1号没有处理，不用申诉，刚才的话没有记。")
    assert "待核实1 说明 加一句话" in words(appeal)
    assert words(nothing).startswith("没有查到处理 9号")
    assert words(stranger).startswith("现在没有等您说明的事")


async def test_who_decided_hears_of_the_change(phones: Phones) -> None:
    await confirmed(phones)
    out = await phones.says("陈干事", "待核实1 不成立 看了会议通知，在镇里")
    (note,) = [one for one in out if phones.name_of(one) == "周总队长"]

    assert "1号您认定过“查实”，现在重新认定：不成立" in words(note)
    assert "理由：看了会议通知，在镇里" in words(note)


async def test_between_a_miss_and_its_finding_one_may_explain(phones: Phones) -> None:
    await missed(phones)
    (listed,) = await phones.says("李队员", "待核实")
    (other,) = await phones.says("钱队员", "待核实")
    (staff,) = await phones.says("周总队长", "待核实")
    (said,) = await phones.says("李队员", "说明 在镇里交材料")

    assert "有 1 次抽查没收到您的答复，还没有列为待核实" in words(listed)
    assert words(other) == "没有待核实的事。"
    assert "另有 1 次抽查刚过时间" in words(staff)
    assert "说明已记下" in words(said)
    assert "在镇里交材料" in words(said)


async def missed(phones: Phones) -> None:
    """A check of 李队员 whose time is just over."""
    now = int(phones.clock.now().timestamp() * 1000)
    li = phones.county["李队员"]
    async with phones.app.database.transaction() as db:
        wish = Wish(TIMETABLE, "2026-11|chat|quota|t1|2026-11-23", bytes(32), 1, None, "chat")
        draw = await draws.store(db, phones.county.id, wish, "{}", [], now=phones.clock.now())
        await db.connection.execute(
            "INSERT INTO spotcheck (draw_id, person_id, team_id, day, question, state, opens_at,"
            " remind_at, closes_at, closed_at) VALUES (?, ?, ?, ?, '忙什么？', 'missed', ?, ?, ?, ?)",
            (
                draw.id,
                li.id,
                li.team_id,
                MONDAY.date().isoformat(),
                now - 9,
                now - 5,
                now - 1,
                now - 1,
            ),
        )
