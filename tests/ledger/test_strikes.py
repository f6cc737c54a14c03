"""Steps: the ladder proposes, a person makes them; what counts, expires, is appealed."""

from datetime import date, datetime, timedelta

import pytest
from county import MONDAY, County
from hypothesis import given
from hypothesis import strategies as st

from ledger import finding_steps, findings, letters, outbox, people, roster, strikes, switches
from ledger.database import Database, Session
from ledger.days import is_workday
from ledger.errors import Refused
from ledger.findings import Finding, Found, Source, State
from ledger.messages import Reply
from ledger.people import Person, Role
from ledger.roster import Entry
from ledger.rules import BadRules, Rules, load_rules
from ledger.strike_ladder import DEFAULT, BadStrikeLadder, propose, read_strike_ladder
from ledger.strikes import Strike
from ledger.switches import BY_SWITCH, Switch, Wish

RULES = Rules()
DAY = timedelta(days=1)
LATE = MONDAY + 3 * DAY


# the ladder
def test_the_ladder_is_the_county_s_own(tmp_path: object) -> None:
    path = tmp_path / "rules.toml"  # type: ignore[operator]
    path.write_text('strike_ladder = [["提醒谈话", 90], ["通报批评", 180]]', encoding="utf-8")

    assert load_rules(path).strike_ladder == (("提醒谈话", 90), ("通报批评", 180))
    path.write_text("strike_ladder = []", encoding="utf-8")
    with pytest.raises(BadRules, match="strike_ladder"):
        load_rules(path)


@pytest.mark.parametrize(
    "bad",
    [
        [], "问责", None, 3, [[]], [["问责"]], [["问责", 365, 1]], [["", 365]], [["  ", 1]],
        [["问责", 0]], [["问责", -1]], [["问责", 365.0]], [["问责", True]], [["问责", "365"]],
        [["问责", 4000]], [[365, "问责"]], [["问责", 1], ["问责", 2]], [["字" * 21, 365]],
    ],
)  # fmt: skip
def test_a_ladder_that_cannot_be_followed_is_named(bad: object) -> None:
    with pytest.raises(BadStrikeLadder):
        read_strike_ladder(bad)


@given(st.integers(0, 50))
def test_the_last_rung_is_for_all_that_follow(standing: int) -> None:
    assert propose(standing) == DEFAULT[min(standing, 1)]


# making
async def confirmed(
    db: Session, county: County, number: int = 1, *, who: str = "李队员", category: str = "脱岗走读"
) -> Finding:  # fmt: skip
    li = county[who]
    found = Found(
        county.id, li.township_id, li.team_id, li.id, Source.VISIT, number, category,
        "上午未见人", MONDAY.date() - 7 * (number - 1) * DAY, None,
    )  # fmt: skip
    one = await findings.open_finding(db, found, now=MONDAY, rules=RULES)
    await finding_steps.claim_telling(db, one, RULES, now=MONDAY)
    one = await findings.by_id(db, one.id)
    boss = "周总队长" if li.township == "清水镇" else "冯总队长"
    return await findings.decide(
        db, county[boss], one, State.CONFIRMED, "问过村支书", now=LATE, rules=RULES
    )


async def turn_on(db: Session, county: County) -> None:
    feature = BY_SWITCH[Switch.STRIKES]
    wish = Wish(feature, date(2027, 11, 1), "落实办法", "日常工作", "", "高明远 副部长")
    await switches.turn_on(db, county["陈干事"], wish, now=MONDAY)


async def made(
    db: Session, county: County, finding: Finding, *, now: datetime = LATE, step: str = "通报批评"
) -> Strike:  # fmt: skip
    wish = strikes.wish(finding, step, "办法第十二条", now.date(), RULES)
    return await strikes.make(db, county["陈干事"], wish, now=now)


async def another(db: Session, county: County) -> Person:
    """A second person of the county."""
    rows = await db.connection.execute_fetchall(
        "INSERT INTO person (county_id, name, role) VALUES (:county, '刘干事', 'county') RETURNING id",
        {"county": county.id},
    )
    id = int(next(iter(rows))[0])
    chen = county["陈干事"]
    return Person(**{**vars(chen), "id": id, "name": "刘干事"})


async def block_of(work: object) -> str:
    with pytest.raises(Refused) as why:
        await work  # type: ignore[misc]
    return why.value.block


