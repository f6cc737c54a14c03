"""What a harsh reader found in the issue ledger: each was red before its fix."""

import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from issue_tables import workbook
from old_ledger import upgrade_to
from phones import Phones, rows, told, words

from handlers.closing import read_word, sounds_doubtful
from handlers.look_backs import read_result
from ledger.clock import SHANGHAI
from ledger.closing import Word
from ledger.database.schema import upgrade
from ledger.messages import Outgoing


async def state(phones: Phones, id: int) -> object:
    """Where an issue stands."""
    return (await rows(phones, f"SELECT state FROM issue WHERE id = {id}"))[0][0]


async def photo(phones: Phones, who: str, text: str, name: str) -> list[Outgoing]:
    """Words with a picture."""
    phones.memory.blobs[name] = name.encode()
    return await phones.says(who, text, files=[name])


async def lamp(phones: Phones) -> None:
    """Issue 1: a lamp, to be put right at once."""
    await phones.says("李队员", "问题 村道路灯不亮 立行立改")


async def handed_in(phones: Phones, *, proof: bool = False) -> None:
    """Issue 1 waits for its verifier."""
    await lamp(phones)
    if proof:
        await photo(phones, "李队员", "问题1 记进展 换了灯泡", "换了灯泡")
    await phones.says("李队员", "问题1 申请销号 路灯都亮了")


# the verifier's words
@pytest.mark.parametrize(
    "said",
    [
        "去不了",
        "电话打不通",
        "电话没人接",
        "到时候再说",
        "去看了，还在漏",
        "问过了，说没修",
        "还没去看",
    ],
)
@pytest.mark.parametrize("proof", [True, False])
async def test_words_of_doubt_strike_nothing_off(
    phones: Phones, said: str, proof: bool
) -> None:
    await handed_in(phones, proof=proof)
    await phones.says("王队长", f"核验1 {said}")
    assert await state(phones, 1) == "submitted"


@pytest.mark.parametrize(
    "said",
    [
        "核验1 不同意，没修好", "问题1 不同意，还在漏", "退回1 没修好", "1号退回，没修好",
        "1号不同意，没修好",
    ],
)  # fmt: skip
async def test_a_no_sends_it_back_with_its_reason(phones: Phones, said: str) -> None:
    await handed_in(phones, proof=True)
    heard = told(await phones.says("王队长", said))
    assert await state(phones, 1) == "doing", heard
    assert "理由" in heard


@pytest.mark.parametrize(
    ("said", "word", "doubtful"),
    [
        ("电话，户主说不漏了", Word.CALL, False), ("去看了，都亮了", Word.VISIT, False),
        ("入户看过，没问题", Word.VISIT, False), ("到现场看了，没再漏", Word.VISIT, False),
        ("打了电话，说好了", None, False), ("去不了", None, True), ("电话打不通", Word.CALL, True),
    ],
)  # fmt: skip
def test_a_verifiers_word(said: str, word: Word | None, doubtful: bool) -> None:
    assert (read_word(said)[0], sounds_doubtful(said)) == (word, doubtful)


async def test_who_said_the_call_failed_and_agrees_says_how_he_knows(phones: Phones) -> None:
    await handed_in(phones)
    await phones.says("王队长", "核验1 电话打不通")
    asked = told(await phones.presses("王队长", "同意销号"))
    assert "怎么核实" in asked
    assert "还没有核实好" in told(await phones.says("王队长", "电话打不通"))
    await phones.presses("王队长", "入户看过")
    assert await rows(phones, "SELECT state, household_word FROM issue") == [
        ("closed", "visit")
    ]


async def test_to_verify_what_is_worked_on_hands_nothing_in(phones: Phones) -> None:
    await lamp(phones)
    heard = told(await phones.says("王队长", "核验1 不同意，没修好"))
    assert await state(phones, 1) == "open"
    assert "没有销号申请" in heard


# what looking back says
@pytest.mark.parametrize(
    ("said", "result"),
    [
        ("没问题", "稳定"), ("没再漏", "稳定"), ("挺好", "稳定"), ("又去看了，很稳定", ""),
        ("又漏了", "反弹"), ("稳定，不过又漏了一点", ""), ("稳定，去看了", "稳定"),
    ],
)  # fmt: skip
def test_what_was_seen_is_not_turned_round(said: str, result: str) -> None:
    assert read_result(said)[0] == result
    assert "再" not in said or read_result(said)[1] == said


