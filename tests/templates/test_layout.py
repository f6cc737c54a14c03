"""paper.toml: a county writes only what it wants otherwise; what is wrong is told in plain Chinese."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.layout import NAME, BadPaper, check, load


def county(folder: Path, text: str) -> Path:
    (folder / NAME).write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_it_is_the_standard() -> None:
    layout = load()
    assert (layout.paper.type_mm, layout.body.line_pt, layout.body.size_pt) == (156, 28.95, 16)
    assert layout.office.numbered(2026, 12) == ""


def test_a_county_changes_key_by_key(tmp_path: Path) -> None:
    layout = load(
        county(
            tmp_path,
            '[body]\nline_pt = 28\n[office]\ncode = "安驻办发"\ncopies = ["抄送：县委办。"]\n',
        )
    )
    assert (layout.body.line_pt, layout.body.size_pt) == (28, 16)
    assert layout.office.numbered(2026, 12) == "安驻办发〔2026〕12号"
    assert layout.office.copies == ("抄送：县委办。",)
    assert check(tmp_path / NAME) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[body]\nline = 28", "[body] line 不认识，可用的有 size_pt、line_pt"),
        ("[boddy]\nline_pt = 28", "不认识的一节 [boddy]"),
        ("body = 3", "body 要写成 [body] 一节"),
        ('[body]\nline_pt = "28"', "[body] line_pt 要写 12 到 60 之间的数，不加引号。"),
        ("[body]\nline_pt = true", "[body] line_pt 要写 12 到 60 之间的数"),
        ("[body]\nline_pt = nan", "[body] line_pt 要写 12 到 60 之间的数"),
        (f"[body]\nline_pt = {10**400}", "[body] line_pt 要写 12 到 60 之间的数"),
        ("[body]\nline_pt = " + "9" * 5000, "写得不对"),
        ("[body]\nline_pt = 280", "[body] line_pt 要写 12 到 60 之间的数"),
        ("[body]\nline_pt = 14", "line_pt 比 size_pt 小"),
        ("[fonts]\nbody = 3", "[fonts] body 要写文字"),
        ('[fonts]\nbody = "<w:b/>"', "里面不能有换行和"),
        ('[rule]\ncolor = "red"', "[rule] color 要写六位颜色，如 FF0000。"),
        ('[office]\nnumber_form = "{kode}{number}"', "里面可以用 {code}、{number}、{year}"),
        ('[office]\nnumber_form = "{code.x}"', "里面可以用"),
        ('[office]\ncopies = "县委办"', '要写成 ["抄送：…"] 的样子'),
        ("[paper]\nleft_mm = 60\nright_mm = 60\nwidth_mm = 180", "版心只剩 60 × 225 毫米"),
        ("[picture]\nwidth_mm = 170", "width_mm 比版心宽"),
        ("[body\nline_pt = 28", "第 1 行写得不对"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_of_it_counts(
    tmp_path: Path, text: str, told: str
) -> None:
    (fault, *_more) = check(county(tmp_path, text) / NAME)
    assert fault.startswith(NAME)
    assert told in fault
    with pytest.raises(BadPaper):
        load(tmp_path)


def test_another_encoding_is_told(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes('[fonts]\nbody = "仿宋"'.encode("gbk"))
    assert check(tmp_path / NAME) == [f"{NAME}：不是 UTF-8 编码，请另存为 UTF-8。"]


@given(st.text(max_size=60))
def test_any_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("county")
    (folder / NAME).write_bytes(text.encode("utf-8", "surrogatepass"))
    faults = check(folder / NAME)
    if faults:
        with pytest.raises(BadPaper):
            load(folder)
    else:
        assert dataclasses.is_dataclass(load(folder))
