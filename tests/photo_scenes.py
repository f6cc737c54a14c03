"""Photo-like scenes of villages, drawn by fixed arithmetic: the same name, the same picture.

`scene(name)` is one place: sky, hills, a house with its faults, trees, a yard, things lying about,
all with grain. `later(name)` is the same place on another day from a few steps away: nearer things
move more, light and shadows differ, something was mended. `RETAKES` is what is done to a picture
that is used again.
"""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from ledger.chance import Lots

SIZE = (800, 600)
ORIENTATION = 0x0112
TAKEN = 0x9003  # DateTimeOriginal, in the Exif part
EXIF_PART = 0x8769


@dataclass(frozen=True)
class View:
    """From where and when a scene is looked at; pixels, parts of one."""

    right: int = 0
    up: int = 0
    zoom: float = 1.0
    light: float = 1.0
    visit: int = 0  # another day: other grain, other shadows, other things lying about


class Dice:
    """Numbers that belong to a name."""

    def __init__(self, name: str) -> None:
        self._lots, self._name = Lots(b"scenes"), name

    def among(self, low: int, high: int, *what: object) -> int:
        """A number from low to high."""
        return low + self._lots.ticket(self._name, *what) % (high - low + 1)

    def tint(self, *what: object, low: int = 40, high: int = 220) -> tuple[int, int, int]:
        """A colour."""
        one, two, three = (self.among(low, high, *what, n) for n in range(3))
        return one, two, three


