"""Pictures and PDF: a bulletin or a chart set by typst, from plain data and nothing else.

The pages lie in typst/. What people have written reaches them as JSON, so it stays text; a page
reads no file outside its folder, asks no network, and the same facts give the same bytes. Chinese
needs no font of the machine: it comes with a package. A county's licensed fonts (仿宋, 小标宋, 楷体)
in its folder fonts/ are taken first for papers (documents.md §5, §6).
"""

import base64
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

import structlog
import typst
from PIL import Image

from templates.layout import load
from templates.scaled_pictures import scaled

if TYPE_CHECKING:
    from templates.looks import Looks

Facts = Mapping[str, Any]
Format = Literal["png", "pdf", "svg"]
COLOURS = 64  # of a picture
PAGES = Path(__file__).parent / "typst"
PAPER = "paper"
PPI = 144  # a card of 360 points is 720 pixels wide
ANY_DAY = 1_767_225_600  # what a PDF says it was made on: the facts carry the true day
OURS = "Noto Sans CJK SC"
ALIKE = {  # one font under its several names
    "方正小标宋简体": ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋_GBK"),
    "仿宋_GB2312": ("FangSong_GB2312", "FangSong", "仿宋", "FandolFang"),
    "楷体_GB2312": ("KaiTi_GB2312", "KaiTi", "楷体", "LXGW WenKai"),
    "黑体": ("SimHei",),
    "宋体": ("SimSun",),
}
UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
UNBROKEN = re.compile(r"[!-~]{16}(?=[!-~])")  # an address of 60 letters may be broken anywhere

KEYS = {"kind", "figure", "source"}  # read by the pages, not shown

log = structlog.get_logger(__name__)


class UnknownPage(LookupError):
    """There is no such page."""


class NotSet(Exception):
    """typst has given up on this page: some mixtures of scripts are too much for it."""


@dataclass
class Press:
    """One page with its fonts, ready to be set again and again; one at a time."""

    compiler: typst.Compiler
    families: frozenset[str]
    lock: Lock = field(default_factory=Lock)


def draw(
    name: str, facts: Facts, format: Format = "png", looks: "Looks | None" = None
) -> bytes:
    """The page `typst/<name>.typ` as a PNG or SVG of its first sheet, or a PDF of all of them.

    An unknown page is `UnknownPage`, a county's wrong paper.toml `BadPaper`, what typst cannot set
    `NotSet`. It takes some hundredths of a second: call it in a thread.
    """
    data, warnings = drawn(name, facts, format, looks)
    for one in warnings:
        log.warning("typst", page=name, said=one)
    return small(data) if format == "png" else data


def small(png: bytes) -> bytes:
    """The same picture in a palette: a third of the bytes on a member's phone and on our disk."""
    with Image.open(io.BytesIO(png)) as picture:
        whole = picture.convert("RGB")
    # the usual way of choosing colours loses the few dots of a rare one
    flat = whole.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    out = io.BytesIO()
    flat.save(out, "PNG", compress_level=6)
    return out.getvalue()


def drawn(
    name: str, facts: Facts, format: Format = "png", looks: "Looks | None" = None
) -> tuple[bytes, list[str]]:
    """The same, with what typst had to say (a font or a sign that is missing)."""
    press = _press(name, _own_fonts(looks))
    inputs = {"data": json.dumps(_data(name, facts, press, looks), ensure_ascii=False)}
    with press.lock:
        made, warnings = _set(press, inputs, format)
    first = made[0] if isinstance(made, list) else made
    if first is None:
        raise UnknownPage(name)  # nothing to print on: a page without a sheet
    return bytes(first), [one.message for one in warnings]


def _set(press: Press, inputs: dict[str, str], format: Format) -> tuple[Any, list[Any]]:
    """What typst makes of it. A panic of its is no `Exception`: it would end the whole program."""
    try:
        made, warnings = press.compiler.compile_with_warnings(
            format=format, ppi=PPI, sys_inputs=inputs, timestamp=ANY_DAY
        )
    except BaseException as why:
        if type(why).__name__ != "PanicException":
            raise
        raise NotSet(str(why)) from None
    return made, list(warnings)


# fonts
def _own_fonts(looks: "Looks | None") -> Path | None:
    folder = looks.county / "fonts" if looks and looks.county else None
    return folder if folder and folder.is_dir() else None


@cache
def fonts(county: Path | None = None) -> typst.Fonts:
    """The fonts we bring and, before them, a county's own; none of the machine's."""
    package = find_spec("manimgx_fonts_cjk")
    ours = list(package.submodule_search_locations or ()) if package else []
    folders = [*([str(county)] if county else []), *ours]
    return typst.Fonts(
        font_paths=folders, include_system_fonts=False, include_embedded_fonts=False
    )


@cache
def _press(name: str, county: Path | None) -> Press:
    path = PAGES / f"{name}.typ"
    if not name.isidentifier() or not path.is_file():
        raise UnknownPage(name)
    known = fonts(county)
    return Press(
        typst.Compiler(path, root=PAGES, font_paths=known), frozenset(known.families())
    )


# data
def _data(name: str, facts: Facts, press: Press, looks: "Looks | None") -> dict[str, Any]:
    kept = {one: _inlined(one, looks) for one in _sources(facts.get("blocks", ()))}
    data = {"facts": _tidied(facts), "kept": kept}
    return {**data, **_of_paper(press, looks)} if name == PAPER else data


def _of_paper(press: Press, looks: "Looks | None") -> dict[str, Any]:
    """What only the official page needs: a wrong paper.toml stops no card."""
    layout = asdict(load(looks.county if looks else None))
    faces = {role: _faces(name, press) for role, name in layout["fonts"].items()}
    return {"layout": layout, "faces": faces}


def _faces(name: str, press: Press) -> list[str]:
    """The font a paper asks for where the county has it; ours stands in."""
    return [*(one for one in (name, *ALIKE.get(name, ())) if one in press.families), OURS]


def _tidied(value: Any) -> Any:
    """Signs nobody sees are left out; long words of letters may be broken."""
    if isinstance(value, str):
        return UNBROKEN.sub("\\g<0>\u200b", UNSEEN.sub("", value))
    if isinstance(value, Mapping):
        return {str(key): one if key in KEYS else _tidied(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_tidied(one) for one in value]
    return value


def _sources(blocks: Iterable[Mapping[str, Any]]) -> set[str]:
    return {one["source"] for one in blocks if one.get("source")}


def _inlined(sha256: str, looks: "Looks | None") -> dict[str, Any] | None:
    """A kept photo as data inside the facts: the page opens no file. None: gone or not readable."""
    path = looks.kept(sha256) if looks else None
    small = scaled(path) if path else None
    if small is None:
        return None
    with Image.open(small) as picture:
        width, height = picture.size
    photo = base64.b64encode(small.getvalue()).decode()
    size = f'width="{width}" height="{height}"'
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
        f'<image {size} href="data:image/jpeg;base64,{photo}"/></svg>'
    )
    return {"svg": svg, "width": width, "height": height}
