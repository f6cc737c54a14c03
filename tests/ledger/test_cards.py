"""Buttons: a token is good for one person and one option, whatever bytes a client sends."""

import asyncio
import itertools
import string

import pytest
from county import MONDAY, County
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import cards
from ledger.cards import press, token
from ledger.database import Database
from ledger.errors import Refused
from ledger.messages import Option

KEY = bytes(range(32))
OPTIONS = (Option("在村", "抽查1 在村"), Option("请假", "抽查1 请假"))
LEGAL = set(string.ascii_letters + string.digits + "-_")


async def dealt(database: Database, person: int) -> int:
    async with database.transaction() as db:
        return await cards.deal(db, person, OPTIONS, step="s", now=MONDAY)


async def refusal(database: Database, person: int, pressed: str, key: bytes = KEY) -> str:
    """The block that says no; a pass is a failure."""
    async with database.reading() as db:
        with pytest.raises(Refused) as why:
            await press(db, key, person, pressed)
    return why.value.block


async def test_a_press_says_what_its_button_says(database: Database, county: County) -> None:
    person = county["李队员"].id
    card = await dealt(database, person)
    async with database.reading() as db:
        for number, option in enumerate(OPTIONS):
            found = await press(db, KEY, person, token(KEY, card, number, person))

            assert (found.say, found.step) == (option.say, "s")


async def test_somebody_elses_button_is_refused(database: Database, county: County) -> None:
    card = await dealt(database, county["李队员"].id)
    pressed = token(KEY, card, 0, county["李队员"].id)

    for name, person in county.people.items():
        if name != "李队员":
            assert await refusal(database, person.id, pressed) == "cards.not_yours"


async def test_a_token_made_for_oneself_on_a_foreign_card_is_refused(
    database: Database, county: County
) -> None:
    card = await dealt(database, county["李队员"].id)
    forged = token(KEY, card, 0, county["赵队员"].id)

    assert await refusal(database, county["赵队员"].id, forged) == "cards.unknown"


async def test_every_flipped_bit_is_refused(database: Database, county: County) -> None:
    person = county["李队员"].id
    card = await dealt(database, person)
    good = token(KEY, card, 0, person).encode()
    flips = itertools.product(range(len(good)), range(8))
    for at, bit in flips:
        changed = bytearray(good)
        changed[at] ^= 1 << bit
        said = changed.decode("latin-1")

        assert await refusal(database, person, said) in {"cards.unknown", "cards.not_yours"}


async def test_a_card_or_option_that_is_not_there_is_refused(
    database: Database, county: County
) -> None:
    person = county["李队员"].id
    card = await dealt(database, person)

    for number, option in ((card + 1, 0), (card, 2), (card, 99), (10**12, 0), (0, 0)):
        assert (
            await refusal(database, person, token(KEY, number, option, person))
            == "cards.unknown"
        )


async def test_a_token_of_another_key_or_another_form_is_refused(
    database: Database, county: County
) -> None:
    person = county["李队员"].id
    card = await dealt(database, person)
    good = token(KEY, card, 0, person)

    assert (
        await refusal(database, person, token(b"another key", card, 0, person))
        == "cards.unknown"
    )
    for bad in (
        good.upper(), f" {good}", f"{good} ", good.replace("v1", "v2"), good[:-1], f"{good}a",
        good.replace("-0-", "--1-"), good.replace("-0-", "-+0-"), good.replace("-0-", "-00-"),
        good.replace("-0-", "-０-"), good + "=" * 60, "", "-", "---", "v1-1-0-",
        f"v1-{'z' * 14}-0-{'a' * 16}", f"v1-1-{'9' * 30}-{'a' * 16}",
    ):  # fmt: skip
        assert await refusal(database, person, bad) == "cards.unknown"


async def test_a_thousand_random_tokens_are_refused_and_change_nothing(
    database: Database, county: County
) -> None:
    person = county["李队员"].id
    card = await dealt(database, person)
    before = database.writer.total_changes
    texts: list[str] = []

    @settings(
        max_examples=1000, database=None, suppress_health_check=list(HealthCheck), deadline=None
    )
    @given(
        st.text(max_size=80)
        | st.from_regex(r"v1-[0-9a-z]{1,14}-[0-9]{1,4}-[a-z2-7]{16}", fullmatch=True)
        | st.binary(max_size=64).map(lambda one: one.decode("latin-1"))
    )
    def collect(text: str) -> None:
        texts.append(text)

    await asyncio.to_thread(collect)
    for text in texts:
        assert await refusal(database, person, text) in {"cards.unknown", "cards.not_yours"}

    assert len(texts) >= 1000
    assert before == database.writer.total_changes
    async with database.reading() as db:
        assert (await press(db, KEY, person, token(KEY, card, 0, person))).say == OPTIONS[0].say


@given(st.integers(0, 2**40), st.integers(0, 99), st.integers(1, 2**40))
def test_a_token_is_legal_in_every_channel(card: int, option: int, person: int) -> None:
    made = token(KEY, card, option, person)

    assert len(made.encode()) <= 64
    assert set(made) <= LEGAL
    assert cards.parse(made) == (card, option)


def test_a_token_carries_eighty_bits_of_proof() -> None:
    proof = token(KEY, 1, 0, 1).rpartition("-")[2]

    assert len(proof) * 5 == 80