# an issue by its number
@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("1号要延期", "想延到哪天"), ("1号延期到12月30日，等配件", "已申请延期"),
        ("1号申请销号，路灯都亮了", "已申请销号"), ("1号办好了", "进展已记"),
        ("1号已经解决了", "进展已记"), ("把1号转给县住建局，等批复", "县住建局"),
        ("1号责任人 赵队员", "责任人已记下"), ("1号销号，路灯都亮了", "已申请销号"),
    ],
)  # fmt: skip
async def test_an_issue_is_called_by_its_number(phones: Phones, said: str, answer: str) -> None:
    await lamp(phones)
    assert answer in told(await phones.says("王队长" if "责任人" in said else "李队员", said))


@pytest.mark.parametrize("said", ["12号延期", "1号能不能延期？", "1号销号了吗"])
async def test_a_day_or_a_question_is_no_command(phones: Phones, said: str) -> None:
    await lamp(phones)
    before = await rows(phones, "SELECT count(*) FROM ev WHERE subject = 'issue:1'")
    await phones.says("李队员", said)
    assert await rows(phones, "SELECT count(*) FROM ev WHERE subject = 'issue:1'") == before
    assert await rows(phones, "SELECT count(*) FROM talk") == [(0,)]


async def test_a_date_behind_the_word_is_no_number(phones: Phones) -> None:
    assert "已记问题 1" in told(await phones.says("李队员", "问题 12月20日前修好村道路灯"))


async def test_yes_and_no_are_about_the_wish_while_there_is_one(phones: Phones) -> None:
    await lamp(phones)
    await phones.says("李队员", "1号延期到12月30日，等配件")
    assert "延期" in told(await phones.says("王队长", "1号不同意"))
    await phones.says("王队长", "取消")
    assert "已延期到" in told(await phones.says("王队长", "问题1 同意"))


# pictures
async def test_an_album_stays_with_the_request_it_came_with(phones: Phones) -> None:
    await lamp(phones)
    await phones.says("李队员", "问题 王桂芳 水管坏了")
    await photo(phones, "李队员", "问题1 申请销号 路灯都亮了", "甲")
    heard = await photo(phones, "李队员", "", "乙")
    assert "问题1" in told(heard)
    assert len(await rows(phones, "SELECT DISTINCT record_id FROM attachment")) == 1


async def test_an_album_stays_with_the_verifiers_word(phones: Phones) -> None:
    await handed_in(phones)
    await photo(phones, "王队长", "核验1 现场看过，都亮了", "甲")
    assert "问题1" in told(await photo(phones, "王队长", "", "乙"))
    assert await rows(phones, "SELECT issue_id FROM attachment") == [(1,), (1,)]


# what has been handed in stays
async def test_notes_of_what_is_verified_do_not_change(phones: Phones) -> None:
    await lamp(phones)
    await phones.says("李队员", "问题1 换了灯泡")
    note = phones.last_id()
    await phones.says("李队员", "问题1 申请销号 路灯都亮了")
    heard = told(await phones.says("李队员", "问题1 请电工来过", edits=note))
    assert "正在等核验" in heard
    assert "24 小时" in told(await phones.says("李队员", "撤销"))  # no button to a refusal


# the same thing twice
async def test_the_earlier_report_keeps_its_deadline(phones: Phones) -> None:
    await lamp(phones)
    await phones.says("李队员", "问题 村道路灯不亮")
    assert "报得早" in told(await phones.says("李队员", "问题1 同 2"))
    assert "已并入问题 1" in told(await phones.says("李队员", "问题2 同 1"))


async def test_two_households_are_two_issues(phones: Phones) -> None:
    await phones.says("李队员", "问题 张大山 水管坏了")
    await phones.says("李队员", "问题 王桂芳 水管坏了")
    assert "不是一户" in told(await phones.says("李队员", "问题2 同 1"))


# words
async def test_in_the_countys_hands_is_said_properly(phones: Phones) -> None:
    await lamp(phones)
    assert "里手里" not in told(await phones.says("李队员", "1号转县里，要协调资金"))
    assert "里手里" not in told(await phones.says("陈干事", "问题1"))


async def test_who_is_responsible_already_is_not_said_to_be_elsewhere(phones: Phones) -> None:
    await lamp(phones)
    assert "本来就由李队员负责" in told(await phones.says("王队长", "问题1 责任人 李队员"))


# who is asked
async def test_who_hears_is_whoever_sits_above_the_issue_not_above_its_owner(
    phones: Phones,
) -> None:
    await lamp(phones)
    async with phones.app.database.transaction() as db:  # moved away, the issue still his
        await db.connection.execute(
            "UPDATE person SET (township_id, team_id) = "
            "(SELECT township_id, team_id FROM person WHERE name = '吴队员') WHERE name = '李队员'"
        )
    outs = await phones.says("王队长", "问题1 转办 乡镇 要协调")
    assert {phones.name_of(one) for one in outs} == {"王队长", "周总队长"}


