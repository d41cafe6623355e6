#!/usr/bin/env python3
"""Writes pictures that tests of detection and redaction look at into the cache.

    python3 scripts/models/test_pictures.py [--cache DIR]

`test-pictures/astronaut.png` is a portrait of Eileen Collins by NASA, in the public domain: one
face. `test-pictures/car.png` is drawn here: the back of a car with one number plate. Prints the
directory. A second run does not touch the network.
"""

import argparse
import math
import pathlib
import random
import struct
import zipfile
import zlib
from typing import List, Optional, Sequence, Tuple

import fetch
import sources

_SCIKIT_IMAGE = sources.Package(
    "scikit-image==0.25.2",
    "24cc986e1f4187a12aa319f777b36008764e856e5013666a4a83f8df083c2641",
    14_785_376,
    # Only a picture is taken out of it, so the platform does not matter.
    ("--platform", "manylinux2014_x86_64", "--python-version", "3.11",
     "--implementation", "cp", "--abi", "cp311"),
)
_ASTRONAUT = "skimage/data/astronaut.png"
_ASTRONAUT_SHA256 = "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"

Colour = Tuple[int, int, int]

# Strokes of the plate's letters on a grid of 4 × 6, as polylines.
_GLYPHS = {
    "A": [[(0, 6), (2, 0), (4, 6)], [(0.8, 4), (3.2, 4)]],
    "B": [[(0, 0), (0, 6), (3, 6), (4, 5), (4, 4), (3, 3), (0, 3)], [(0, 0), (3, 0), (3.7, 1.5), (3, 3)]],
    "C": [[(4, 1), (3, 0), (1, 0), (0, 1), (0, 5), (1, 6), (3, 6), (4, 5)]],
    "D": [[(0, 0), (0, 6), (2.5, 6), (4, 4.5), (4, 1.5), (2.5, 0), (0, 0)]],
    "1": [[(1, 1.2), (2.2, 0), (2.2, 6)]],
    "2": [[(0, 1), (1, 0), (3, 0), (4, 1), (4, 2), (0, 6), (4, 6)]],
    "3": [[(0, 0.6), (1, 0), (3, 0), (4, 1.2), (3, 3), (1.5, 3)], [(3, 3), (4, 4.5), (3, 6), (1, 6), (0, 5.2)]],
    "-": [[(1, 3), (3, 3)]],
}


class Canvas:
    """A grid of pixels to draw on, x to the right and y down."""

    def __init__(self, width: int, height: int, colour: Colour) -> None:
        self.width, self.height = width, height
        self.rows: List[List[Colour]] = [[colour] * width for _ in range(height)]

    def rectangle(self, x0: int, y0: int, x1: int, y1: int, colour: Colour) -> None:
        """Fills columns x0..x1 of rows y0..y1, ends included."""
        for y in range(max(y0, 0), min(y1 + 1, self.height)):
            left, right = max(x0, 0), min(x1 + 1, self.width)
            self.rows[y][left:right] = [colour] * (right - left)

    def ellipse(self, x: int, y: int, rx: int, ry: int, colour: Colour, lowest: int = 1 << 30) -> None:
        """Fills an ellipse, as far down as the row `lowest`."""
        for dy in range(-ry, min(ry, lowest - y) + 1):
            half = int(rx * math.sqrt(1 - (dy / ry) ** 2))
            self.rectangle(x - half, y + dy, x + half, y + dy, colour)

    def stroke(self, points: Sequence[Tuple[float, float]], width: float, colour: Colour) -> None:
        """Draws a polyline with soft edges."""
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        for y in range(int(min(ys) - width), int(max(ys) + width) + 2):
            for x in range(int(min(xs) - width), int(max(xs) + width) + 2):
                distance = min(_distance(x, y, a, b) for a, b in zip(points, points[1:]))
                cover = min(1.0, max(0.0, width / 2 + 0.5 - distance))
                old = self.rows[y][x]
                self.rows[y][x] = tuple(round(o + (c - o) * cover) for o, c in zip(old, colour))

    def png(self) -> bytes:
        """The picture as an 8-bit RGB PNG."""
        lines = b"".join(b"\0" + bytes(v for pixel in row for v in pixel) for row in self.rows)

        def chunk(kind: bytes, data: bytes) -> bytes:
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
                + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b""))


def _distance(x: float, y: float, a: Tuple[float, float], b: Tuple[float, float]) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = max(0.0, min(1.0, ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy)))
    return math.hypot(x - a[0] - along * dx, y - a[1] - along * dy)


# The plate of `car()`: left, top, right, bottom.
PLATE = (260, 285, 380, 311)


def car() -> Canvas:
    """The back of a car on a road, 640×480, with the plate AB-123-CD at `PLATE`."""
    body, glass, dark = (45, 50, 60), (30, 30, 30), (20, 20, 20)
    canvas = Canvas(640, 480, (150, 150, 150))
    canvas.rectangle(0, 320, 639, 479, (90, 90, 90))
    noise = random.Random(0)
    canvas.rows = [
        [tuple(max(0, min(255, round(v + noise.gauss(0, 4)))) for v in pixel) for pixel in row]
        for row in canvas.rows
    ]
    x, y = 320, 280
    canvas.ellipse(x, y - 60, 140, 90, body, lowest=y - 60)
    canvas.ellipse(x, y - 62, 115, 65, glass, lowest=y - 62)
    canvas.rectangle(x - 170, y - 60, x + 170, y + 90, body)
    canvas.rectangle(x - 170, y + 55, x + 170, y + 90, (31, 35, 42))
    for side in (-1, 1):
        lamp = x + side * 150
        canvas.rectangle(lamp - 20, y - 30, lamp + 20, y, (200, 40, 40))
        canvas.ellipse(x + side * 120, y + 95, 28, 28, dark)
    left, top, right, bottom = PLATE
    canvas.rectangle(left - 2, top - 2, right + 2, bottom + 2, dark)
    canvas.rectangle(left, top, right, bottom, (245, 245, 245))
    canvas.rectangle(left, top, left + 10, bottom, (20, 60, 160))
    for place, letter in enumerate("AB-123-CD"):
        for line in _GLYPHS[letter]:
            points = [(left + 15 + place * 11.6 + px * 1.9, top + 6 + py * 2.4) for px, py in line]
            canvas.stroke(points, 2.2, (10, 10, 10))
    return canvas


def write(cache: pathlib.Path) -> pathlib.Path:
    """Makes the pictures that are missing and returns their directory."""
    folder = cache / "test-pictures"
    folder.mkdir(parents=True, exist_ok=True)
    astronaut = folder / "astronaut.png"
    if fetch.sha256_of(astronaut) != _ASTRONAUT_SHA256:
        with zipfile.ZipFile(fetch.fetch_wheel(_SCIKIT_IMAGE, cache)) as archive:
            data = archive.read(_ASTRONAUT)
        fetch.write_atomically(astronaut, fetch.check("astronaut.png", _ASTRONAUT_SHA256, data))
    fetch.write_atomically(folder / "car.png", car().png())
    return folder


def main(arguments: Optional[Sequence[str]] = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Write pictures for tests of detection.")
    parser.add_argument("--cache", type=pathlib.Path, default=None)
    chosen = parser.parse_args(arguments)
    try:
        print(write(chosen.cache or fetch.default_cache()))
    except fetch.Problem as problem:
        fetch.fail(str(problem))


if __name__ == "__main__":
    main()