async def test_off_by_default_and_whom_it_asks(database: Database, county: County) -> None:
    chen = county["陈干事"]
    async with database.transaction() as db:
        one = await confirmed(db, county)
        for name, person in county.people.items():
            said = await block_of(strikes.access_basis(db, person, one.id, now=LATE))
            assert said == ("strikes.switched_off" if name == "陈干事" else "talk.not_for_role")
        await turn_on(db, county)
        basis = await strikes.access_basis(db, chen, one.id, now=LATE)
        after_end = datetime(2027, 11, 2, 9, tzinfo=MONDAY.tzinfo)
        said = await block_of(strikes.access_basis(db, chen, one.id, now=after_end))

    assert basis == one
    assert said == "strikes.switched_off"


async def test_what_a_step_may_rest_on(database: Database, county: County) -> None:
    chen = county["陈干事"]
    async with database.transaction() as db:
        await turn_on(db, county)
        kinds = ("未答复", "待说明", "与记录不符", "作风不务实", "")
        for number, kind in enumerate(kinds, 100):
            other = await confirmed(db, county, number, category=kind)
            said = await block_of(strikes.access_basis(db, chen, other.id, now=LATE))
            assert said == "strikes.not_absence"
        one = await confirmed(db, county)
        wish = strikes.wish(one, "通报批评", "  ", LATE.date(), RULES)
        assert await block_of(strikes.make(db, chen, wish, now=LATE)) == "strikes.needs_clause"
        await made(db, county, one)
        assert await block_of(made(db, county, one)) == "strikes.made_before"
        boss = county["周总队长"]
        said = await block_of(
            findings.decide(db, chen, one, State.LIFTED, "想想", now=LATE, rules=RULES)
        )
        assert boss.role is Role.TOWNSHIP
        assert said == "findings.has_strike"


