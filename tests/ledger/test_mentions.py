"""Which households a message names. Every name is invented."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.mentions import Known, Mention, Village
from ledger.pinyin import sounds, spellings

# name group kind alias …
LEDGER = """
张大山 3组 脱贫户 老张头
张大海 3组 一般户
张桂兰 5组 监测户
李有福 1组 脱贫户
李友富 5组 脱贫户
王秀英 2组 低保户
王秀英 6组 脱贫户
王建军 4组 一般户
刘长根 1组 监测户 刘瘸子
陈国栋 2组 一般户
陈阿婆 6组 特困户 陈婆婆
周德贵 4组 脱贫户
赵有根 1组 低保户
赵明亮 5组 一般户
孙二喜 3组 监测户 二喜子
卫东 3组 脱贫户
欧阳建国 5组 脱贫户
单桂芬 6组 监测户
解放军 1组 一般户 解老师
许家旺 6组 一般户
何满仓 1组 脱贫户
宋满仓 2组 脱贫户
金凤 3组 脱贫户
魏长明 5组 监测户 魏大爷
谢三娃 1组 脱贫户 三娃
汪成林 6组 低保户
彭桂枝 5组 脱贫户
巴图 4组 脱贫户
石老汉 2组 特困户
范永福 1组 脱贫户 老范
侯大勇 6组 一般户
侯二勇 6组 一般户
马德全 3组 脱贫户
马德泉 5组 一般户
高玉兰 6组 脱贫户
曾祥云 平坝组 脱贫户
唐有才 2组 一般户
田秀芳 5组 监测户
吕桂香 4组 监测户
"""


def read_ledger(text: str) -> list[Known]:
    rows = [line.split() for line in text.split("\n") if line]
    return [
        Known(at, name, group, kind, tuple(aliases))
        for at, (name, group, kind, *aliases) in enumerate(rows, 1)
    ]


HOUSEHOLDS = read_ledger(LEDGER)
VILLAGE = Village(HOUSEHOLDS)

CASES = Path(__file__).with_name("mentions.txt").read_text(encoding="utf-8")


def told(mention: Mention) -> str:
    """said=name, with the group where two of the ledger share the name."""
    names = [one.name for one in HOUSEHOLDS]
    fits = [one.name + one.group * (names.count(one.name) > 1) for one in mention.fits]
    return f"{mention.said}={','.join(fits) or '?'}"


ROWS = [
    pytest.param(*(part.strip() for part in line.split("→")), id=line)
    for line in CASES.splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(("text", "expected"), ROWS)
def test_case(text: str, expected: str) -> None:
    assert " ".join(told(one) for one in VILLAGE.mentions(text)) == expected


def test_where_it_stands() -> None:
    text = "今天去3组老张家，大山他爸和侯家儿媳妇、王秀英（2组）都在"
    spans = [(text[one.start : one.end], one.how) for one in VILLAGE.mentions(text)]
    assert spans == [
        ("3组老张家", "old"),
        ("大山他爸", "kin"),
        ("侯家儿媳妇", "kin"),
        ("王秀英（2组）", "name"),
    ]


HOWS = {
    "走访张大山家": "name", "走访三娃家": "alias", "走访大山家": "given", "走访老魏": "old",
    "走访大山他妈": "kin", "走访zds": "pinyin", "走访张大三家": "sound", "走访钱老四": "unknown",
}  # fmt: skip


@pytest.mark.parametrize("text", HOWS)
def test_how(text: str) -> None:
    assert [one.how for one in VILLAGE.mentions(text)] == [HOWS[text]]


def test_an_empty_ledger_still_sees_new_names() -> None:
    assert [(one.said, one.fits) for one in Village([]).mentions("走访钱有富家")] == [
        ("钱有富", ())
    ]


def test_odd_ledgers() -> None:
    odd = [
        Known(1, ""),
        Known(2, "张"),
        Known(3, "长" * 50),
        Known(4, "ABC"),
        Known(5, "阿依古丽·买买提"),
    ]
    village = Village([*odd, Known(6, "张三", "", "", ("", "三"))])
    assert [one.fits for one in village.mentions("走访张三家、阿依古丽·买买提家")] == [
        (Known(6, "张三", "", "", ("", "三")),),
        (odd[4],),
    ]


SURNAMES = """
单桂芬 shan 解放军 xie 仇二 qiu 曾祥云 zeng 查明 zha 区大 ou 盖新 ge
翟明 zhai 朴三 piao 缪四 miao 员五 yun 覃六 qin 冼星 xian 乐天 yue
任大 ren 华明 hua 宁海 ning 尉迟恭 yuchi 万俟明 moqi 长孙明 zhangsun
"""


def test_surnames_are_read_as_surnames() -> None:
    words = SURNAMES.split()
    for name, spelled in zip(words[::2], words[1::2], strict=True):
        assert any(one.startswith(spelled) for one in spellings(name)), name


def test_slips_of_the_keyboard_sound_the_same() -> None:
    for one, other in ("三山", "陈程", "赵造", "李你", "张脏", "鸣明"):
        assert set(sounds(one)) & set(sounds(other)), one + other


PARTS = (
    "张大山 李有福 老 家 户 3组 三社 走访 去 、 和 ， 。 他爸 的孙子 说 zds zhang 某某 老四 大爷 王 高 "
    "（2组） 桂枝 满仓 监测户 解放军 \n 😀 ａ １"
)
WORDS = st.sampled_from(PARTS.split(" "))
TEXTS = st.text(max_size=60) | st.lists(WORDS, max_size=30).map("".join)


@given(TEXTS)
def test_any_text(text: str) -> None:
    found = VILLAGE.mentions(text)
    assert found == VILLAGE.mentions(text)
    done = 0
    for one in found:
        assert done <= one.start < one.end <= len(text)
        assert one.said
        assert one.said in text[one.start : one.end]
        done = one.end


class CountingVillage(Village):
    looks = 0

    def _at(self, read, at):
        self.looks += 1
        return super()._at(read, at)


@pytest.mark.parametrize(
    "part", ["张大", "家", "和", "3组", "a ", "老", "张大山家、", "3组老张他爸"]
)
def test_ten_thousand_characters(part: str) -> None:
    village = CountingVillage(HOUSEHOLDS)
    text = (part * 10_000)[:10_000]
    found = village.mentions(text)
    assert village.looks <= len(text)
    assert all(one.end - one.start < 40 for one in found)
