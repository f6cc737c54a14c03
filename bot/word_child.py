"""A county's own Word page is looked at and filled in by a limited process, never by this one.

The process is `bot/word_inside.py`: 512 MB, 10 s of processor, 16 MB out; 20 s by the wall here.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from ledger.errors import Refused
from templates.looks import DOCX, Looks, Made
from templates.word_sample import SAMPLE

INSIDE = Path(__file__).with_name("word_inside.py")
MOST_BYTES = 5 * 1024 * 1024
PATIENCE = 20  # seconds by the wall; the process itself may use ten of processor time
REFUSALS = {
    "locked": "word_templates.locked",
    "old_format": "word_templates.old_format",
    "too_big": "word_templates.too_big",
    "other_format": "word_templates.other_format",
    "too_heavy": "word_templates.too_heavy",
    "damaged": "word_templates.damaged",
    "programs": "word_templates.programs",
    "outside": "word_templates.outside",
    "unknown": "word_templates.unknown",
    "forbidden": "word_templates.forbidden",
    "tags": "word_templates.tags",
}


def try_out(page: bytes, looks: Looks | None = None) -> bytes:
    """The page filled in with invented facts that show every part of a paper.

    `Refused` (word_templates.*) says in plain words what is wrong with the page.
    """
    return _made(page, SAMPLE, looks or Looks())


def render(facts: Mapping[str, Any], looks: Looks) -> bytes:
    """The paper on the page that `facts["template"]` names; `Refused` when that cannot be done.

    The caller goes back to our own page then (`templates.word.write`) and tells the county once
    (`WordDesk.note_fault`). Slow: belongs into a thread.
    """
    path = looks.kept(facts["template"])
    if path is None:
        raise Refused("word_templates.gone")
    return _made(path.read_bytes(), facts, looks)


def make(facts: Mapping[str, Any], looks: Looks) -> Made:
    """The same as a file of templates/forms.py."""
    return Made(render(facts, looks), DOCX, ".docx")


def _made(page: bytes, facts: Mapping[str, Any], looks: Looks) -> bytes:
    order = {
        "facts": dict(facts),
        "county": str(looks.county.resolve()) if looks.county else "",
        "files": str(looks.files.resolve()) if looks.files else "",
    }
    with TemporaryFile() as handed, TemporaryFile() as told:
        handed.write(json.dumps(order).encode() + b"\n" + page)
        handed.seek(0)
        _run(handed, told)
        told.seek(0)
        return _told(told.readline(), told.read())


def _run(handed: Any, told: Any) -> None:
    try:
        ended = subprocess.run(
            [sys.executable, "-I", str(INSIDE)], stdin=handed, stdout=told,
            stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False, env={"LC_ALL": "C.UTF-8"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Refused("word_templates.too_heavy") from None
    if ended.returncode:  # stopped, perhaps in the middle of a paper
        raise Refused("word_templates.too_heavy")


def _told(head: bytes, made: bytes) -> bytes:
    """The paper, if the process came to its end; one that was stopped says nothing."""
    if not head.endswith(b"\n"):
        raise Refused("word_templates.too_heavy")
    kind, *rest = json.loads(head)
    if kind == "made":
        return made
    reason, detail = rest
    raise Refused(REFUSALS[reason], detail=detail)
