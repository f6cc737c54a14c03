"""Numbers that must not be stored: found in whatever way they are said, and only they."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.reading.masks import find_secrets, hide
from ledger.reading.normal import normal

HIDDEN = {
    "mobile": ("电话13900001234", "13900001234"),
    "mobile in fours": ("打138 0000 1300这个号", "138 0000 1300"),
    "mobile with lines": ("联系139-0000-1234", "139-0000-1234"),
    "mobile abroad": ("+86 13900001234 是他的", "+86 13900001234"),
    "mobile behind letters": ("微信wx13900001234", "13900001234"),
    "mobile behind a date": ("11月20日13900001234", "13900001234"),
    "full width": ("电话１３９００００８７１４。", "13900008714"),
    "landline": ("座机0938-5550123", "0938-5550123"),
    "landline in brackets": ("(0938)5550123", "(0938)5550123"),
    "landline without its area": ("座机5550127，逾期通报", "5550127"),
    "number to call": ("有事打5550127", "5550127"),
    "identity": ("身份证622999197103050021", "622999197103050021"),
    "identity with x": ("证号62299919710305002X", "62299919710305002X"),
    "identity in parts": ("身份证 620999 19490107 0028，", "620999 19490107 0028"),
    "identity of old": ("130503670401001", "130503670401001"),
    "bank card": ("卡号6217000000000012348", "6217000000000012348"),
    "bank card in fours": ("卡6222 0000 1234 5678 901", "6222 0000 1234 5678 901"),
    "bank card after its bank": ("卡号621799 3300012345678", "621799 3300012345678"),
    "passbook": ("存折6230000000007772他拿给我看", "6230000000007772"),
    "spoken": ("电话幺三九零零零零零幺二三 他家", "幺三九零零零零零幺二三"),
    "spoken with 一": ("记一下，一三七零零零零二二四六，明天打", "一三七零零零零二二四六"),
    "spoken in threes": ("幺三九 零零零零 幺二三四", "幺三九 零零零零 幺二三四"),
    "spoken with commas": ("一三九，零零零零，一二三四", "一三九，零零零零，一二三四"),
    "spoken and written": ("幺3九0000幺二三四", "幺3九0000幺二三四"),
    "spoken identity": (
        "六二二九九九一九七一零三零五零零二幺",
        "六二二九九九一九七一零三零五零零二幺",
    ),
}
SHOWN = (
    "问题12号办结",
    "学习120分钟，8:30到10:30",
    "2026-11-20 上午",
    "2026年11月20日",
    "一共1500000元",
    "打款1500000元",
    "编号20261120",
    "12345热线转来的",
    "走了一二三组",
    "一二三四五六七个问题",
    "二〇二六年十一月二十日",
    "3.5亩，2.5小时，1.3900元",
    "全村163户451人，8个人每人分20户",
    "外债20000（信用社8000、私人12000）",
    "电话打不通",
    "一号文件第三条",
)


@pytest.mark.parametrize(("text", "secret"), HIDDEN.values(), ids=HIDDEN)
def test_found_and_hidden(text: str, secret: str) -> None:
    plain = normal(text)
    secrets = find_secrets(plain)
    assert [plain[start:end] for start, end in secrets] == [secret]
    hidden = hide(plain, secrets)
    assert secret not in hidden
    assert len(hidden) == len(plain)
    assert find_secrets(hidden) == []


@pytest.mark.parametrize("text", SHOWN)
def test_not_found(text: str) -> None:
    assert find_secrets(normal(text)) == []


def test_several_in_one_message() -> None:
    text = "身份证 620999 19490107 0028，一卡通6228480000000005512，电话13900008714"
    assert [text[a:b] for a, b in find_secrets(text)] == [
        "620999 19490107 0028",
        "6228480000000005512",
        "13900008714",
    ]


DIGITS = st.text(
    st.sampled_from("0123456789 -Xx，零幺一二三四五六七八九〇电话卡号打"), max_size=60
)
NUMBERS = st.lists(
    st.sampled_from(sorted(secret for _, secret in HIDDEN.values())) | DIGITS, max_size=6
).map(" ".join)


@given(NUMBERS | st.text(max_size=80))
@example("6222 0000 1234 13900001234")
@example("13900001234 5678 9012 345")
@settings(max_examples=500)
def test_nothing_survives(text: str) -> None:
    secrets = find_secrets(text)
    hidden = hide(text, secrets)
    assert len(hidden) == len(text)
    assert find_secrets(hidden) == []


@given(NUMBERS)
def test_in_order_and_apart(text: str) -> None:
    ends = [place for span in find_secrets(text) for place in span]
    assert ends == sorted(ends)


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "一", "一，", "6222 ", "139", "0938-", "电话", "幺三 "]
)
def test_long_texts_take_no_time(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    begun = time.process_time()
    find_secrets(text)
    assert time.process_time() - begun < 0.1