# what belongs to no village
async def test_summaries_tell_of_issues_of_townships_and_the_county(phones: Phones) -> None:
    phones.memory.blobs["清单.xlsx"] = workbook(
        ("序号", "具体问题", "涉及村/户", "整改时限"), (1, "县里统筹不够", "全县", "2026年11月20日"),
        (2, "镇里督促不够", "清水镇", "2026年12月20日"), (3, "路灯不亮", "永安村", "2026年12月20日"),
    )  # fmt: skip
    await phones.says("陈干事", "导入问题清单 省级巡视反馈", files=["清单.xlsx"])
    await phones.presses("陈干事", "导入")
    outs = await phones.at(datetime(2026, 11, 23, 19, 0, tzinfo=SHANGHAI))
    heard = {phones.name_of(one): words(one) for one in outs}
    assert "另有乡镇、县一级的问题 2 件未销号，超期 1 件" in heard["陈干事"]
    assert "一级的问题" not in heard["周总队长"]  # nothing of it is late
    outs = await phones.at(datetime(2026, 11, 27, 19, 0, tzinfo=SHANGHAI))
    weekly = told([one for one in outs if phones.name_of(one) == "周总队长"])
    assert "另有乡镇一级的问题 1 件未销号" in weekly


# an older ledger
async def test_issues_of_an_older_ledger_come_along(tmp_path: Path) -> None:
    path = tmp_path / "zhucun.db"
    upgrade_to(path, "0003")
    with sqlite3.connect(path) as old:
        old.execute("PRAGMA foreign_keys = ON")
        old.executescript(OLD)
    old.close()
    upgrade(path)
    with sqlite3.connect(path) as new:
        new.row_factory = sqlite3.Row
        assert not new.execute("PRAGMA foreign_key_check").fetchall()
        found = {row["id"]: dict(row) for row in new.execute("SELECT * FROM issue_line")}
    assert {id: one["state"] for id, one in found.items()} == {
        1: "open", 2: "submitted", 3: "closed", 4: "withdrawn"
    }  # fmt: skip
    assert [one["holder"] for one in found.values()] == ["永安村", "永安村", "", ""]
    assert (found[3]["text_only"], found[3]["township"]) == (1, "清水镇")


OLD = """
INSERT INTO county (id, name) VALUES (1, '安和县');
INSERT INTO township (id, county_id, name) VALUES (1, 1, '清水镇');
INSERT INTO team (id, county_id, township_id, village) VALUES (1, 1, 1, '永安村');
INSERT INTO person (id, county_id, township_id, team_id, name, role) VALUES
  (1, 1, 1, 1, '李队员', 'member'), (2, 1, 1, 1, '王队长', 'leader');
INSERT INTO record (id, kind, person_id, team_id, day, source, state, made_at, changed_at) VALUES
  (1, 'issue', 1, 1, '2026-10-08', 'a:1', 'kept', 1, 1),
  (2, 'issue', 1, 1, '2026-10-08', 'a:2', 'kept', 1, 1),
  (3, 'issue', 1, 1, '2026-10-09', 'a:3', 'kept', 1, 1),
  (4, 'issue', 1, 1, '2026-10-08', 'a:4', 'undone', 1, 1),
  (5, 'progress', 1, 1, '2026-10-08', 'a:5', 'kept', 1, 1);
INSERT INTO issue (id, record_id, team_id, text, tier, found_day, due, state, owner_id, effect,
                   submitted_by, submitted_at, closed_by, closed_day, closed_at) VALUES
  (1, 1, 1, '路灯不亮', '一般问题', '2026-10-08', '2026-11-08', 'open', 1, '',
   NULL, NULL, NULL, NULL, NULL),
  (2, 2, 1, '水管坏了', '一般问题', '2026-10-08', '2026-11-08', 'submitted', 1, '通水了',
   1, 2, NULL, NULL, NULL),
  (3, 3, 1, '屋顶漏雨', '一般问题', '2026-10-09', '2026-11-08', 'closed', 1, '不漏了',
   1, 2, 2, '2026-10-08', 3),
  (4, 4, 1, '桥面塌了', '一般问题', '2026-10-08', '2026-11-08', 'withdrawn', 1, '',
   NULL, NULL, NULL, NULL, NULL);
INSERT INTO progress (record_id, issue_id, step, text) VALUES (5, 3, 'submit', '不漏了');
"""
