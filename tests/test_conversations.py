"""Every `.chat` script in tests/conversations, word for word, and nothing more.

`UPDATE_CHAT=1 pytest tests/test_conversations.py` writes down what the program says now; read
the difference before you keep it.
"""

import os
import re
from pathlib import Path

import pytest
from chat_script import (
    Step,
    asks_by_itself,
    left_out,
    makes_files,
    matches,
    moment,
    read,
    written,
)
from issue_tables import TABLES, workbook
from phones import Phones

from handlers.topics import TOPICS
from ledger.clock import SetClock
from ledger.messages import Outgoing

PRESSED_ONLY = {"leave_answer"}  # 批假12 同意: the words behind a card's button
KEPT = re.compile(r"（(?P<kind>照片|语音)(?:：(?P<name>[^）]+))?")
TABLE = re.compile(r"（表格：(?P<name>[^）]+)）")
REPLY = re.compile(r"（回复(?P<ours>卡片)?：(?P<words>[^）]+)）")
SCRIPTS = sorted((Path(__file__).parent / "conversations").glob("*.chat"))


QUIET = (
    "chat_checks = 0\nchat_lottery = 0\nphone_checks = 0\nvisits = 0\nback_checks_a_month = 0\n"
)


class Stage:
    """The program with the cast, restarted when the script says so."""

    def __init__(self, folder: Path, clock: SetClock) -> None:
        self.folder, self.clock = folder, clock
        self.sources: dict[str, str] = {}

    async def act(self, phones: Phones, step: Step) -> list[Outgoing]:
        if step.kind == "clock":
            return await phones.at(moment(step.text, self.clock.now()))
        if step.kind == "planted":
            return await phones.finds_there(step.text)
        if step.kind == "press":
            return await phones.presses(step.who, step.text)
        more: dict[str, object] = {}
        if kept := KEPT.search(step.how):
            name = f"{kept['name'] or step.line}.{'ogg' if kept['kind'] == '语音' else 'jpg'}"
            phones.memory.blobs[name] = f"photo of line {kept['name'] or step.line}".encode()
            more["files"] = [name]
        if table := TABLE.search(step.how):
            phones.memory.blobs[f"{table[1]}.xlsx"] = workbook(*TABLES[table[1]]())
            more["files"] = [f"{table[1]}.xlsx"]
        if reply := REPLY.search(step.how):
            find = phones.told if reply["ours"] else phones.own
            more["reply_to"] = find(step.who, reply["words"])
        if "（位置）" in step.how:
            more["place"] = "31.1774,121.5272"
        if "（编辑）" in step.how:
            more["edits"] = self.sources[step.who]
        if "（邀请）" in step.how:
            return await phones.says(step.who, enter=step.text)
        text = step.text.replace("〈一万字〉", "长" * 10_000)
        out = await phones.says(step.who, text, **more)
        if "edits" not in more:
            self.sources[step.who] = phones.last_id()
        return out


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
async def test_the_conversation_goes_as_written(
    path: Path, tmp_path: Path, clock: SetClock
) -> None:
    stage = Stage(tmp_path, clock)
    steps = read(path)
    heard: list[tuple[Step, list[tuple[str, Outgoing]]]] = []
    rules = "" if asks_by_itself(path) else QUIET
    pictures = makes_files(path)
    async with Phones.open(tmp_path, clock, rules, pictures=pictures) as phones:
        for step in steps:
            if step.kind == "restart":
                await phones.restart()
                continue
            try:
                said = await stage.act(phones, step)
            except LookupError as error:
                pytest.fail(f"{path.name}:{step.line}: {error}")
            kept = [out for out in said if not _matters_not(out, left_out(path))]
            heard.append((step, [(phones.name_of(out), out) for out in kept]))
    if os.environ.get("UPDATE_CHAT"):
        path.write_text(rewritten(path, heard), encoding="utf-8")
        return
    for step, said in heard:
        compare(path, step, said)


def _matters_not(out: Outgoing, words: tuple[str, ...]) -> bool:
    return any(word in out.text.split("\n")[0] for word in words)


def compare(path: Path, step: Step, said: list[tuple[str, Outgoing]]) -> None:
    """Each expected message to its person in order, and no other."""
    rest = list(said)
    for told in step.told:
        who = told.who or step.who
        for index, (name, out) in enumerate(rest):
            if name == who and matches(told, out):
                del rest[index]
                break
        else:
            actual = "\n".join(line for name, out in said for line in written(name, out))
            files = "".join(f"〔{one}〕" for one in told.files)
            wanted = "\n".join([*told.lines, " ".join(told.buttons), files])
            pytest.fail(
                f"{path.name}:{step.line}: 没有对{who}说：\n{wanted}\n说的是：\n{actual}"
            )
    if rest:
        extra = "\n".join(line for name, out in rest for line in written(name, out))
        pytest.fail(f"{path.name}:{step.line}: 多说了：\n{extra}")


def rewritten(path: Path, heard: list[tuple[Step, list[tuple[str, Outgoing]]]]) -> str:
    """The script with what the program really says."""
    answers = {step.line: (step, said) for step, said in heard}
    lines: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith(("机器人", "      |", "      [", "      〔")):
            continue
        lines.append(line)
        if number in answers:
            step, said = answers[number]
            for name, out in said:
                lines += written("" if name == step.who else name, out, step.told)
    return "\n".join(lines) + "\n"


def test_every_topic_and_every_role_has_its_scene() -> None:
    """No command without a script a clerk could read."""
    lines = [step for path in SCRIPTS for step in read(path) if step.kind in {"says", "press"}]
    said = [step.text.removeprefix("/") for step in lines]
    opened = {
        topic.name
        for topic in TOPICS
        for text in said
        if topic.rest_of(text, strict=False) is not None
    }
    assert {topic.name for topic in TOPICS} - opened - PRESSED_ONLY == set()
    assert {"陈干事", "周总队长", "王队长", "李队员", "外人"} <= {step.who for step in lines}
