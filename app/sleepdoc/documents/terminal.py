"""What was written for terminals and line printers, as the text that was to be seen there."""

import re

_ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)"  # titles, links
    r"|\x1b\]\d*;?"  # the same cut off: what follows may be text
    r"|\x1b[PX^_][^\x1b]*\x1b\\"  # pictures
    r"|\x1b\[[0-?]*[ -/]*[@-~]?"  # colours, moves
    r"|\x9b[\d;]+[@-~]"  # the same in one byte, which in text is but a broken character
    r"|\x1b[ -/]*[0-~]?"  # character sets, modes
)
_COLUMNS = re.compile(r"\x1b\[(\d{0,3})C")
"""Moves to the right, which some programs write for spaces."""


def as_shown(text: str) -> str:
    """Take out whole escape sequences (ECMA-48) and print overstruck places once."""
    if "\x1b" in text or "\x9b" in text:
        text = _ESCAPES.sub("", _COLUMNS.sub(lambda move: " " * int(move[1] or 1), text))
    if "\b" in text:
        text = "\n".join(map(_printed, text.split("\n")))
    return text


def _printed(line: str) -> str:
    """A line with backspaces in it: bold is a letter over itself, underlined one over a line."""
    if "\b" not in line:
        return line
    cells: list[str] = []
    column = 0
    for character in line:
        if character == "\b":
            column = max(0, column - 1)
            continue
        if column == len(cells):
            cells.append(character)
        elif character != "_" or cells[column].isspace():
            cells[column] = character
        column += 1
    return "".join(cells)
