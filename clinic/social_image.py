"""The picture that a shared link shows: the title in the site's own type, drawn by ourselves."""

from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

# What the Open Graph protocol's readers expect: 1.91 to 1, in pixels.
SIZE = WIDTH, HEIGHT = 1200, 630
PAPER, INK, PETAL, DEEP, SEA = "#fbf6ee", "#12393f", "#8fc1b4", "#0d3a41", "#2f7a74"
FONT = (
    Path(__file__).parent / "static/clinic/fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2"
)
MARGIN = 80
TEXT_WIDTH = 750
TITLE_BOTTOM = 470
TITLE_SIZES = (88, 80, 72, 64, 56, 48, 40)
MARK_CENTRE = (1115, 285)
MARK_SCALE = 12
COLOURS = 64  # flat areas and the edges of letters: a fifth of the bytes
_SMOOTH = 2

Point = tuple[float, float]
# One petal of the mark (clinic/images/mark.svg): cubic curves around its centre, as x + yj.
_PETAL = (
    (-9.5j, -4.2 - 12.1j, -5 - 17.7j, -1.6 - 20.7j),
    (-1.6 - 20.7j, -0.7 - 21.5j, 0.7 - 21.5j, 1.6 - 20.7j),
    (1.6 - 20.7j, 5 - 17.7j, 4.2 - 12.1j, -9.5j),
)
_EIGHTH_TURN = (1 + 1j) * 0.5**0.5


def draw(title: str, clinic_name: str) -> bytes:
    """Return a PNG of 1200 × 630 pixels with the page's title and the clinic's name."""
    file = BytesIO()
    image = _drawn(title, clinic_name).quantize(palette=_palette(), dither=Image.Dither.NONE)
    image.save(file, "PNG")
    return file.getvalue()


def _drawn(title: str, clinic_name: str) -> Image.Image:
    image = _background().copy()
    pen = ImageDraw.Draw(image)
    font, lines = _fitting(title)
    line_height = round(font.size * 1.14)
    top = max(MARGIN, (TITLE_BOTTOM + MARGIN - line_height * len(lines)) // 2)
    for number, line in enumerate(lines):
        pen.text((MARGIN, top + number * line_height), line, font=font, fill=INK)
    pen.text((MARGIN, HEIGHT - 62), clinic_name, font=_font(40, 600), fill=PAPER, anchor="lm")
    return image


@cache
def _palette() -> Image.Image:
    """Return an image with the colours that every picture has, found once: that takes long."""
    return _drawn("Which words?", "Clinic").quantize(COLOURS, dither=Image.Dither.NONE)


def _fitting(title: str) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """Return the largest type in which the title fits, and its lines; the rest is cut off."""
    room = TITLE_BOTTOM - MARGIN
    for size in TITLE_SIZES:
        font = _font(size, 700)
        lines = _wrap(title, font)
        fits = all(font.getlength(line) <= TEXT_WIDTH for line in lines)
        if fits and len(lines) * size * 1.14 <= room:
            return font, lines
    kept = [_cut(line, font) for line in lines[: int(room // (size * 1.14))]]
    return font, kept


def _wrap(text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= TEXT_WIDTH:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cut(line: str, font: ImageFont.FreeTypeFont) -> str:
    while font.getlength(line) > TEXT_WIDTH:
        line = line.rstrip("…")[:-1] + "…"
    return line


@cache
def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(FONT, size)
    font.set_variation_by_axes([weight])
    return font


@cache
def _background() -> Image.Image:
    """Return paper with the clinic's mark and a band; drawn larger first, for smooth edges."""
    image = Image.new("RGB", (WIDTH * _SMOOTH, HEIGHT * _SMOOTH), PAPER)
    pen = ImageDraw.Draw(image)
    for turn in range(8):
        pen.polygon([_turned(point, turn) for point in _outline()], fill=PETAL)
    _circle(pen, MARK_CENTRE, 8.5 * MARK_SCALE, SEA)
    _circle(pen, (MARK_CENTRE[0] - 16, MARK_CENTRE[1] + 8), 3.4 * MARK_SCALE, PAPER)
    pen.rectangle(_scaled((0, HEIGHT - 124), (WIDTH, HEIGHT)), fill=DEEP)
    return image.resize(SIZE, Image.Resampling.LANCZOS)


def _outline(steps: int = 24) -> list[complex]:
    return [_on(curve, step / steps) for curve in _PETAL for step in range(steps)]


def _on(curve: tuple[complex, complex, complex, complex], t: float) -> complex:
    """Return the point of a cubic Bézier curve at t, from 0 to 1."""
    start, leaving, arriving, end = curve
    u = 1 - t
    return u**3 * start + 3 * u * u * t * leaving + 3 * u * t * t * arriving + t**3 * end


def _turned(point: complex, eighths: int) -> Point:
    """Return a point of the mark on the enlarged drawing, turned by eighths of a circle."""
    turned = point * _EIGHTH_TURN**eighths * MARK_SCALE + complex(*MARK_CENTRE)
    return turned.real * _SMOOTH, turned.imag * _SMOOTH


def _circle(pen: ImageDraw.ImageDraw, centre: Point, radius: float, fill: str) -> None:
    (x, y), r = centre, radius
    pen.ellipse(_scaled((x - r, y - r), (x + r, y + r)), fill=fill)


def _scaled(*corners: Point) -> list[Point]:
    return [(x * _SMOOTH, y * _SMOOTH) for x, y in corners]
