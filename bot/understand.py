"""`zhucun understand`: JSON lines in, what each message says as JSON lines out.

Nothing is kept and nothing is asked of the network: the same message, day, households and
words give the same line. What a line holds: docs/operating.md.
"""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from ledger.clock import SHANGHAI, WallClock, aware
from ledger.errors import ForOperator
from ledger.mentions import Village
from ledger.reading.answer import answer_of, village_of
from ledger.reading.lexicon import Lexicon, load_lexicon
from ledger.reading.reader import read

EXAMPLE = '{"id": "1", "text": "今天自学1小时"}'
HALVES = re.compile("[\ud800-\udfff]")  # JSON can spell them, no text holds them alone
HOUSE = '[{"name": "张大山", "group": "3组", "kind": "脱贫户", "aliases": ["老张头"]}]'


class BadGiven(ForOperator):
    """An option or a file that cannot be followed; two lines of plain Chinese."""


class BadLine(ForOperator):
    """A line that is no message; what is wrong with it."""


@dataclass(frozen=True)
class Reader:
    """What a message is read with."""

    base: date
    village: Village
    lexicon: Lexicon

    def answer(self, line: bytes) -> bytes:
        """The answer to one line; `BadLine` says what the line lacks."""
        id, text = _message(line)
        reading = read(text, base=self.base, village=self.village, lexicon=self.lexicon)
        said = json.dumps(answer_of(id, reading), ensure_ascii=False)
        return said.encode("utf-8", "replace") + b"\n"


def reader_of(ledger: Path | None, now: str, lexicon: Path | None) -> Reader:
    """A reader for these options; `BadGiven` or `BadLexicon` says what is wrong with them."""
    if lexicon is not None and not lexicon.is_file():
        raise BadGiven(f"没有说法表 {lexicon}。\n请核对 --lexicon 后面的文件名。")
    village = village_of(_households(ledger) if ledger else [])
    return Reader(day_of(now), village, load_lexicon(lexicon))


@contextmanager
def open_messages(file: str) -> Iterator[BinaryIO]:
    """The file's lines, or for `-` those of standard input as they come."""
    if file == "-":
        yield sys.stdin.buffer
        return
    if not os.access(file, os.R_OK) or Path(file).is_dir():
        raise BadGiven(f"读不了消息文件 {file}。\n请核对文件名；- 是标准输入。")
    with Path(file).open("rb") as opened:
        yield opened


def day_of(now: str) -> date:
    """The day in the village at that ISO time; the clock's when none is given."""
    if not now:
        return WallClock().now().date()
    try:
        moment = datetime.fromisoformat(now)
        return aware(moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).date()
    except (ValueError, OverflowError) as error:
        raise BadGiven(
            f"看不懂时间“{now}”。\n--now 要写成 2026-11-20T18:30+08:00 的样子。"
        ) from error


def answer_all(
    lines: Iterable[bytes], out: BinaryIO, reader: Reader, complain: Callable[[str], None]
) -> bool:
    """One line out for each line in, at once; False when some were no messages."""
    good = True
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            out.write(reader.answer(line))
            out.flush()
        except BadLine as error:
            good = False
            complain(f"第 {number} 行没有读：{error}\n每行要写成 {EXAMPLE} 的样子。")
    return good


def _message(line: bytes) -> tuple[str | int, str]:
    """Id and text of a line."""
    try:
        given: object = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadLine("不是 UTF-8 编码。") from error
    except (ValueError, RecursionError) as error:
        raise BadLine("不是合格的 JSON。") from error
    if not isinstance(given, dict) or not {"id", "text"} <= given.keys():
        raise BadLine("缺 id 或 text。")
    id, text = given["id"], given["text"]
    if not isinstance(id, str | int) or not isinstance(text, str):
        raise BadLine("id 要是文字或整数，text 要是文字。")
    return id, HALVES.sub("\N{REPLACEMENT CHARACTER}", text)


def _households(path: Path) -> list[dict[str, object]]:
    """The household list of a file."""
    how = f"要写成 {HOUSE} 的样子。"
    try:
        given: object = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadGiven(f"读不了农户名单 {path}。\n请核对 --ledger 后面的文件名。") from error
    except (ValueError, RecursionError) as error:
        raise BadGiven(f"农户名单 {path} 不是合格的 JSON。\n{how}") from error
    if not isinstance(given, list):
        raise BadGiven(f"农户名单 {path} 不是一个列表。\n{how}")
    for number, one in enumerate(given, 1):
        if not _is_household(one):
            raise BadGiven(f"农户名单 {path} 第 {number} 户有误。\n{how}")
    return given


def _is_household(one: object) -> bool:
    if not isinstance(one, dict) or not isinstance(one.get("name"), str) or not one["name"]:
        return False
    aliases = one.get("aliases") or []
    words = [one.get("group") or "", one.get("kind") or "", aliases]
    return [type(word) for word in words] == [str, str, list] and all(
        isinstance(alias, str) for alias in aliases
    )
