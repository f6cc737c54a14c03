"""The replay engine: answers survive, changed questions are asked again, what stops leaves nothing."""

from dataclasses import replace
from pathlib import Path

import pytest
from county import MONDAY, County
from phones import Phones, words

from handlers import topics
from handlers.talk import (
    LONGEST_ANSWER,
    Room,
    Talk,
    Topic,
    answered,
    hold,
    normal,
    one_of,
    plain,
    stepped_back,
)
from ledger import settings, talks
from ledger.database import Database, Session
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.people import EVERYONE
from ledger.rules import Rules
from ledger.seed_vault import Vault
from ledger.talks import Said, State
from templates.words import Words

NAME, FOUND, MINUTES = "visits.ask_household", "visits.ask_found", "study.ask_minutes"
NUMBERS = {"一": 1, "二": 2}


async def three_questions(talk: Talk) -> Reply:
    """A name, a number, a line; it writes too early on purpose."""
    await settings.write(talk.db, "probe", "before the first question")
    name = await talk.ask(NAME, plain, ("张大山",))
    await settings.write(talk.db, "probe", f"after {name}")
    number = await talk.ask(MINUTES, one_of(NUMBERS), NUMBERS)
    found = await talk.ask(FOUND, plain, household=name)
    await settings.write(talk.db, "probe", f"{name} {number} {found}")
    return Reply(f"{name} {number} {found} {len(talk.files)} {talk.place}")


async def other_second_question(talk: Talk) -> Reply:
    """The same topic in the next release."""
    name = await talk.ask(NAME, plain)
    found = await talk.ask(FOUND, plain, household=name)
    return Reply(f"{name} {found}")


TOPIC = Topic("probe", ("试一试",), three_questions, EVERYONE)


class Stage:
    """One person's talk over one open transaction."""

    def __init__(self, db: Session, county: County, topic: Topic = TOPIC) -> None:
        self.room = Room(db, Words(), Rules(), bytes(32), MONDAY, Vault(Path()))
        self.asker = county["李队员"]
        self.topic = topic

    async def open(self, rest: str = "", **more: object) -> Reply:
        said = Said(rest, "memory:1", **more)  # type: ignore[arg-type]
        return await hold(self.room, self.asker, self.topic, State("probe", said), rest)

    async def says(self, text: str, **more: object) -> Reply:
        state = await self.state()
        said = Said(text, "memory:2", **more)  # type: ignore[arg-type]
        return await hold(self.room, self.asker, self.topic, answered(state, said), "")

    async def back(self) -> Reply:
        return await hold(
            self.room, self.asker, self.topic, stepped_back(await self.state()), ""
        )

    async def state(self) -> State:
        found = await self.kept()
        assert found
        return found

    async def kept(self) -> State | None:
        return await talks.load(self.room.db, self.asker.id, now=MONDAY)

    async def probe(self) -> str | None:
        return await settings.read(self.room.db, "probe")


