"""抽签公示, 抽签数: short for members, whole for staff; a number counts once it is agreed to."""

from datetime import datetime

from phones import Phones, words

from ledger.clock import SHANGHAI
from ledger.draw_facts import Counts
from templates.words import Words


async def eve(phones: Phones) -> None:
    """The next month is sealed, its number is still wanted."""
    await phones.at(datetime(2026, 11, 30, 19, tzinfo=SHANGHAI))


async def test_a_member_reads_the_short_form_and_the_codes_on_demand(phones: Phones) -> None:
    await eve(phones)
    (short,) = await phones.says("吴队员", "抽签公示 2026-12")
    assert "承诺：" not in words(short)
    assert "公示码：" in words(short)
    assert "每队一次" in words(short)
    (whole,) = await phones.presses("吴队员", "全部")
    assert "承诺：" in words(whole)
    (same,) = await phones.says("吴队员", "抽签公示 全部")
    assert "承诺：" in words(same)


async def test_staff_read_all_of_it(phones: Phones) -> None:
    await eve(phones)
    (reply,) = await phones.says("陈干事", "抽签公示")
    assert "承诺：" in words(reply)
    assert "全部" not in reply.labels


def test_nothing_is_said_of_what_did_not_happen() -> None:
    one = Counts("phone", quota=3, void=1)
    said = Words().say("draw_periods.counts", name="电话抽查", one=one, unmade=2)
    assert said == "电话抽查：按安排 3 次，系统中断不计 1 次，没送达、没打成或没去成，不计 2 次"
    none = Words().say("draw_periods.counts", name="暗访", one=Counts("visit"), unmade=0)
    assert none == "暗访：没有抽"


async def test_a_number_counts_once_it_is_agreed_to(phones: Phones) -> None:
    await eve(phones)
    (asked,) = await phones.says("陈干事", "抽签数 314159")
    assert words(asked) == "12月抽签数，以后不能改，报 314159？"
    (no,) = await phones.presses("陈干事", "不报")
    assert words(no).startswith("没有报")
    await phones.says("陈干事", "抽签数 271828")
    (sealed,) = await phones.presses("陈干事", "报")
    assert words(sealed).startswith("12月抽签数已封存")


async def test_a_bad_number_is_turned_down_before_anybody_is_asked(phones: Phones) -> None:
    await eve(phones)
    (reply,) = await phones.says("陈干事", "抽签数 12")
    assert words(reply).startswith("没看懂这个数")
