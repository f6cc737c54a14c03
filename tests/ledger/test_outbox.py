"""The outbox: each message once, answers first, one sender at a time, nothing past its time."""

from datetime import datetime, timedelta

import pytest
from county import MONDAY, County

from ledger import outbox
from ledger.clock import ms
from ledger.database import Database
from ledger.messages import Option, Outgoing, Paper, Reply
from ledger.outbox import ANSWER, BULK, LEASE, Timing
from ledger.people import Address

TO = Address("memory", "local", "李队员")
SECOND = timedelta(seconds=1)


async def post(
    database: Database, dedupe: str, *, text: str = "一句话", timing: Timing | None = None,
    person: int | None = None, to: Address = TO,
) -> int | None:  # fmt: skip
    async with database.transaction() as db:
        return await outbox.post(
            db, to, person, Reply(text), dedupe=dedupe, now=MONDAY, timing=timing
        )


async def claim(
    database: Database, *, owner: str = "one", now: datetime = MONDAY, limit: int = 20,
    lanes: tuple[int, int] = (ANSWER, BULK), channels: tuple[str, ...] = ("memory",),
) -> list[Outgoing]:  # fmt: skip
    async with database.transaction() as db:
        return await outbox.claim(
            db, list(channels), owner=owner, limit=limit, now=now, lanes=lanes
        )


async def state_of(database: Database, id: int | None) -> str:
    async with database.reading() as db:
        rows = list(
            await db.connection.execute_fetchall("SELECT state FROM outbox WHERE id = ?", [id])
        )
    return str(rows[0]["state"])


async def sent(database: Database, id: int, *, owner: str = "one", ref: str = "r") -> None:
    async with database.transaction() as db:
        await outbox.sent(db, id, owner=owner, ref=ref, now=MONDAY)


# once
async def test_the_same_cause_posts_one_message(database: Database) -> None:
    first = await post(database, "in:1")

    assert first
    assert await post(database, "in:1", text="再来一次") is None
    assert [one.text for one in await claim(database)] == ["一句话"]


async def test_a_message_that_is_out_is_not_posted_again(database: Database) -> None:
    id = await post(database, "in:1")
    assert id
    await claim(database)
    await sent(database, id)

    assert await post(database, "in:1") is None
    assert await claim(database, now=MONDAY + timedelta(days=1)) == []


