"""One shape for every message: Simplified and half-width, each character in its place."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.reading.normal import clean, normal, simplified

PAIRS = (
    ("打贏脫貧攻堅戰", "打赢脱贫攻坚战"),
    ("駐村幫扶工作隊", "驻村帮扶工作队"),
    ("領導小組", "领导小组"),
    ("電話訪問戶主", "电话访问户主"),
    ("計畫", "计划"),
    ("頭髮和發展", "头发和发展"),
    ("乾淨的幹部乾坤", "干净的干部乾坤"),
    ("後面的皇后", "后面的皇后"),
    ("一隻雞只有", "一只鸡只有"),
    ("水裡公里", "水里公里"),
    ("余先生剩餘", "余先生剩余"),
    ("著手寫著作", "着手写著作"),
    ("范圍與範圍", "范围与范围"),
    ("麵粉與面積", "面粉与面积"),
    ("鍾醫生的鐘", "钟医生的钟"),
    ("瞭解", "了解"),
    ("藉口憑藉", "借口凭借"),
    ("臺灣颱風", "台湾台风"),
    ("雲南省人雲亦云", "云南省人云亦云"),
    ("徹底整改銷號", "彻底整改销号"),
)
SIMPLIFIED = (
    "他著书二十年，村里人都知道",
    "今天走访张桂兰家，自来水断了三天",
    "乾坤湾的老路塌了",
    "皇后大道在省城，不在村里",
    "公里数记错了，应为三公里",
    "余秀英家剩余的苞谷还没卖",
    "钟奶奶家的钟停了",
    "干部干活干净利落",
    "只有一只鸡，两只鸭",
    "面粉涨价，面积没变",
    "云南来的老板，人云亦云",
    "台风过后，台账要补",
    "范围和范家没有关系",
    "头发白了，发展还要靠年轻人",
    "后天去镇里，皇天后土",
    "借口不借口，凭借条说话",
    "里屋漏雨，离村五里",
    "彻底整改，已经销号",
    "了解情况，计划下周办",
    "丑时的事，丑话说在前头",
)


@pytest.mark.parametrize(("traditional", "plain"), PAIRS)
def test_traditional_becomes_simplified(traditional: str, plain: str) -> None:
    assert normal(traditional) == plain
    assert len(plain) == len(traditional)


@pytest.mark.parametrize("text", SIMPLIFIED)
def test_simplified_stays_untouched(text: str) -> None:
    assert normal(text) == text


def test_a_lone_word_the_converter_leaves() -> None:
    assert normal("已著手整改") == "已着手整改"


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("ａ１　Ｂ２", "a1 B2"),
        ("１９号２０号在岗", "19号20号在岗"),
        ("8：30～10：00", "8：30~10：00"),
        ("走访（三户）；学习！", "走访（三户）；学习！"),
        ("《一号文件》、“两不愁”…", "《一号文件》、“两不愁”…"),
        ("3—5日", "3-5日"),
        ("㎡℃", "㎡℃"),
    ],
)
def test_half_width_but_chinese_marks_stay(said: str, plain: str) -> None:
    assert normal(said) == plain


def test_what_nobody_sees_goes() -> None:
    assert clean("\ufeff今天\u200b在岗\u202e\x07 \n") == "今天在岗"
    assert clean("第一行\n第二行\t尾") == "第一行\n第二行\t尾"


@given(st.text(max_size=200))
@example("著手" * 3)
@example("臺" * 5)
@example("ﬁ①㈠ﷺ")
@settings(max_examples=300)
def test_every_character_keeps_its_place(text: str) -> None:
    assert len(normal(text)) == len(text)


@given(
    st.text(
        st.sampled_from("今天走访張桂蘭家自來水斷了三天著手整改１２３，。～—後裡發")
        | st.characters(),
        max_size=80,
    )
)
def test_twice_is_as_good_as_once(text: str) -> None:
    once = simplified(text)
    assert len(once) == len(text)
    assert len(simplified(once)) == len(once)


@given(st.text(max_size=80))
def test_clean_twice_is_as_good_as_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
