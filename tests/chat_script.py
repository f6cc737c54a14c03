"""Reads and runs a `.chat` script: what people write, what the bot says, word for word.

    # 说明                         a remark
    @ 11月23日 19:10               the clock moves there; what is due happens on the way
    李队员> 学习 60 中央一号文件     somebody writes; （照片）（编辑）（位置）may follow the name,
                                    also （语音）, （表格：NAME）= a workbook of
                                    tests/issue_tables.py,
                                    （照片：屋顶）= the same photo whenever it is named,
                                    （回复：屋顶漏雨）= to his own message with these words,
                                    （回复卡片：屋顶漏雨）= to the newest one of ours with them
    李队员[改]                      somebody presses a button
    *重启*                         the program stops and starts again
    *布景：…*                      what is there already (tests/planted.py)
    机器人< **已记学习** …          what he is told; 机器人对王队长< what somebody else is told
          | next line of the same message
          [改] [撤销]              its buttons
          〔日报.png〕〔日报.pdf〕   its files, in a script with `# 图：开`; elsewhere none is made
    # 略去：日报、周报              messages with these words in their first line are left out
〈…〉 in an expected line stands for anything. Nothing more than what is written may be said.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from planted import LINE

from bot.channels.text import plain
from ledger.clock import SHANGHAI
from ledger.messages import Outgoing

CLOCK = re.compile(r"@ (?:(\d{4})年)?(\d+)月(\d+)日 (\d+):(\d+)$")
SAYS = re.compile(r"(?P<who>[^\s>\[（]+)(?P<how>(?:（[^）]*）)*)> ?(?P<text>.*)$")
PRESS = re.compile(r"(?P<who>[^\s>\[]+)\[(?P<label>.+)\]$")
TOLD = re.compile(r"机器人(?:对(?P<who>[^<]+))?< ?(?P<text>.*)$")
MORE = re.compile(r"\s+\|(?: (?P<text>.*))?$")
HEAD = re.compile(r"存证 \d{8}-[0-9a-f]+……")  # salted, so new in every run
SEALED = re.compile(
    r"((?:公布文件的校验码：|已公布[：，]校验码 ))[0-9a-f]{16,}"
)  # salted by the log
FILES = re.compile(r"\s+〔.+〕$")
BUTTONS = re.compile(r"\s+\[.+\]$")


@dataclass
class Told:
    """One message the script expects; `who` empty means whoever spoke last."""

    who: str
    lines: list[str]
    buttons: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


@dataclass
class Step:
    """Something that happens, and all that is said because of it."""

    line: int
    kind: str
    who: str = ""
    text: str = ""
    how: str = ""
    told: list[Told] = field(default_factory=list)


def read(path: Path) -> list[Step]:
    """The steps of a script; a line that fits no form is an error with its number."""
    steps: list[Step] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        _read_line(line.rstrip(), number, steps, path)
    return steps


def left_out(path: Path) -> tuple[str, ...]:
    """The words of messages this script does not care about."""
    found = re.search(r"^# 略去：(.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return tuple(found[1].split("、")) if found else ()


def asks_by_itself(path: Path) -> bool:
    """Whether the county's own timetable of checks runs in this script; in most it would only disturb."""
    return "# 自动抽查：开" in path.read_text(encoding="utf-8").splitlines()


def makes_files(path: Path) -> bool:
    """Whether messages go out with their pictures and papers made; it takes its time."""
    return "# 图：开" in path.read_text(encoding="utf-8").splitlines()


def _read_line(line: str, number: int, steps: list[Step], path: Path) -> None:
    if line.startswith("@"):
        steps.append(Step(number, "clock", text=line))
    elif line == "*重启*":
        steps.append(Step(number, "restart"))
    elif planted := LINE.match(line):
        steps.append(Step(number, "planted", text=planted["words"]))
    elif told := TOLD.match(line):
        steps[-1].told.append(Told(told["who"] or "", [told["text"]]))
    elif more := MORE.match(line):
        steps[-1].told[-1].lines.append(more["text"] or "")
    elif BUTTONS.match(line):
        steps[-1].told[-1].buttons += re.findall(r"\[(.+?)\]", line)
    elif FILES.match(line):
        steps[-1].told[-1].files += re.findall(r"〔(.+?)〕", line)
    elif press := PRESS.match(line):
        steps.append(Step(number, "press", press["who"], press["label"]))
    elif says := SAYS.match(line):
        steps.append(Step(number, "says", says["who"], says["text"], says["how"]))
    else:
        raise ValueError(f"{path.name}:{number}: 看不懂这一行：{line}")


def moment(text: str, now: datetime) -> datetime:
    """The moment of an `@` line; the year is the clock's unless given."""
    found = CLOCK.match(text)
    if found is None:
        raise ValueError(f"看不懂时刻：{text}")
    year, month, day, hour, minute = (int(one) if one else 0 for one in found.groups())
    return datetime(year or now.year, month, day, hour, minute, tzinfo=SHANGHAI)


def matches(expected: Told, actual: Outgoing) -> bool:
    """Whether a message is the expected one: words, buttons, files."""
    wanted = "\n".join(expected.lines).strip()
    pattern = "[\\s\\S]*?".join(re.escape(part) for part in wanted.split("〈…〉"))
    if not re.fullmatch(pattern, plain(actual.text).strip()):
        return False
    if expected.files and [one.name for one in actual.files] != expected.files:
        return False
    return not expected.buttons or list(actual.labels) == expected.buttons


def written(who: str, out: Outgoing, before: Iterable[Told] = ()) -> Iterator[str]:
    """A message in the script's own form; as it was written before, where that still fits (〈…〉)."""
    same = (one for one in before if one.who == who and matches(one, out))
    words = next(("\n".join(one.lines) for one in same), plain(out.text))
    lines = SEALED.sub(r"\1〈…〉", HEAD.sub("存证 〈…〉", words)).split("\n")
    yield f"机器人{f'对{who}' if who else ''}< {lines[0]}".rstrip()
    for line in lines[1:]:
        yield f"      | {line}".rstrip()
    if out.labels:
        yield "      " + " ".join(f"[{label}]" for label in out.labels)
    if any(one.files for one in before):
        yield "      " + "".join(f"〔{one.name}〕" for one in out.files)