def grain(name: str, size: tuple[int, int], cells: int) -> Image.Image:
    """Grey noise of that many cells across, smooth between them."""
    wide, high = cells, max(2, cells * size[1] // size[0])
    noise = hashlib.shake_256(f"{name}/{cells}".encode()).digest(wide * high)
    return Image.frombytes("L", (wide, high), noise).resize(size, Image.Resampling.BICUBIC)


def textured(picture: Image.Image, name: str, strength: float) -> Image.Image:
    """The picture with stains of several sizes."""
    for cells in (6, 23, 80, 240):
        noise = grain(name, picture.size, cells)
        shade = Image.eval(noise, lambda v: int(128 + (v - 128) * strength)).convert("L")
        picture = ImageChops.overlay(picture, Image.merge("RGB", (shade,) * 3))
    return picture


def scene(name: str, view: View | None = None) -> Image.Image:
    """One place as a phone sees it."""
    view = view or View()
    dice, day = Dice(name), Dice(f"{name}/{view.visit}")
    picture = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(picture)
    _sky(draw, dice, day)
    _hills(draw, dice, view)
    ground = _ground(picture, name, dice, view)
    if dice.among(0, 4, "inside") == 0:
        _room(draw, dice, view)
    else:
        _houses(draw, dice, day, view, ground)
    _trees(draw, dice, view, ground)
    _things(draw, dice, view, ground, visit=0)
    _things(draw, day, view, ground, visit=1)
    _shadows(picture, day)
    picture = textured(picture, f"{name}/stains", 0.2)
    picture = _moved(picture, view)
    picture = textured(picture, f"{name}/grain{view.visit}", 0.10)
    return ImageEnhance.Brightness(picture).enhance(view.light)


def _sky(draw: ImageDraw.ImageDraw, dice: Dice, day: Dice) -> None:
    top, bottom = day.tint("sky", low=120, high=220), day.tint("haze", low=170, high=250)
    for y in range(SIZE[1]):
        part = y / SIZE[1]
        mixed = [int(a + (b - a) * part) for a, b in zip(top, bottom, strict=True)]
        draw.line((0, y, SIZE[0], y), fill=(mixed[0], mixed[1], mixed[2]))
    for n in range(day.among(0, 4, "clouds")):
        x, y = day.among(0, 800, "cloud", n), day.among(0, 150, "cloud y", n)
        draw.ellipse((x, y, x + day.among(80, 260, "cloud w", n), y + 40), fill=(240, 240, 245))


def _hills(draw: ImageDraw.ImageDraw, dice: Dice, view: View) -> None:
    for ridge in range(3):
        points = [(-200, SIZE[1])]
        for n in range(9):
            height = 120 + 60 * ridge + dice.among(0, 110, "hill", ridge, n)
            points.append((n * 150 - 200 - view.right // 4, height - view.up // 4))
        draw.polygon([*points, (1100, SIZE[1])], fill=dice.tint("hill", ridge, high=140))


def _ground(picture: Image.Image, name: str, dice: Dice, view: View) -> int:
    level = dice.among(320, 430, "ground")
    ImageDraw.Draw(picture).rectangle((0, level, *SIZE), fill=dice.tint("earth", high=170))
    return level


def _houses(draw: ImageDraw.ImageDraw, dice: Dice, day: Dice, view: View, ground: int) -> None:
    for n in range(dice.among(1, 3, "houses")):
        x = dice.among(-60, 620, "house", n) - view.right // 2
        wide, high = dice.among(150, 380, "wide", n), dice.among(90, 210, "high", n)
        base = ground + dice.among(0, 60, "base", n) - view.up // 2
        draw.rectangle((x, base - high, x + wide, base), fill=dice.tint("wall", n))
        _roof(draw, dice if n else day, (x, base - high, wide), n)
        _openings(draw, dice, (x, base, wide, high), n)


def _roof(draw: ImageDraw.ImageDraw, dice: Dice, eaves: tuple[int, int, int], n: int) -> None:
    """The first house's roof is mended between two days: its colour and its lines differ."""
    x, y, wide = eaves
    top, tint = dice.among(30, 90, "roof", n), dice.tint("tiles", n, high=160)
    draw.polygon([(x - 20, y), (x + wide // 2, y - top), (x + wide + 20, y)], fill=tint)
    for line in range(dice.among(3, 9, "lines", n)):
        at = x + line * wide // 8
        draw.line((at, y, x + wide // 2, y - top), fill=dice.tint("line", n), width=2)


def _openings(
    draw: ImageDraw.ImageDraw, dice: Dice, wall: tuple[int, int, int, int], n: int
) -> None:
    x, base, wide, high = wall
    for hole in range(dice.among(1, 4, "holes", n)):
        left = x + dice.among(10, max(11, wide - 60), "hole", n, hole)
        size = dice.among(24, 60, "hole size", n, hole)
        top = base - high + dice.among(10, 40, "hole top", n, hole)
        draw.rectangle((left, top, left + size, top + size), fill=dice.tint("hole", n, hole))
        draw.line((left + size // 2, top, left + size // 2, top + size), fill=(230, 230, 225))
    crack = x + dice.among(5, wide - 5, "crack", n)
    for step in range(8):
        to = crack + dice.among(-14, 14, "crack", n, step)
        y = base - high + step * high // 8
        draw.line((crack, y, to, y + high // 8), fill=(50, 45, 40), width=3)
        crack = to


def _room(draw: ImageDraw.ImageDraw, dice: Dice, view: View) -> None:
    """A room: walls, a bed, boxes, a bulb."""
    draw.rectangle((0, 0, *SIZE), fill=dice.tint("plaster", low=110))
    draw.polygon([(0, 600), (120, 420), (700, 420), (800, 600)], fill=dice.tint("floor"))
    for n in range(dice.among(6, 12, "boxes")):
        x, y = dice.among(0, 720, "box", n) - view.right // 2, dice.among(60, 480, "box y", n)
        wide, high = dice.among(30, 200, "box w", n), dice.among(30, 140, "box h", n)
        draw.rectangle(
            (x, y, x + wide, y + high), fill=dice.tint("box", n), outline=(40, 40, 40)
        )


def _trees(draw: ImageDraw.ImageDraw, dice: Dice, view: View, ground: int) -> None:
    for n in range(dice.among(0, 5, "trees")):
        x, high = dice.among(0, 800, "tree", n), dice.among(60, 200, "tree h", n)
        x -= view.right * 3 // 4
        draw.rectangle((x - 5, ground - high // 2, x + 5, ground + 40), fill=(70, 50, 35))
        for leaf in range(9):
            lx = x + dice.among(-high // 3, high // 3, "leaf", n, leaf)
            ly = ground - high // 2 - dice.among(0, high // 2, "leaf y", n, leaf)
            tint = (dice.among(30, 90, "g", n, leaf), dice.among(70, 150, "h", n, leaf), 50)
            draw.ellipse((lx - 22, ly - 18, lx + 22, ly + 18), fill=tint)


def _things(
    draw: ImageDraw.ImageDraw, dice: Dice, view: View, ground: int, *, visit: int
) -> None:
    """What stands about in the yard; some of it only that day."""
    for n in range(dice.among(2, 6 if visit else 10, "things", visit)):
        x = dice.among(0, 780, "thing", visit, n) - view.right
        y = dice.among(ground, 580, "thing y", visit, n) - view.up
        wide, high = dice.among(12, 90, "tw", visit, n), dice.among(10, 60, "th", visit, n)
        shape = draw.ellipse if dice.among(0, 1, "round", visit, n) else draw.rectangle
        shape((x, y - high, x + wide, y), fill=dice.tint("thing", visit, n))


def _shadows(picture: Image.Image, day: Dice) -> None:
    """The sun stands elsewhere at every visit."""
    shade = Image.new("L", SIZE, 255)
    draw = ImageDraw.Draw(shade)
    for n in range(day.among(1, 4, "shadows")):
        x, y = day.among(-100, 700, "shadow", n), day.among(150, 500, "shadow y", n)
        lean, wide = day.among(-160, 160, "lean", n), day.among(80, 300, "shadow w", n)
        draw.polygon([(x, y), (x + wide, y), (x + wide + lean, 600), (x + lean, 600)], fill=165)
    soft = shade.filter(ImageFilter.GaussianBlur(6))
    picture.paste(ImageChops.multiply(picture, Image.merge("RGB", (soft,) * 3)))


def _moved(picture: Image.Image, view: View) -> Image.Image:
    """The whole frame a little to the side and nearer."""
    if view.zoom == 1.0 and not view.right and not view.up:
        return picture
    wide, high = SIZE
    half_w, half_h = wide / view.zoom / 2, high / view.zoom / 2
    x, y = wide / 2 + view.right / 4, high / 2 + view.up / 4
    box = (x - half_w, y - half_h, x + half_w, y + half_h)
    inside = picture.crop(tuple(int(v) for v in box))
    return inside.resize(SIZE, Image.Resampling.BICUBIC)


def later(name: str, visit: int = 1) -> Image.Image:
    """The same place on another day, from a few steps away."""
    dice = Dice(f"{name}/later{visit}")
    side = 1 if dice.among(0, 1, "side") else -1
    return scene(
        name,
        View(
            side * dice.among(20, 140, "right"), dice.among(-40, 40, "up"),
            dice.among(104, 125, "zoom") / 100, dice.among(75, 120, "light") / 100, visit,
        ),
    )  # fmt: skip


# what is done to a picture that is used again
def saved(picture: Image.Image, quality: int = 85, **more: object) -> bytes:
    """As JPEG."""
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=quality, **more)
    return out.getvalue()


def scaled(picture: Image.Image, factor: float) -> Image.Image:
    """Larger or smaller."""
    size = (round(picture.width * factor), round(picture.height * factor))
    return picture.resize(size, Image.Resampling.LANCZOS)


def cropped(
    picture: Image.Image, left: float = 0, top: float = 0, right: float = 0, bottom: float = 0
) -> Image.Image:
    """Parts of one cut off each side."""
    wide, high = picture.size
    return picture.crop(
        (int(left * wide), int(top * high), int((1 - right) * wide), int((1 - bottom) * high))
    )


def screenshot(picture: Image.Image) -> Image.Image:
    """As a phone shows it: upright, black above and below, a bar of buttons."""
    page = Image.new("RGB", (720, 1280), (0, 0, 0))
    inside = scaled(picture, 720 / picture.width)
    page.paste(inside, (0, (1280 - inside.height) // 2))
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 1200, 720, 1280), fill=(28, 28, 30))
    for n in range(4):
        draw.ellipse((90 + n * 160, 1225, 120 + n * 160, 1255), fill=(235, 235, 240))
    return page


def turned(picture: Image.Image) -> bytes:
    """Stored on its side, with the note that says so."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    return saved(picture.transpose(Image.Transpose.ROTATE_90), exif=exif.tobytes())


def dated(picture: Image.Image, taken: str) -> bytes:
    """With the camera's own word on when it was taken."""
    exif = Image.Exif()
    exif.get_ifd(EXIF_PART)[TAKEN] = taken
    return saved(picture, exif=exif.tobytes())


Retake = Callable[[Image.Image], bytes]
RETAKES: dict[str, Retake] = {
    "as it is": lambda one: saved(one),
    "JPEG 70": lambda one: saved(one, 70),
    "JPEG 40": lambda one: saved(one, 40),
    "scaled 0.4": lambda one: saved(scaled(one, 0.4)),
    "scaled 1.5": lambda one: saved(scaled(one, 1.5), 75),
    "5 % off each side": lambda one: saved(cropped(one, 0.05, 0.05, 0.05, 0.05)),
    "10 % off each side": lambda one: saved(cropped(one, 0.1, 0.1, 0.1, 0.1)),
    "15 % off left and top": lambda one: saved(cropped(one, 0.15, 0.15), 75),
    "25 % off one side": lambda one: saved(cropped(one, right=0.25), 75),
    "25 % off two sides": lambda one: saved(cropped(one, 0.25, 0, 0, 0.25), 75),
    "20 % off each side": lambda one: saved(cropped(one, 0.2, 0.2, 0.2, 0.2), 75),
    "darker": lambda one: saved(ImageEnhance.Brightness(one).enhance(0.65)),
    "brighter": lambda one: saved(ImageEnhance.Brightness(one).enhance(1.3)),
    "turned by its note": turned,
    "screenshot": lambda one: saved(screenshot(one), 80),
    "border and 10 % off": lambda one: saved(
        ImageOps.expand(cropped(one, 0.1, 0, 0, 0.1), 30, (255, 255, 255)), 70
    ),
}