async def test_a_rolled_back_cause_leaves_no_message(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await _post_and_fail(database)

    assert await claim(database) == []


async def _post_and_fail(database: Database) -> None:
    async with database.transaction() as db:
        await outbox.post(db, TO, None, Reply("一句话"), dedupe="in:1", now=MONDAY)
        raise ZeroDivisionError


async def test_what_is_posted_arrives_whole(database: Database, county: County) -> None:
    paper = Paper("ab" * 32, "日报.txt", "text/plain")
    reply = Reply(
        "**好** \\* 户", (Option("改", "改 1"), Option("撤销", "撤销 1")), (paper,), "card", "s"
    )
    async with database.transaction() as db:
        await outbox.post(db, TO, county["李队员"].id, reply, dedupe="in:1", now=MONDAY)
    (out,) = await claim(database)

    assert (out.text, out.labels, out.files) == (reply.text, ("改", "撤销"), (paper,))
    assert (out.kind, out.address, out.made_at) == ("card", TO, ms(MONDAY))
    assert out.card_id
    assert not out.again


# lanes and order
async def test_answers_go_before_what_nobody_asked_for(database: Database) -> None:
    for number, lane in enumerate((BULK, ANSWER, BULK, ANSWER)):
        await post(database, f"{number}", text=f"{number}", timing=Timing(lane))

    assert [one.text for one in await claim(database)] == ["1", "3", "0", "2"]


async def test_each_lane_is_claimed_alone(database: Database) -> None:
    await post(database, "bulk", timing=Timing(BULK))
    async with database.reading() as db:
        assert not await outbox.any_ready(db, now=MONDAY, lanes=(ANSWER, ANSWER))
        assert await outbox.any_ready(db, now=MONDAY, lanes=(ANSWER + 1, BULK))

    assert await claim(database, lanes=(ANSWER, ANSWER)) == []
    assert len(await claim(database, lanes=(ANSWER + 1, BULK))) == 1


async def test_no_more_is_claimed_than_asked_for(database: Database) -> None:
    for number in range(5):
        await post(database, f"{number}", text=f"{number}")

    assert [one.text for one in await claim(database, limit=2)] == ["0", "1"]
    assert [one.text for one in await claim(database, limit=9)] == ["2", "3", "4"]


async def test_a_channel_that_is_switched_off_keeps_its_messages(database: Database) -> None:
    await post(database, "web", to=Address("web", "local", "1"))

    assert await claim(database, channels=("memory", "telegram")) == []
    assert len(await claim(database, channels=("web",))) == 1


async def test_a_message_waits_for_its_time(database: Database) -> None:
    await post(database, "later", timing=Timing(not_before=MONDAY + SECOND))
    assert await claim(database) == []
    assert len(await claim(database, now=MONDAY + SECOND)) == 1


# leases
async def test_a_claimed_message_is_nobody_elses_until_the_lease_runs_out(
    database: Database,
) -> None:
    await post(database, "in:1")
    (mine,) = await claim(database, owner="one")

    assert await claim(database, owner="two", now=MONDAY + LEASE) == []
    (theirs,) = await claim(database, owner="two", now=MONDAY + LEASE + SECOND)
    assert theirs.id == mine.id
    assert (mine.again, theirs.again) == (False, True)
    assert (mine.attempts, theirs.attempts) == (1, 2)


async def test_who_lost_the_lease_settles_nothing(database: Database) -> None:
    """Fencing: the first sender wakes up after the second has taken over."""
    id = await post(database, "in:1")
    assert id
    await claim(database, owner="one")
    await claim(database, owner="two", now=MONDAY + LEASE + SECOND)
    async with database.transaction() as db:
        await outbox.sent(db, id, owner="one", ref="x", now=MONDAY)
        await outbox.dead(db, id, owner="one", error="x")
        await outbox.later(db, id, owner="one", until=MONDAY, error="x", uncertain=True)

    assert await state_of(database, id) == "claimed"
    await sent(database, id, owner="two")
    assert await state_of(database, id) == "sent"


async def test_a_settled_message_stays_settled(database: Database) -> None:
    id = await post(database, "in:1")
    assert id
    await claim(database)
    await sent(database, id)
    async with database.transaction() as db:
        await outbox.dead(db, id, owner="one", error="x")
        await outbox.later(db, id, owner="one", until=MONDAY, error="x", uncertain=False)

    assert await state_of(database, id) == "sent"


async def test_a_failed_sending_is_tried_again_then_and_says_whether_it_may_be_out(
    database: Database,
) -> None:
    id = await post(database, "in:1")
    assert id
    for uncertain in (False, True):
        await claim(database)
        async with database.transaction() as db:
            await outbox.later(
                db, id, owner="one", until=MONDAY, error="e" * 999, uncertain=uncertain
            )
        async with database.reading() as db:
            rows = await db.connection.execute_fetchall(
                "SELECT last_error, uncertain FROM outbox"
            )
        assert [(len(row["last_error"]), row["uncertain"]) for row in rows] == [
            (300, uncertain)
        ]
    (again,) = await claim(database)

    assert again.again


async def test_a_dead_message_never_goes_out(database: Database) -> None:
    id = await post(database, "in:1")
    assert id
    await claim(database)
    async with database.transaction() as db:
        await outbox.dead(db, id, owner="one", error="blocked")
        assert await outbox.counts(db) == {"dead": 1}

    assert await claim(database, now=MONDAY + timedelta(days=30)) == []


# past its time
async def test_a_message_past_its_time_is_not_sent(database: Database) -> None:
    id = await post(database, "reminder", timing=Timing(BULK, expires_at=MONDAY + SECOND))

    assert await claim(database, now=MONDAY + SECOND) == []
    assert await state_of(database, id) == "expired"


async def test_a_lease_that_ran_out_does_not_save_a_message_past_its_time(
    database: Database,
) -> None:
    id = await post(database, "reminder", timing=Timing(BULK, expires_at=MONDAY + LEASE))
    await claim(database)

    assert await claim(database, now=MONDAY + LEASE + SECOND) == []
    assert await state_of(database, id) == "expired"


async def test_what_is_being_sent_is_not_pulled_away(database: Database) -> None:
    id = await post(database, "reminder", timing=Timing(BULK, expires_at=MONDAY + SECOND))
    assert id
    await claim(database)
    await claim(database, owner="two", now=MONDAY + 2 * SECOND)

    assert await state_of(database, id) == "claimed"
    await sent(database, id)
    assert await state_of(database, id) == "sent"


# addresses
async def test_a_chat_that_moved_takes_what_waits_along(database: Database) -> None:
    await post(database, "1")
    await post(database, "2", to=Address("memory", "local", "别人"))
    async with database.transaction() as db:
        await outbox.retarget(db, TO, "新地址")

    assert [one.address.user_key for one in await claim(database)] == ["新地址", "别人"]


async def test_nobody_bound_means_nothing_is_posted(database: Database, county: County) -> None:
    person = county["李队员"].id
    async with database.transaction() as db:
        assert await outbox.post_to(db, person, Reply("甲"), dedupe="1", now=MONDAY)
        await db.connection.execute(
            "UPDATE address SET unbound_at = 1 WHERE person_id = ?", [person]
        )
        assert await outbox.post_to(db, person, Reply("乙"), dedupe="2", now=MONDAY) is None

    assert [one.text for one in await claim(database)] == ["甲"]


async def test_an_earlier_message_gets_its_last_word_once(database: Database) -> None:
    id = await post(database, "check:1")
    assert id
    await claim(database)
    await sent(database, id, ref="ref-1")
    async with database.transaction() as db:
        for words in ("已结束", "又结束"):
            await outbox.close(db, id, words, now=MONDAY)
        await outbox.close(db, 4711, "没有", now=MONDAY)
    (closing,) = await claim(database)

    assert (closing.kind, closing.closes, closing.text) == ("close", "ref-1", "已结束")
    assert closing.address == TO
