"""What a Word page is made of, part by part: nothing in it runs, fetches, or points outside.

Looked at as the library has read it, which is what it writes again: another prefix, a letter
written as a number or a part with an odd name hide nothing. Only inside `bot/word_inside.py`.
"""

import re
from collections.abc import Iterator
from typing import Any

from docx.document import Document as Paper
from docx.oxml.parser import parse_xml

RUNS = frozenset((
    "altChunk", "attachedTemplate", "control", "mailMerge", "object", "OLEObject", "script",
    "subDoc", "taskpane", "webextension",
))  # fmt: skip
RELATED = frozenset((
    "aFChunk", "attachedTemplate", "attachedToolbars", "control", "extensibility", "frame",
    "keyMapCustomizations", "mailMergeHeaderSource", "mailMergeSource", "oleObject", "package",
    "subDocument", "vbaProject", "wordVbaData",
))  # fmt: skip
KINDS = re.compile(r"image/|application/(?:vnd\.openxmlformats-.*obfuscatedFont|x-font)", re.I)
LIVE_KINDS = re.compile(r"macroEnabled|vba|activeX|oleObject|customUI|webextension", re.I)
FIELDS = frozenset((  # they count, number or repeat what is on the page
    "=", "AUTHOR", "CREATEDATE", "DATE", "DOCPROPERTY", "EQ", "FORMCHECKBOX", "FORMDROPDOWN",
    "FORMTEXT", "IF", "NUMPAGES", "PAGE", "PAGEREF", "REF", "SAVEDATE", "SECTION",
    "SECTIONPAGES", "SEQ", "STYLEREF", "SUBJECT", "SYMBOL", "TIME", "TITLE",
))  # fmt: skip
ADDRESSES = frozenset(("src", "href", "althref"))
INSIDE = ("#", "data:image/")  # how an address begins that leads nowhere else
FIRST = re.compile(r"\s*(=|[A-Za-z]*)")


def faults(paper: Paper) -> Iterator[str]:
    """Why this paper is not taken: 'programs' or 'outside', once for each thing found."""
    package: Any = paper.part.package
    for one in package.iter_rels():
        if one.is_external:
            yield "outside"
        elif one.reltype.rpartition("/")[2] in RELATED:
            yield "programs"
    for part in package.iter_parts():
        if LIVE_KINDS.search(part.content_type):
            yield "programs"
        elif part.content_type.endswith("xml"):
            yield from _of_tree(_tree(part))
        elif not KINDS.match(part.content_type):
            yield "programs"


def _tree(part: Any) -> Any:
    """A part's elements; the library has read only some of the parts itself."""
    if (read := getattr(part, "element", None)) is not None:
        return read
    return parse_xml(part.blob)


def _of_tree(tree: Any) -> Iterator[str]:
    for one in tree.iter("*"):
        if _plain(one.tag) in RUNS:
            yield "programs"
        for name, value in one.attrib.items():
            address = value if _plain(name) in ADDRESSES else ""
            if address and not address.startswith(INSIDE):
                yield "outside"
    if not FIELDS.issuperset(_fields(tree)):
        yield "outside"


def _fields(tree: Any) -> Iterator[str]:
    """The first word of each field, however it is cut up; '' where there is none."""
    open_ones: list[str] = []
    for one in tree.iter("*"):
        name = _plain(one.tag)
        if name == "fldSimple":
            yield _first_word(_attribute(one, "instr"))
        elif name in ("instrText", "delInstrText"):
            open_ones = [*open_ones[:-1], "".join((*open_ones[-1:], one.xpath("string()")))]
        elif name == "fldChar" and (kind := _attribute(one, "fldCharType")) == "begin":
            open_ones.append("")
        elif name == "fldChar" and kind == "end" and open_ones:
            yield _first_word(open_ones.pop())
    yield from map(_first_word, open_ones)


def _first_word(code: str) -> str:
    found = FIRST.match(code)
    return found[1].upper() if found else ""


def _plain(name: str) -> str:
    """A name without what it belongs to."""
    return name.rpartition("}")[2]


def _attribute(element: Any, name: str) -> str:
    """By its plain name, whatever the prefix."""
    found = (value for key, value in element.attrib.items() if _plain(key) == name)
    return str(next(found, ""))
