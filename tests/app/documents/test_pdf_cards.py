"""Reference cards: dense short lines in cells, on sides of a page that are read in turn."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from pdf_files import Item, document, placed, write

from sleepdoc.documents.reader import load_document

Section = tuple[str, Sequence[tuple[str, str]]]

FILES: Section = (
    "Files",
    (
        ("ls", "list a folder"),
        ("cp a b", "copy a file to another"),
        ("mv a b", "rename it"),
        ("rm a", "remove it for good"),
        ("touch a", "make an empty one"),
    ),
)
SEARCH: Section = (
    "Search",
    (
        ("grep x a", "lines with x in them"),
        ("find . -name x", "files that are called x"),
        ("which x", "where a program is"),
        ("locate x", "the same from an index"),
    ),
)
PROCESSES: Section = (
    "Processes",
    (
        ("ps", "show what runs"),
        ("top", "show it again and again"),
        ("kill n", "end one by its number"),
        ("nice x", "run it when there is time"),
        ("jobs", "show your own"),
        ("fg", "go back to the last"),
    ),
)
NETWORK: Section = (
    "Network",
    (
        ("ping h", "is it there"),
        ("ssh h", "log in to another machine"),
        ("scp a h:b", "copy a file to it"),
    ),
)
DISKS: Section = (
    "Disks",
    (
        ("df", "room that is left"),
        ("du a", "room that a folder takes"),
        ("mount d", "use a disk"),
        ("umount d", "leave off using it"),
    ),
)
COLUMNS = ((FILES, SEARCH), (PROCESSES, NETWORK), (DISKS,))


def side(
    x: float,
    sections: Sequence[Section],
    *,
    face: str = "Mono",
    leading: float = 10,
    top: float = 760,
) -> Iterator[Item]:
    """The lines of a side, its cells from left to right."""
    y = top
    for title, entries in sections:
        yield x, y, 9.0, title, "Bold"
        y -= 1.3 * leading
        for command, meaning in entries:
            yield x, y, 8.0, command, face
            yield x + 75, y, 8.0, meaning
            y -= leading
        y -= 0.6 * leading


def expected(columns: Sequence[Sequence[Section]]) -> list[str]:
    return [
        line
        for sections in columns
        for title, entries in sections
        for line in (title, *map("  ".join, entries))
    ]


def read(tmp_path: Path, items: Sequence[Item], before: bytes = b"") -> list[str]:
    """The lines of a page that are not empty."""
    data = document([placed(items, before=before)])
    return load_document(write(tmp_path, data)).pages[0].text.replace("\n\n", "\n").split("\n")


def by_rows(items: Sequence[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (-item[1], item[0]))


@pytest.mark.parametrize("face", ["Mono", "Bold", "F1"])
@pytest.mark.parametrize("count", [2, 3])
def test_sides_drawn_in_turn(tmp_path: Path, count: int, face: str) -> None:
    items = [
        item
        for at, part in enumerate(COLUMNS[:count])
        for item in side(40 + 180 * at, part, face=face)
    ]
    assert read(tmp_path, items) == expected(COLUMNS[:count])


@pytest.mark.parametrize("face", ["Mono", "Bold", "F1"])
@pytest.mark.parametrize("count", [2, 3])
def test_sides_drawn_by_rows(tmp_path: Path, count: int, face: str) -> None:
    items = [
        item
        for at, part in enumerate(COLUMNS[:count])
        for item in side(40 + 180 * at, part, face=face)
    ]
    assert read(tmp_path, by_rows(items)) == expected(COLUMNS[:count])


@pytest.mark.parametrize("drawn", [list, by_rows], ids=["in turn", "by rows"])
def test_headings_over_rules(tmp_path: Path, drawn: Callable[[list[Item]], list[Item]]) -> None:
    items = [item for at, part in enumerate(COLUMNS) for item in side(40 + 180 * at, part)]
    rules = b" ".join(
        b"%g %g m %g %g l S" % (item[0], item[1] - 3, item[0] + 165, item[1] - 3)
        for item in items
        if item[4:] == ("Bold",)
    )
    assert read(tmp_path, drawn(items), rules + b" ") == expected(COLUMNS)


def test_many_headings_over_rules_with_long_meanings(tmp_path: Path) -> None:
    """Four rules of one width above each other are no table."""
    sections = [
        (title, [(f"{title.lower()} {command}", f"what {command} does") for command in "abc"])
        for title in ("One", "Two", "Three", "Four", "Five")
    ]
    items: list[Item] = []
    rules = []
    for at, part in enumerate((sections, sections[::-1])):
        for item in side(40 + 250 * at, part, leading=20):
            items.append(item)
            if item[4:] == ("Bold",):
                rules.append(
                    b"%g %g m %g %g l S" % (item[0], item[1] - 3, item[0] + 220, item[1] - 3)
                )
            elif item[4:] == ():
                items.append((item[0], item[1] - 9, 8.0, "and when it does it"))
    lines = expected((sections, sections[::-1]))
    lines = [f"{line} and when it does it" if "  " in line else line for line in lines]
    assert read(tmp_path, items, b" ".join(rules) + b" ") == lines


def test_baselines_of_their_own(tmp_path: Path) -> None:
    """Sides without headings, drawn by rows."""
    left = [item for item in side(40, COLUMNS[0]) if item[4:] != ("Bold",)]
    right = [item for item in side(300, COLUMNS[1], leading=11.3) if item[4:] != ("Bold",)]
    lines = [line for line in expected(COLUMNS[:2]) if "  " in line]
    assert read(tmp_path, by_rows(left + right)) == lines


def test_rows_of_a_wide_table_stay_rows(tmp_path: Path) -> None:
    """With headings in bold, cells in two faces, and a group of rows that has a name."""
    head = ("Command", "Meaning", "Example", "Result")
    rows = [
        (command, meaning, f"{command} /tmp", f"case {at}")
        for at, (command, meaning) in enumerate((*FILES[1], *SEARCH[1]))
    ]
    xs = (40, 150, 300, 400)
    items: list[Item] = [(x, 700.0, 8.0, text, "Bold") for x, text in zip(xs, head)]
    for level, row in enumerate(rows):
        y = 688.0 - 10 * level - 12 * (level >= len(FILES[1]))
        items += [(x, y, 8.0, text, face) for x, text, face in zip(xs, row, ("Mono", "F1") * 2)]
    items.append((40.0, 688.0 - 10 * len(FILES[1]), 8.0, "Searching", "Bold"))
    lines = ["  ".join(row) for row in (head, *rows)]
    lines.insert(1 + len(FILES[1]), "Searching")
    assert read(tmp_path, by_rows(items)) == lines


def test_years_over_columns_of_numbers_are_no_headings(tmp_path: Path) -> None:
    items: list[Item] = [
        (130.0, 700.0, 9.0, "Before", "Bold"),
        (260.0, 700.0, 9.0, "After", "Bold"),
    ]
    lines = ["Before    After"]
    for at, port in enumerate(("Bergen", "Oslo", "Moss", "Drammen", "Horten", "Larvik")):
        row = (port, *(str(17 * at + 31 * step) for step in range(4)))
        items += [(x, 688.0 - 10 * at, 8.0, cell) for x, cell in zip((40, 130, 190, 260, 320), row)]
        lines.append("  ".join(row))
    assert read(tmp_path, items) == lines


def test_labels_beside_entries_with_headings_stay_with_them(tmp_path: Path) -> None:
    """A curriculum vitae: years at the left, posts in bold at the right."""
    items: list[Item] = []
    lines = []
    posts = (
        ("2019-2021", "Engineer"),
        ("2016-2019", "Clerk"),
        ("2014-2016", "Pilot"),
        ("2012-2014", "Cook"),
    )
    for at, (years, post) in enumerate(posts):
        y = 700.0 - 40 * at
        items += [(40.0, y, 9.0, years), (140.0, y, 9.0, post, "Bold")]
        items += [(140.0, y - 11 * step, 9.0, f"{post} in part {step}") for step in (1, 2)]
        lines += [years, post, f"{post} in part 1", f"{post} in part 2"]
    for drawn in (items, by_rows(items)):
        found = " ".join(read(tmp_path, drawn))
        assert [found.index(line) for line in lines] == sorted(found.index(line) for line in lines)


def test_lines_of_a_listing_beside_the_numbers_of_a_figure_stay_lines(tmp_path: Path) -> None:
    code = (
        "begin graph",
        "size 6 3",
        "x2ticks length 0.6 of them",
        "x2subticks color red",
        "end graph",
    )
    items: list[Item] = [(72.0, 700.0 - 11 * at, 9.0, line, "Mono") for at, line in enumerate(code)]
    items += [(300.0, 700.0, 8.0, "10"), (300.0, 656.0, 8.0, "0")]
    assert "\n".join(code[1:4]) in "\n".join(read(tmp_path, items))


def test_a_command_is_a_cell_though_its_meaning_ends_in_the_same_face(tmp_path: Path) -> None:
    commands = ("break;", "continue;", "return x;", "exit();", "abort(x);")
    items: list[Item] = []
    for at, command in enumerate(commands):
        y = 700.0 - 10 * at
        items += [(40.0, y, 8.0, "leave the"), (76.0, y, 8.0, "loop", "Mono")]
        items.append((140.0, y, 8.0, command, "Mono"))
    assert read(tmp_path, items) == [f"leave the loop  {command}" for command in commands]
