"""The county's own words: how its file is read, and what it is told when it is wrong."""

from pathlib import Path

import pytest

from ledger.reading.lexicon import BadLexicon, compiled, load_lexicon

BOM = "\ufeff"


def county(folder: Path, text: str) -> Path:
    """A county's file."""
    path = folder / "lexicon.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('[visit]\nwords = ["踩户"]', "踩户"),
        (f'{BOM}[visit]\nwords = ["踩户"]', "踩户"),
        ('[visit]\nwords = ["踩戶"]', "踩户"),
        ('[visit]\nwords = ["ＡＢ户"]', "AB户"),
        ('[visit]\nwords = ["踩……户"]', "踩了两户"),
        ('[visit]\nwords = ["踩...户"]', "踩户"),
    ],
)
def test_words_are_read_as_messages_are(tmp_path: Path, written: str, said: str) -> None:
    lexicon = load_lexicon(county(tmp_path, written))
    places = lexicon.places(said)
    assert lexicon.found("visit.words", said, places["visit.words"]) == [(0, len(said))]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('[饮水]\nstrong = ["压水井"]', '第 1 行：中文的名称要加英文引号，写成 "饮水"'),
        ('[visit]\n走访 = ["踩户"]', '第 2 行：中文的名称要加英文引号，写成 "走访"'),
        ("[visit]\nwords = [“踩户”]", "第 2 行写得不对：words = [“踩户”]"),
        ('[visit]\nwords = ["踩户"', "写得不对"),
        ("", None),
        ('[visit]\nwords = "踩户"', "[visit] words 要写成"),
        ('[visit]\nwords = ["…"]', "“…”前后没有字"),
        ('[visit]\nwords = ["…踩户"]', "“…”前后没有字"),
        ('[visit]\nwords = ["踩户…"]', "“…”前后没有字"),
        ('[visit]\nwords = [" "]', "空的词"),
        ('[visit]\nwords = [""]', "空的词"),
        ('[fault]\nwords = ["裂"]', "不认识的一项 [fault] words"),
        ('[person]\nmine = ["咱"]', "不认识的一项 [person] mine"),
        ('["饮水"]\nweak = ["裂"]', "不认识的一项 [饮水] weak"),
        ('visit = ["裂"]', "不认识的一项 [visit]"),
    ],
)
def test_what_is_wrong_is_said_in_chinese(
    tmp_path: Path, written: str, told: str | None
) -> None:
    path = county(tmp_path, written)
    if told is None:
        assert load_lexicon(path).tags
        return
    with pytest.raises(BadLexicon) as error:
        load_lexicon(path)
    assert told in str(error.value)


def test_a_file_that_cannot_be_read_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(BadLexicon, match="打不开"):
        load_lexicon(tmp_path)
    path = tmp_path / "lexicon.toml"
    path.write_bytes('[visit]\nwords = ["踩户"]'.encode("gbk"))
    with pytest.raises(BadLexicon, match="另存为 UTF-8"):
        load_lexicon(path)


def test_words_are_found_where_a_plain_search_finds_them() -> None:
    """The quick way by beginnings gives what looking everywhere gives."""
    lexicon = load_lexicon()
    said = (
        "今天走访张大山家，自学2小时，屋顶漏雨还没修好，已经联系镇上，答应月底前办好，请假两天"
    )
    places = lexicon.places(said)
    for tag, pattern in lexicon.tags.items():
        everywhere = [match.span() for match in pattern.finditer(said)]
        assert lexicon.found(tag, said, places.get(tag, [])) == everywhere, tag


def test_the_longest_word_wins_and_gaps_come_first() -> None:
    pattern = compiled(["漏", "漏雨", "漏雨了", "墙…裂", "墙"])
    assert [one[0] for one in pattern.finditer("漏雨了，墙上裂，墙好")] == [
        "漏雨了",
        "墙上裂",
        "墙",
    ]
