"""LibreOffice for one test: a .docx as pages of pixels, with our fonts' names mapped (documents §4)."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

SOFFICE = shutil.which("soffice")
DPI = 300
MM = DPI / 25.4  # pixels
SONG, HEI = "Noto Serif CJK SC", "Noto Sans CJK SC"
MAPPED = {
    "仿宋_GB2312": SONG, "楷体_GB2312": SONG, "方正小标宋简体": SONG, "宋体": SONG, "黑体": HEI,
}  # fmt: skip
MATCH = (
    '<match target="pattern"><test name="family"><string>{name}</string></test>'
    '<edit name="family" mode="assign" binding="strong"><string>{font}</string></edit></match>'
)


def has_font() -> bool:
    """Whether the fonts that stand in for the named ones are there."""
    found = subprocess.run(["fc-list", SONG], capture_output=True, check=False).stdout
    return bool(found)


def pages(paper: bytes, folder: Path) -> list[Any]:
    """Each page as a black-and-white picture (marks white), 300 dots an inch; and the coloured ones.

    One profile of its own: two runs with the same one block each other.
    """
    import pypdfium2

    (folder / "paper.docx").write_bytes(paper)
    maps = "".join(MATCH.format(name=name, font=font) for name, font in MAPPED.items())
    fonts = folder / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?><fontconfig><include>/etc/fonts/fonts.conf</include>'
        f"{maps}</fontconfig>",
        encoding="utf-8",
    )
    subprocess.run(
        [str(SOFFICE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
         "--convert-to", "pdf", "--outdir", str(folder), str(folder / "paper.docx")],
        env={**os.environ, "FONTCONFIG_FILE": str(fonts)}, capture_output=True, check=True,
        timeout=120,
    )  # fmt: skip
    opened = pypdfium2.PdfDocument(folder / "paper.pdf")
    try:
        return [page.render(scale=DPI / 72).to_pil().convert("RGB") for page in opened]
    finally:
        opened.close()


def dark(page: Any) -> Any:
    """Where the page has black marks."""
    return page.convert("L").point(lambda value: 255 if value < 110 else 0)


def red(page: Any) -> Any:
    """Where the page is red."""
    strong, green, _blue = page.split()
    from PIL import ImageChops

    full = strong.point(lambda value: 255 if value > 180 else 0)
    none = green.point(lambda value: 255 if value < 100 else 0)
    return ImageChops.darker(full, none)


def bands(marks: Any, *, across: bool) -> list[tuple[float, float]]:
    """Where marks begin and end, from the top (or from the left when `across`), in mm."""
    columns, rows = marks.getprojection()
    found, start = list[tuple[float, float]](), None
    for place, there in enumerate([*(columns if across else rows), 0]):
        if there and start is None:
            start = place
        elif not there and start is not None:
            found.append((start / MM, place / MM))
            start = None
    return found
