"""Scanned pages: drawn by PDFium and read by Tesseract, if it is installed and asked for."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sleepdoc.errors import DocumentError

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

    from sleepdoc.documents.pdf_lines import Line

PROGRAM = "tesseract"
_RESOLUTION = 300
"""Dots per inch, which Tesseract was trained on."""
_MOST_DOTS = 40_000_000
_LEAST_CONFIDENCE = 20
_DEFAULT_LANGUAGE = "eng"
_HEIGHT = 0.9
"""Of a line's height: its font size."""


def recogniser() -> str:
    """The path of the program that reads pictures of text.

    Raises:
        DocumentError: it is not installed.
    """
    found = shutil.which(PROGRAM)
    if found is None:
        raise DocumentError(f"{PROGRAM} is not installed; install it to read scanned pages")
    return found


def recognised(page: "PdfPage", program: str, seconds: float) -> "list[Line]":
    """The lines that Tesseract sees on a page.

    Raises:
        subprocess.SubprocessError, OSError: it failed, or took longer than `seconds`.
    """
    width, height = page.get_size()
    scale = min(_RESOLUTION / 72, (_MOST_DOTS / max(1.0, width * height)) ** 0.5)
    languages = "+".join(_languages(program)) or _DEFAULT_LANGUAGE
    answer = subprocess.run(
        [program, "-", "-", "-l", languages, "--dpi", str(round(72 * scale)), "tsv"],
        input=_picture(page, scale),
        capture_output=True,
        timeout=seconds,
        check=True,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )
    rows = answer.stdout.decode("utf-8", "replace").splitlines()[1:]
    return _lines(rows, scale, height)


def _languages(program: str) -> list[str]:
    listed = subprocess.run([program, "--list-langs"], capture_output=True, timeout=20, check=True)
    return [name for name in listed.stdout.decode().splitlines()[1:] if name != "osd"]


def _picture(page: "PdfPage", scale: float) -> bytes:
    """The page as a portable graymap."""
    bitmap = page.render(scale=scale, grayscale=True)
    dots, stride = memoryview(bitmap.buffer).cast("B"), bitmap.stride
    rows = (dots[stride * row : stride * row + bitmap.width] for row in range(bitmap.height))
    return b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + b"".join(rows)


def _lines(rows: Iterable[str], scale: float, height: float) -> "list[Line]":
    """Tesseract's table of words, a row each, as lines."""
    words: dict[tuple[str, ...], list[tuple[str, float, float, float, float]]] = {}
    for row in rows:
        fields = row.split("\t")
        if len(fields) == 12 and fields[11].strip() and float(fields[10]) >= _LEAST_CONFIDENCE:
            left, top, width, tall = (float(value) / scale for value in fields[6:10])
            word = (fields[11], left, left + width, height - top - tall, tall)
            words.setdefault(tuple(fields[2:5]), []).append(word)
    blocks = {block: number for number, block in enumerate(dict.fromkeys(key[0] for key in words))}
    lines: list[Line] = []
    for (block, *_), line in words.items():
        size = round(_HEIGHT * max(word[4] for word in line), 1)
        lines.append(
            (
                " ".join(word[0] for word in line),
                round(line[0][1], 1),
                round(line[-1][2], 1),
                round(min(word[3] for word in line), 1),
                size,
                False,
                False,
                blocks[block],
                False,
                True,
            )
        )
    return lines
