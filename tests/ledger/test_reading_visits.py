"""Visits told late or indirectly, several at once, and those that are none."""

import json
from datetime import date

import pytest
from source import ROOT

from ledger.reading.answer import village_of
from ledger.reading.lexicon import load_lexicon
from ledger.reading.reader import read
from ledger.reading.said import VisitSaid

VILLAGE = village_of(
    json.loads(
        (ROOT / "tests" / "understanding" / "households.json").read_text(encoding="utf-8")
    )
)


def visited(text: str) -> list[tuple[list[str], int]]:
    """The households of each visit, and the day of November it is filed on."""
    found = read(text, base=date(2026, 11, 20), village=VILLAGE, lexicon=load_lexicon())
    return [
        ([who.known.name if who.known else who.said for who in one.households], one.day.day)
        for one in found.reports
        if isinstance(one, VisitSaid)
    ]


@pytest.mark.parametrize(
    ("text", "households"),
    [
        ("巴图家的冷库压缩机烧了，我在他院里待到天黑", "巴图"),
        ("焦来顺家的菜籽油榨好了，我尝了一调羹，真香", "焦来顺"),
        ("欧阳建国那口压水井换了皮碗，他当场灌了一壶给我喝", "欧阳建国"),
        ("朱红梅昨晚发烧，我骑摩托送到镇医院，人挂上水了", "朱红梅"),
        ("秦有粮炕头坐了半晌，他说啥都不缺", "秦有粮"),
        ("侯二勇家今天跟老支书一道去的，房梁叫白蚁蛀空了", "侯二勇"),
        ("王建军家走一趟，他啥也不缺", "王建军"),
    ],
)
def test_signs_of_having_been_there(text: str, households: str) -> None:
    assert [names for names, _ in visited(text)] == [[households]]


@pytest.mark.parametrize(
    ("text", "visits"),
    [
        (
            "16日走的四组，韩得宝的铡草机买回来了，罗志刚的井还是浑",
            [(["韩得宝", "罗志刚"], 16)],
        ),
        (
            "18号去的曾祥云、19号去的龚奶奶、今天去的巴图",
            [(["曾祥云"], 18), (["龚秀兰"], 19), (["巴图"], 20)],
        ),
        (
            "褚万财养蚕的大棚塌了顶，刘玉梅的娃想转到镇小学没名额，两家都是下午去的",
            [(["褚万财", "刘玉梅"], 20)],
        ),
        (
            "11/13 陈婆婆 送药\n11/14 田秀芳 填表\n11/16 高玉兰 无人",
            [(["陈阿婆"], 13), (["田秀芳"], 14)],
        ),
        (
            "今儿跑了仨户，都是帮着量宅基地的——田秀芳、杜守义、石老汉，没吵没闹",
            [(["田秀芳", "杜守义", "石老汉"], 20)],
        ),
        ("昨天傍晚2组开坝坝会，孙长河、褚万财都来了", [(["孙长河", "褚万财"], 19)]),
        ("今天入户三家：尹守田、庞立成、刘玉梅，刘玉梅家没人", [(["尹守田", "庞立成"], 20)]),
    ],
)
def test_several_households_at_once(text: str, visits: list[tuple[list[str], int]]) -> None:
    assert visited(text) == visits


@pytest.mark.parametrize(
    "text",
    [
        "郭队去的曾祥云家，我跟他不是一路",
        "我爱人今天去了龚奶奶家帮忙缝被，我看家",
        "去了汪成林那儿，没人，门上挂把锁",
        "罗书记昨晚去看了石老汉，说状态不错",
        "今天下乡的是文化站的人，到林小凤家教跳广场舞",
        "下星期二我去给吕桂香换灯管",
        "今天郑福来开视频给我看屋顶，我人没过去",
    ],
)
def test_what_is_no_visit(text: str) -> None:
    assert visited(text) == []