async def test_what_counts_for_the_next_proposal(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await turn_on(db, county)
        liu, li = await another(db, county), county["李队员"]
        first, second, third = [await confirmed(db, county, one) for one in (1, 2, 3)]
        strike = await made(db, county, first)

        async def next_step(day: date) -> str:
            return (await strikes.proposal(db, second, day, RULES))[0]

        assert await next_step(LATE.date()) == "问责"
        assert await next_step(LATE.date() + 365 * DAY) == "问责"
        assert await next_step(LATE.date() + 366 * DAY) == "通报批评"  # expired
        await strikes.appeal(db, li, strike, "有证明", now=LATE)
        assert await next_step(LATE.date()) == "通报批评"  # not counted while appealed
        strike = await strikes.by_id(db, strike.id)
        strike = await strikes.answer(db, liu, strike, "核过了", upheld=True, now=LATE)
        assert await next_step(LATE.date()) == "问责"
        other = await made(db, county, third)
        await strikes.answer(db, liu, other, "弄错了", upheld=False, now=LATE)
        assert await next_step(LATE.date()) == "问责"
        qian = await confirmed(db, county, 9, who="钱队员")
        assert (await strikes.proposal(db, qian, LATE.date(), RULES))[0] == "通报批评"


async def test_the_appeal_has_its_days_and_another_judge(
    database: Database, county: County
) -> None:
    chen, li = county["陈干事"], county["李队员"]
    async with database.transaction() as db:
        await turn_on(db, county)
        liu = await another(db, county)
        strike = await made(db, county, await confirmed(db, county))
        last = date.fromisoformat(strike.appeal_until)
        days = [LATE.date() + one * DAY for one in range(1, (last - LATE.date()).days + 1)]
        assert sum(is_workday(one, RULES) for one in days) == RULES.appeal_days

        too_late = LATE + (last - LATE.date()) + DAY
        assert await block_of(strikes.appeal(db, li, strike, "有证明", now=too_late)) == (
            "strikes.appeal_too_late"
        )
        for name in ("王队长", "周总队长", "陈干事"):
            said = await block_of(strikes.appeal(db, county[name], strike, "不服", now=LATE))
            assert said == "strikes.not_yours_to_appeal"
        strike = await strikes.appeal(db, li, strike, "有证明", now=too_late - DAY)
        said = await block_of(strikes.answer(db, chen, strike, "核过", upheld=True, now=LATE))
        assert said == "strikes.answered_by_another"
        said = await block_of(strikes.answer(db, liu, strike, " ", upheld=True, now=LATE))
        assert said == "findings.needs_reason"
        strike = await strikes.answer(db, liu, strike, "核过了", upheld=False, now=LATE)
        assert strike.revoked
        said = await block_of(strikes.answer(db, liu, strike, "再想", upheld=True, now=LATE))
        assert said == "strikes.answered_before"


async def test_who_sees_the_steps(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await turn_on(db, county)
        strike = await made(db, county, await confirmed(db, county))
        seen = {
            name: await strikes.access_strikes(db, person)
            for name, person in county.people.items()
        }
        for name, found in seen.items():
            if not found:
                said = await block_of(strikes.access_strike(db, county[name], strike.id))
                assert said == "strikes.not_found"

    assert {name for name, found in seen.items() if found} == {"陈干事", "李队员"}


# letters
async def test_a_letter_only_of_somebody_sent_from_above(
    database: Database, county: County
) -> None:
    chen, li = county["陈干事"], county["李队员"]
    async with database.transaction() as db:
        one = await confirmed(db, county)
        for level, wanted in (
            ("", 0),
            ("县", 0),
            ("乡镇", 0),
            ("市", 1),
            ("省", 1),
            ("中央", 1),
        ):
            await db.connection.execute(
                "UPDATE person SET sent_by = :level WHERE id = :id",
                {"level": level, "id": li.id},
            )
            if wanted:
                letter = await letters.access_letter(db, chen, one.id, LATE.date())
                assert (letter.unit, letter.strike) == ("县水利局", None)
                continue
            said = await block_of(letters.access_letter(db, chen, one.id, LATE.date()))
            assert said == "letters.not_from_above"
        await turn_on(db, county)
        strike = await made(db, county, one)
        on = await letters.access_letter(db, chen, one.id, LATE.date())
        over = await letters.access_letter(db, chen, one.id, LATE.date() + 400 * DAY)
        said = await block_of(
            letters.access_letter(db, county["周总队长"], one.id, LATE.date())
        )

    assert on.strike == strike
    assert over.strike is None
    assert said == "talk.not_for_role"


async def test_a_chat_miss_goes_into_no_letter(database: Database, county: County) -> None:
    chen = county["陈干事"]
    async with database.transaction() as db:
        one = await confirmed(db, county, category="未答复")
        said = await block_of(letters.access_letter(db, chen, one.id, LATE.date()))

    assert said == "letters.only_unanswered"


# who makes it, and how long one may appeal
async def test_who_noticed_it_makes_no_step_while_there_is_somebody_else(
    database: Database, county: County
) -> None:
    chen = county["陈干事"]
    async with database.transaction() as db:
        await turn_on(db, county)
        one = await confirmed(db, county)
        await db.connection.execute(
            "UPDATE finding SET found_by = ? WHERE id = ?", (chen.id, one.id)
        )
        basis = await strikes.access_basis(db, chen, one.id, now=LATE)
        id = await roster.add_person(db, county.id, Entry("刘干事", Role.COUNTY), now=MONDAY)
        liu = await people.by_id(db, id)
        said = await block_of(strikes.access_basis(db, chen, one.id, now=LATE))
        other = await strikes.access_basis(db, liu, one.id, now=LATE)

    assert basis.id == other.id == one.id
    assert said == "strikes.found_it"


async def test_the_days_of_an_appeal_are_his_own_working_days(
    database: Database, county: County
) -> None:
    li = county["李队员"]
    async with database.transaction() as db:
        await turn_on(db, county)
        strike = await made(db, county, await confirmed(db, county))
        same = await strikes.prolonged(db, strike, RULES, now=LATE)
        away = (LATE.date() + DAY).isoformat()
        await db.connection.execute(
            "INSERT INTO leave (person_id, kind, from_day, to_day, reason, state, asked_at)"
            " VALUES (:id, '事假', :day, :day, '', 'approved', 1)",
            {"id": li.id, "day": away},
        )
        longer = await strikes.prolonged(db, strike, RULES, now=LATE)
        plain = strikes.wish(
            await findings.by_id(db, strike.finding_id),
            "通报批评",
            "第十二条",
            LATE.date(),
            RULES,
        )
        own = await strikes.own_wish(db, plain, RULES)
        await outbox.post_to(
            db, li.id, Reply("处理"), dedupe=f"strike:{strike.id}:made:{li.id}", now=LATE
        )
        not_told = await strikes.prolonged(db, strike, RULES, now=LATE + 20 * DAY)

    assert same == strike
    assert longer.appeal_until > strike.appeal_until
    assert own.appeal_until.isoformat() == longer.appeal_until
    assert not_told.appeal_until > (LATE + 30 * DAY).date().isoformat()
