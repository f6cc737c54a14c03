"""After the request: a late household code, an old card, ready reasons, a wish that waits, a used photo."""

from phones import Phones, told, words

from ledger.household_codes import codes_of
from ledger.messages import Outgoing


def of(phones: Phones, outs: list[Outgoing], name: str) -> Outgoing:
    return next(out for out in outs if phones.name_of(out) == name)


async def photo(phones: Phones, who: str, text: str, name: str) -> list[Outgoing]:
    phones.memory.blobs[name] = name.encode()
    return await phones.says(who, text, files=[name])


async def handed_in(phones: Phones) -> list[Outgoing]:
    await phones.says("李队员", "问题 张大山 屋顶漏雨 12月1日前")
    await phones.says("李队员", "问题1 措施 请人补了瓦")
    return await phones.says("李队员", "问题1 申请销号 屋顶修好了，不漏了")


async def test_who_verifies_hears_of_a_code_that_came_later(phones: Phones) -> None:
    await handed_in(phones)
    async with phones.app.database.reading() as db:
        rows = await db.connection.execute_fetchall("SELECT household_id FROM issue")
        household = next(iter(rows))[0]
    code = codes_of(phones.app.key, household, 2026)[0]
    heard = await phones.says("李队员", f"问题1 户码 {code}")
    card = of(phones, heard, "王队长")
    shown = await phones.says("王队长", "问题1")

    assert "已告诉王队长" in told(heard)
    assert "李队员申请销号" in words(card)
    assert "户码核对过" in words(card)
    assert "同意销号" in card.labels
    assert "户码核对过" in told(shown)
    assert "同意销号" in shown[0].labels


async def test_the_card_of_an_earlier_request_decides_nothing(phones: Phones) -> None:
    first = of(phones, await handed_in(phones), "王队长")
    await phones.presses("王队长", "退回")
    await phones.presses("王队长", "还没修好")
    await photo(phones, "李队员", "问题1 又补了几片", "修好.jpg")
    second = of(
        phones, await phones.says("李队员", "问题1 申请销号 户码以外都办好了"), "王队长"
    )
    late = await phones.says("王队长", "问题1 同意销号 第1次 入户")
    now = await phones.presses("王队长", "入户看过，同意")

    assert "入户看过，同意" in first.labels
    assert second.labels == first.labels
    assert "上一次的申请" in told(late)
    assert late[-1].labels == ("看问题1",)
    assert "问题 1 已销号" in told(now)


async def test_not_agreed_has_ready_reasons_and_is_said(phones: Phones) -> None:
    await phones.says("李队员", "问题 张大山 屋顶漏雨 12月1日前")
    await phones.says("李队员", "问题1 延期 到12月20日 等材料")
    waiting = await phones.says("王队长", "待核验")
    shown = await phones.presses("王队长", "看问题1")
    asked = await phones.presses("王队长", "不同意")
    done = await phones.presses("王队长", "材料不够，请补充")

    assert "等您点头的延期 1 个" in told(waiting)
    assert "申请延期到 12月20日" in told(shown)
    assert "材料不够，请补充" in asked[-1].labels
    assert "理由：材料不够，请补充" in words(of(phones, done, "李队员"))


async def test_an_old_wish_is_not_decided_by_its_old_card(phones: Phones) -> None:
    await phones.says("李队员", "问题 张大山 屋顶漏雨 12月1日前")
    await phones.says("李队员", "问题1 延期 到12月20日 等材料")
    old = phones.memory.sent[-2:]
    await phones.says("李队员", "问题1 延期 到12月30日 等材料")
    late = await phones.says("王队长", "问题1 同意延期 第1次")

    assert old
    assert "上一次的申请" in told(late)


async def test_a_day_ahead_is_the_example(phones: Phones) -> None:
    await phones.says("李队员", "问题 张大山 屋顶漏雨 12月1日前")

    assert "例如：12月8日" in told(await phones.says("李队员", "问题1 延期"))


async def test_a_photo_of_a_visit_is_pointed_out(phones: Phones) -> None:
    await photo(phones, "李队员", "上午走访王桂芳家，自来水断了", "水.jpg")
    await phones.says("李队员", "问题 张大山 屋顶漏雨 12月1日前")
    await phones.says("李队员", "问题2 措施 请人补了瓦")
    await photo(phones, "李队员", "问题2 瓦补好了", "水.jpg")
    card = of(
        phones, await phones.says("李队员", "问题2 申请销号 屋顶修好了，不漏了"), "王队长"
    )

    assert "在1号问题里用过" in words(card)


async def test_the_photo_of_the_visit_shows_how_it_was(phones: Phones) -> None:
    await photo(phones, "李队员", "上午走访王桂芳家，自来水断了", "水.jpg")
    shown = await phones.says("李队员", "问题1")
    await phones.says("李队员", "问题1 措施 换了水管")
    card = of(phones, await phones.says("李队员", "问题1 申请销号 水通了，能正常用"), "王队长")

    assert len(shown[0].files) == 1
    assert "附件 0 个（只有文字），另附报问题时的照片 1 张" in words(card)


async def test_a_table_without_words_is_asked_about(phones: Phones) -> None:
    await phones.says("李队员", "问题 张大山 屋顶漏雨 12月1日前")
    phones.memory.blobs["名单.xlsx"] = b"x"

    asked = await phones.says("李队员", "", files=["名单.xlsx"])

    assert "是哪条记录的" in told(asked)