# answers
async def test_a_talk_asks_one_question_at_a_time_and_ends(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        stage = Stage(db, county)

        assert "哪一户" in (await stage.open()).text
        assert "多久" in (await stage.says("张大山")).text
        assert "张大山家" in (await stage.says("二")).text
        assert (await stage.says("屋顶漏雨")).text == "张大山 2 屋顶漏雨 0 "
        assert await stage.kept() is None


async def test_answers_survive_from_one_transaction_to_the_next(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await Stage(db, county).open()
    async with database.transaction() as db:
        await Stage(db, county).says("张大山")
    async with database.transaction() as db:
        await Stage(db, county).says("一")
    async with database.transaction() as db:
        assert (await Stage(db, county).says("好")).text.startswith("张大山 1 好")


async def test_what_is_written_above_a_question_does_not_last(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        stage = Stage(db, county)
        for step in (stage.open(), stage.says("张大山"), stage.says("一")):
            await step

            assert await stage.probe() is None
        await stage.says("好")
        assert await stage.probe() == "张大山 1 好"


async def test_a_refusal_below_the_questions_leaves_nothing(
    database: Database, county: County
) -> None:
    async def refused(talk: Talk) -> Reply:
        await talk.ask(NAME, plain)
        await settings.write(talk.db, "probe", "written")
        raise Refused("records.not_found")

    async with database.transaction() as db:
        stage = Stage(db, county, replace(TOPIC, run=refused))
        await stage.open()
        reply = await stage.says("张大山")

        assert "没有查到" in reply.text
        assert (await stage.probe(), await stage.kept()) == (None, None)


# misunderstanding
async def test_an_answer_that_does_not_fit_is_asked_again_and_the_earlier_ones_stay(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        stage = Stage(db, county)
        await stage.open()
        await stage.says("张大山")
        again = await stage.says("三")

        assert again.text.startswith("请点下面的按钮，或回复：一、二。\n")
        assert "多久" in again.text
        assert [one.said.text for one in (await stage.state()).answers] == ["张大山"]
        assert "张大山家" in (await stage.says("一")).text


@pytest.mark.parametrize(
    ("text", "block"),
    [("", "talk.needs_words"), ("长" * (LONGEST_ANSWER + 1), "talk.too_long")],
)
def test_words_of_no_sensible_length_are_misunderstood(text: str, block: str) -> None:
    with pytest.raises(Misunderstood) as why:
        plain(text)

    assert why.value.block == block


# changed questions
async def test_a_changed_question_is_asked_again_from_there_on(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        before = Stage(db, county)
        await before.open()
        await before.says("张大山")
        await before.says("二")
        after = Stage(db, county, replace(TOPIC, run=other_second_question))
        reply = await hold(after.room, after.asker, after.topic, await after.state(), "")

        assert "张大山家" in reply.text
        assert [one.said.text for one in (await after.state()).answers] == ["张大山"]
        assert (await after.says("漏雨")).text == "张大山 漏雨"


# back
async def test_back_drops_one_answer_at_a_time(database: Database, county: County) -> None:
    async with database.transaction() as db:
        stage = Stage(db, county)
        await stage.open()
        await stage.says("张大山")
        await stage.says("二")

        assert "多久" in (await stage.back()).text
        assert "哪一户" in (await stage.back()).text
        assert (await stage.state()).answers == []


# buttons
async def test_every_step_offers_its_choices_and_a_way_out(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        stage = Stage(db, county)
        first = await stage.open()
        second = await stage.says("张大山")

    assert [one.label for one in first.options] == ["张大山", "返回", "取消"]
    assert [one.label for one in second.options] == ["一", "二", "返回", "取消"]
    assert first.step != second.step
    assert first.kind == second.kind == "question"


# files and places
async def test_files_and_a_place_come_along_from_any_step(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        stage = Stage(db, county)
        await stage.open(files=(7,))
        again = await stage.says("", files=(8,))
        await stage.says("张大山", place="31.1,121.5")
        await stage.says("一", files=(9, 7))
        done = await stage.says("好")

    assert "已收到 2 个附件" in again.text
    assert "哪一户" in again.text
    assert done.text == "张大山 1 好 3 31.1,121.5"


# words that open
@pytest.mark.parametrize(
    ("form", "text", "strict", "rest"),
    [
        ("bare", "今天", False, ""), ("bare", "今天学习", False, None), ("bare", "今天 学习", False, None),
        ("spaced", "撤销", False, ""), ("spaced", "撤销 12", False, "12"), ("spaced", "撤销12", False, "12"),
        ("spaced", "撤销这条", False, None), ("loose", "请假三天", False, "三天"),
        ("loose", "问题不大", True, None), ("loose", "问题12 好了", True, "12 好了"),
        ("loose", "问题：漏雨", False, "漏雨"), ("loose", "走访", True, ""), ("loose", "不走访", False, None),
    ],
)  # fmt: skip
def test_a_topic_opens_by_its_word(
    form: str, text: str, strict: bool, rest: str | None
) -> None:
    word = next(one for one in ("今天", "撤销", "请假", "问题", "走访") if one in text)
    topic = Topic("x", (word,), three_questions, form=form)  # type: ignore[arg-type]

    assert topic.rest_of(text, strict=strict) == rest


def test_a_longer_word_stands_before_a_shorter_one_it_begins_with() -> None:
    """The order is the order of matching: 问题清单 must not be read as 问题 with 清单 behind it."""
    flat = [(word, topic.name) for topic in topics.TOPICS for word in topic.words]
    for number, (word, name) in enumerate(flat):
        for earlier, other in flat[:number]:
            glued = _glues(other) and not topics.BY_NAME[other].needs
            assert not (word.startswith(earlier) and name != other and glued), (
                word,
                earlier,
            )


def _glues(name: str) -> bool:
    return topics.BY_NAME[name].form == "loose"


def test_no_two_topics_share_a_name_or_a_word() -> None:
    words_of = [(word, topic.needs) for topic in topics.TOPICS for word in topic.words]

    assert len(words_of) == len(set(words_of))
    assert len(topics.BY_NAME) == len(topics.TOPICS) + 4


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("　学习　６０　ＡＢＣ　", "学习 60 ABC"), ("你好，世界。", "你好，世界。"),
        ("（一）《二》", "（一）《二》"),
        ("a\u200bb\ufeff", "ab"), ("\n 今天 \t", "今天"), ("１２：３０", "12：30"), ("", ""),
    ],
)  # fmt: skip
def test_letters_digits_and_spaces_get_their_plain_form(raw: str, clean: str) -> None:
    assert normal(raw) == clean


# through the whole program
async def test_a_talk_survives_a_restart_between_any_two_messages(phones: Phones) -> None:
    for text in ("走访", "张大山", "屋顶漏雨"):
        await phones.says("李队员", text)
        await phones.restart()
    (saved,) = await phones.says("李队员", "完成")

    assert words(saved).startswith("已记走访")


@pytest.mark.parametrize(
    "steps", [["学习"], ["学习", "一号文件"], ["学习", "一号文件", "60 分钟"]]
)
async def test_cancel_at_any_step_leaves_nothing(phones: Phones, steps: list[str]) -> None:
    for text in steps:
        await phones.says("李队员", text)
    (reply,) = await phones.says("李队员", "取消")

    assert words(reply) == "已取消，什么都没有记。"
    assert "还没有记录" in words((await phones.says("李队员", "今天"))[0])


async def test_back_to_before_the_first_question_is_out(phones: Phones) -> None:
    await phones.says("李队员", "学习")
    await phones.says("李队员", "一号文件")

    assert "今天学了什么" in words((await phones.says("李队员", "返回"))[0])
    assert words((await phones.says("李队员", "返回"))[0]) == "已取消，什么都没有记。"
    assert "没有进行到一半" in words((await phones.says("李队员", "返回"))[0])


async def test_an_old_questions_button_does_nothing(phones: Phones) -> None:
    (first,) = await phones.says("李队员", "学习")
    await phones.says("李队员", "一号文件")
    (reply,) = await phones.says("李队员", token=first.tokens[first.labels.index("取消")])

    assert words(reply).startswith("这一步已经过去了")
    assert "自学" in words((await phones.says("李队员", "60 分钟"))[0])


async def test_a_button_pressed_twice_counts_once(phones: Phones) -> None:
    await phones.says("李队员", "学习")
    (second,) = await phones.says("李队员", "一号文件")
    token = second.tokens[second.labels.index("60 分钟")]
    (third,) = await phones.says("李队员", token=token)
    (again,) = await phones.says("李队员", token=token)

    assert "自学" in words(third)
    assert words(again).startswith("这一步已经过去了")


async def test_another_topic_may_be_opened_in_between_and_takes_its_place(
    phones: Phones,
) -> None:
    await phones.says("李队员", "走访")
    await phones.says("李队员", "学习 60 一号文件")
    (reply,) = await phones.says("李队员", "返回")

    assert "没有进行到一半" in words(reply)


async def test_a_talk_left_alone_is_put_away(phones: Phones) -> None:
    await phones.says("李队员", "学习")
    await phones.at(phones.clock.now().replace(hour=11, minute=30))
    (reply,) = await phones.says("李队员", "中央一号文件的精神")

    assert "没看懂" in words(reply)


async def test_two_people_talk_at_the_same_time(phones: Phones) -> None:
    await phones.says("李队员", "学习")
    await phones.says("赵队员", "走访")
    (hers,) = await phones.says("李队员", "一号文件")
    (his,) = await phones.says("赵队员", "张大山")

    assert "学了多久" in words(hers)
    assert "张大山家情况" in words(his)


def test_an_option_says_what_its_label_says_unless_told_otherwise() -> None:
    assert Option("改", "改 12").say == "改 12"
