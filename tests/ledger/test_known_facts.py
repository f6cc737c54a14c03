"""What a team's ledger lets one ask: recomputed from its rows, drawn by the secret, never more."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from county import MONDAY, County
from phones import Phones

from ledger import known_facts
from ledger.chance import Lots
from ledger.database import Database, Session
from ledger.known_facts import ASKED, About, Fact, Known, Open, draw
from ledger.people import Household

DAY = date(2026, 11, 23)
HOUSEHOLDS = (
    Household(1, 7, "张大山", "三组", "监测户", "2026-11-20"),
    Household(2, 7, "张小山", "三组", "", "2026-11-21"),
    Household(3, 7, "王桂芳", "一组", "监测户", "2026-11-21"),
    Household(4, 7, "刘福来", "二组", "独居老人", None),
)
ISSUES = (
    Open(11, "张大山", "屋顶漏雨", date(2026, 12, 1)),
    Open(12, "王桂芳", "水管冻裂", date(2026, 11, 10)),
    Open(13, "", "村口路灯不亮", date(2026, 12, 9)),
)
FULL = Known(DAY, HOUSEHOLDS, ISSUES, ("中央一号文件", "防汛通知", "中央一号文件"))
NAME = "facts|7|70"


def lots(number: int) -> Lots:
    return Lots(number.to_bytes(32))


def told(fact: Fact) -> dict[str, object]:
    return dict(fact.truth)


def every(known: Known = FULL) -> dict[About, list[dict[str, object]]]:
    """All that a thousand secrets ask."""
    found: dict[About, list[dict[str, object]]] = {}
    for number in range(1000):
        for fact in draw(known, lots(number), NAME):
            if told(fact) not in found.setdefault(fact.about, []):
                found[fact.about].append(told(fact))
    return found


def test_the_same_secret_asks_the_same_and_another_one_something_else() -> None:
    assert draw(FULL, lots(1), NAME) == draw(FULL, lots(1), NAME)
    turned = replace(FULL, households=HOUSEHOLDS[::-1], issues=ISSUES[::-1])
    assert [one.about for one in draw(turned, lots(1), NAME)] == [
        one.about for one in draw(FULL, lots(1), NAME)
    ]
    asked = {tuple(one.about for one in draw(FULL, lots(number), NAME)) for number in range(50)}
    assert len(asked) > 10


def test_three_are_asked_each_about_something_else_and_each_as_often_as_the_others() -> None:
    times: Counter[About] = Counter()
    for number in range(700):
        abouts = [one.about for one in draw(FULL, lots(number), NAME)]
        assert len(abouts) == len(set(abouts)) == ASKED
        times.update(abouts)
    assert set(times) == set(About)
    assert all(240 <= times[about] <= 360 for about in About)  # 300 each, fixed secrets


def test_every_answer_is_the_ledgers() -> None:
    found = every()

    assert found[About.HOUSEHOLDS] == [{"count": 4}]
    assert found[About.GROUPS] == [{"count": 3}]
    assert found[About.LAST_VISIT] == [
        {"day": "2026-11-21", "names": ["张小山（三组）", "王桂芳（一组）"]}
    ]
    assert found[About.STUDY] == [{"topics": ["中央一号文件", "防汛通知"]}]
    assert found[About.ISSUE] == [
        {"id": 11, "household": "张大山", "group": "", "text": "屋顶漏雨", "due": "2026-12-01"}
    ]
    assert found[About.LATE] == [
        {"id": 12, "household": "王桂芳", "group": "", "text": "水管冻裂", "due": "2026-11-10"}
    ]
    kinds = {one["kind"]: (one["count"], one["names"]) for one in found[About.KIND]}
    assert kinds == {
        "监测户": (2, ["张大山（三组）", "王桂芳（一组）"]),
        "独居老人": (1, ["刘福来（二组）"]),
    }


@pytest.mark.parametrize(
    ("known", "about"),
    [
        (Known(DAY), set()),
        (replace(Known(DAY), studied=("防汛通知",)), {About.STUDY}),
        (replace(Known(DAY), issues=ISSUES[2:]), set()),  # belongs to no household, is not late
        (replace(Known(DAY), households=HOUSEHOLDS[3:]), {About.HOUSEHOLDS, About.KIND}),
    ],
)
def test_where_the_ledger_has_less_less_is_asked(known: Known, about: set[About]) -> None:
    assert {one.about for one in draw(known, lots(3), NAME)} == about


def test_many_of_a_kind_are_counted_and_only_four_are_named() -> None:
    many = tuple(Household(one, 7, f"户{one}", "", "监测户", None) for one in range(9))
    (fact,) = (one for one in draw(Known(DAY, many), lots(5), NAME) if one.about is About.KIND)
    assert (fact.truth["count"], len(fact.truth["names"])) == (9, 4)


async def test_what_is_asked_stands_in_the_teams_own_rows(phones: Phones) -> None:
    await phones.says("李队员", "学习 60 防汛通知")
    await phones.says("李队员", "走访 王桂芳 一切正常")
    await phones.says("李队员", "走访 张大山 屋顶漏雨")
    await phones.presses("李队员", "转为问题")
    await phones.says("李队员", "撤销")
    await phones.says("钱队员", "学习 30 别村的课")
    team = phones.county["李队员"].team_id
    async with phones.app.database.reading() as db:
        known = await known_facts.of_team(db, team, DAY)
        assert len(known.households) == await count(db, "household", team)
        visited = {one.name for one in known.households if one.last_visit}
        rows = await db.connection.execute_fetchall(
            "SELECT household FROM visit WHERE team_id = ? AND kept = 1", (team,)
        )
        assert visited == {row[0] for row in rows}
        issues = await db.connection.execute_fetchall(
            "SELECT id FROM issue WHERE team_id = ? AND closed_day IS NULL AND state = 'open'",
            (team,),
        )
        assert [one.id for one in known.issues] == [row[0] for row in issues]
    assert known.studied == ("防汛通知",)


async def count(db: Session, table: str, team: int) -> int:
    query = {"household": "SELECT count(*) FROM household WHERE team_id = ?"}[table]
    ((found,),) = await db.connection.execute_fetchall(query, (team,))
    return int(found)


async def test_an_empty_ledger_gives_nothing_to_ask(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await db.connection.execute("DELETE FROM household")
        known = await known_facts.of_team(db, county["李队员"].team_id, MONDAY.date())
        assert draw(known, lots(1), NAME) == []
