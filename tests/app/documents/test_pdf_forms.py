"""Form fields, ticks and comments of a PDF stand in the text where a viewer shows them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from pdf_files import document, placed, stream, write

from sleepdoc.documents.reader import load_document
from sleepdoc.documents.types import Document

Refusal = Callable[..., str]

LABELS = [
    (72.0, 700.0, 11.0, "Surname:"),
    (72.0, 670.0, 11.0, "Insured:"),
    (72.0, 640.0, 11.0, "Class:"),
]
APPEARANCE = (
    b"/Type /XObject /Subtype /Form /BBox [0 0 200 18] /Resources << /Font << /F1 3 0 R >> >>"
)


def read(
    tmp_path: Path,
    annotations: Sequence[bytes],
    extra: Mapping[int, bytes] | None = None,
    form: bytes = b"",
    name: str = "form.pdf",
) -> Document:
    """A page with labels and with the annotations given."""
    data = document(
        [placed(LABELS)],
        root=b"/AcroForm << /Fields [] /DA (/F1 11 Tf) %s >>" % form,
        extra=extra or {},
    )
    listed = b" ".join(annotations)
    data = data.replace(b"/Type /Page /Parent", b"/Type /Page /Annots [%s] /Parent" % listed)
    return load_document(write(tmp_path, data, name))


def lines(found: Document) -> list[list[str]]:
    return [line.split() for line in found.pages[0].text.splitlines() if line]


def widget(place: bytes, rest: bytes) -> bytes:
    return b"<< /Type /Annot /Subtype /Widget /F 4 /Rect [%s] %s >>" % (place, rest)


def test_a_value_with_an_appearance_stands_beside_its_label(tmp_path: Path) -> None:
    shown = stream(b"/Tx BMC BT /F1 11 Tf 2 5 Td (Okonkwo) Tj ET EMC", APPEARANCE)
    field = widget(b"180 694 380 712", b"/FT /Tx /T (a) /V (Okonkwo) /AP << /N 5 0 R >>")
    assert lines(read(tmp_path, [field], {5: shown}))[0] == ["Surname:", "Okonkwo"]


def test_what_is_shown_counts_where_a_script_formats_the_value(tmp_path: Path) -> None:
    shown = stream(b"BT /F1 11 Tf 2 5 Td (1,350 euros) Tj ET", APPEARANCE)
    field = widget(b"180 694 380 712", b"/FT /Tx /T (a) /V (1350) /AP << /N 5 0 R >>")
    assert lines(read(tmp_path, [field], {5: shown}))[0] == ["Surname:", "1,350", "euros"]


def test_a_value_without_an_appearance_stands_there_too(tmp_path: Path) -> None:
    field = widget(b"180 694 380 712", b"/FT /Tx /T (a) /V (Okonkwo)")
    assert lines(read(tmp_path, [field]))[0] == ["Surname:", "Okonkwo"]


def test_a_stale_appearance_gives_way_to_the_value(tmp_path: Path) -> None:
    shown = stream(b"BT /F1 11 Tf 2 5 Td (Smith) Tj ET", APPEARANCE)
    field = widget(b"180 694 380 712", b"/FT /Tx /T (a) /V (Okonkwo) /AP << /N 5 0 R >>")
    found = read(tmp_path, [field], {5: shown}, form=b"/NeedAppearances true")
    assert lines(found)[0] == ["Surname:", "Okonkwo"]


def test_a_value_is_inherited_from_the_field_above(tmp_path: Path) -> None:
    field = widget(b"180 694 380 712", b"/Parent 5 0 R")
    found = read(tmp_path, [field], {5: b"<< /FT /Tx /T (a) /V (Okonkwo) /Kids [] >>"})
    assert lines(found)[0] == ["Surname:", "Okonkwo"]


@pytest.mark.parametrize(("state", "mark"), [(b"/Yes", ["[x]"]), (b"/Off", ["[", "]"])])
def test_boxes_say_whether_they_are_ticked(tmp_path: Path, state: bytes, mark: list[str]) -> None:
    tick = stream(b"BT /F1 12 Tf 2 3 Td (4) Tj ET", APPEARANCE)
    box = widget(
        b"180 666 194 680",
        b"/FT /Btn /T (b) /V %s /AS %s /AP << /N << /Yes 5 0 R >> >>" % (state, state),
    )
    assert lines(read(tmp_path, [box], {5: tick}))[1] == ["Insured:", *mark]


def test_a_choice_shows_what_a_person_reads(tmp_path: Path) -> None:
    choice = widget(
        b"180 634 380 652", b"/FT /Ch /T (c) /V (2) /Opt [[(1) (First)] [(2) (Second class)]]"
    )
    assert lines(read(tmp_path, [choice]))[2] == ["Class:", "Second", "class"]


def test_of_a_list_only_what_is_chosen_is_read(tmp_path: Path) -> None:
    shown = stream(b"BT /F1 11 Tf 12 TL 2 40 Td (First) Tj T* (Second) Tj T* (Third) Tj ET")
    shown = shown.replace(b"<< ", b"<< " + APPEARANCE.replace(b"200 18", b"200 52") + b" ")
    chosen = widget(
        b"180 600 380 652",
        b"/FT /Ch /T (c) /V (Second) /Opt [(First) (Second) (Third)] /AP << /N 5 0 R >>",
    )
    text = read(tmp_path, [chosen], {5: shown}).pages[0].text
    assert text.endswith("Class:  Second") and "First" not in text


def test_every_field_stands_behind_its_label(tmp_path: Path) -> None:
    """Fields are drawn after all labels, yet these are not two columns."""
    labels = ("Name of the vessel", "Kind of vessel", "Harbour", "Water", "Crane")
    values = {0: b"Grey Heron", 2: b"Port Askel"}
    ticks = {(1, 220): "Sailing boat", (1, 330): "Motor boat", (3, 220): "yes", (4, 220): "yes"}
    items = [(72.0, 700.0 - 30 * row, 10.0, label) for row, label in enumerate(labels)]
    items += [(x + 16.0, 700.0 - 30 * row, 10.0, label) for (row, x), label in ticks.items()]
    fields, extra = [], {}
    for row, value in values.items():
        extra[50 + row] = stream(b"BT /F1 12 Tf 2 5 Td (%s) Tj ET" % value, APPEARANCE)
        place = b"220 %d 400 %d" % (695 - 30 * row, 713 - 30 * row)
        fields.append(widget(place, b"/FT /Tx /V (%s) /AP << /N %d 0 R >>" % (value, 50 + row)))
    for row, x in ticks:
        place = b"%d %d %d %d" % (x, 697 - 30 * row, x + 12, 709 - 30 * row)
        fields.append(widget(place, b"/FT /Btn /AS /%s" % (b"On" if x > 220 else b"Off")))
    data = document([placed(items)], extra=extra).replace(
        b"/Type /Page /Parent", b"/Type /Page /Annots [%s] /Parent" % b" ".join(fields)
    )
    text = load_document(write(tmp_path, data)).pages[0].text
    assert [line for line in text.splitlines() if line] == [
        "Name of the vessel  Grey Heron",
        "Kind of vessel  [ ] Sailing boat  [x] Motor boat",
        "Harbour  Port Askel",
        "Water  [ ] yes",
        "Crane  [ ] yes",
    ]


def test_a_value_of_several_lines_begins_beside_its_label(tmp_path: Path) -> None:
    field = widget(
        b"180 640 400 706",
        b"/FT /Tx /Ff 4096 /T (a) /DA (/F1 11 Tf) /V (Two dogs on board.\\nArrives at noon.)",
    )
    text = read(tmp_path, [field]).pages[0].text
    assert text.startswith("Surname:  Two dogs on board.")


def test_frames_of_fields_that_touch_are_no_table(tmp_path: Path) -> None:
    """The wider of two frames reaches under a label that stands beside the other."""
    frames = b"120 690 90 20 re S 120 670 160 20 re S"
    items = [
        (72.0, 696.0, 10.0, "First"), (122.0, 696.0, 10.0, "Alice"),
        (216.0, 696.0, 10.0, "Last name"), (300.0, 696.0, 10.0, "Reed"),
        (72.0, 676.0, 10.0, "Born"), (122.0, 676.0, 10.0, "1902"),
    ]  # fmt: skip
    text = load_document(write(tmp_path, document([placed(items, before=frames)]))).pages[0].text
    assert [line.split() for line in text.splitlines()] == [
        ["First", "Alice", "Last", "name", "Reed"],
        ["Born", "1902"],
    ]


def test_a_note_on_a_page_that_inherits_its_size_costs_no_text(tmp_path: Path) -> None:
    note = b"<< /Type /Annot /Subtype /Text /F 4 /Rect [500 700 518 718] /Contents (Ask.) >>"
    data = document([placed([(72, 815, 11, "At the top of a sheet of A4"), *LABELS])])
    box = b"/MediaBox [0 0 595 842]"
    data = data.replace(box, b"/Annots [%s]" % note).replace(b"/Count 1", b"/Count 1 " + box)
    text = load_document(write(tmp_path, data)).pages[0].text
    assert text.startswith("At the top of a sheet of A4") and text.endswith("[Note: Ask.]")


def test_hidden_fields_and_passwords_stay_out(tmp_path: Path) -> None:
    hidden = widget(b"180 694 380 712", b"/FT /Tx /T (a) /V (Hidden)").replace(b"/F 4", b"/F 2")
    password = widget(b"180 634 380 652", b"/FT /Tx /Ff 8192 /T (c) /V (Secret)")
    text = read(tmp_path, [hidden, password]).pages[0].text
    assert "Hidden" not in text and "Secret" not in text


def test_text_written_on_the_page_is_read_in_its_place(tmp_path: Path) -> None:
    free = (
        b"<< /Type /Annot /Subtype /FreeText /F 4 /Rect [180 694 380 712] /DA (/F1 11 Tf) "
        b"/Contents (checked by Ann) >>"
    )
    assert lines(read(tmp_path, [free]))[0] == ["Surname:", "checked", "by", "Ann"]


def test_a_stamp_is_read_from_what_it_shows(tmp_path: Path) -> None:
    shown = stream(b"BT /F1 18 Tf 2 5 Td (PAID) Tj ET", APPEARANCE)
    stamp = b"<< /Type /Annot /Subtype /Stamp /F 4 /Rect [300 500 500 518] /AP << /N 5 0 R >> >>"
    assert "PAID" in read(tmp_path, [stamp], {5: shown}).pages[0].text


def test_notes_come_after_the_text(tmp_path: Path) -> None:
    note = (
        b"<< /Type /Annot /Subtype /Text /F 4 /Rect [500 700 518 718] "
        b"/Contents (Ask\\nthe mayor.) >>"
    )
    link = b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /Contents (a link) >>"
    text = read(tmp_path, [note, link]).pages[0].text
    assert text.endswith("\n\n[Note: Ask the mayor.]") and "a link" not in text


def test_an_xfa_form_is_refused_with_a_remedy(tmp_path: Path, refusal: Refusal) -> None:
    data = document(
        [placed([(72, 700, 11, "Please wait...")])],
        root=b"/NeedsRendering true /AcroForm << /Fields [] /XFA 5 0 R >>",
        extra={5: stream(b"<xdp/>")},
    )
    message = refusal(write(tmp_path, data))
    assert message.startswith("an XFA form") and "print it to a PDF" in message


def test_a_form_with_xfa_beside_its_fields_is_read(tmp_path: Path) -> None:
    field = widget(b"180 694 380 712", b"/FT /Tx /T (a) /V (Okonkwo)")
    data = document(
        [placed(LABELS)],
        root=b"/AcroForm << /Fields [6 0 R] /XFA 5 0 R >>",
        extra={5: stream(b"<xdp/>"), 6: field},
    ).replace(b"/Type /Page /Parent", b"/Type /Page /Annots [6 0 R] /Parent")
    assert lines(load_document(write(tmp_path, data)))[0] == ["Surname:", "Okonkwo"]


def test_the_cover_of_a_portfolio_is_refused_with_a_remedy(
    tmp_path: Path, refusal: Refusal
) -> None:
    data = document(
        [placed([(72, 700, 11, "For the best experience, open this in another program.")])],
        root=b"/Collection << /View /D >> "
        b"/Names << /EmbeddedFiles << /Names [(minutes.pdf) 5 0 R] >> >>",
        extra={
            5: b"<< /Type /Filespec /F (minutes.pdf) /UF (minutes.pdf) /EF << /F 6 0 R >> >>",
            6: stream(b"%PDF-1.4", b"/Type /EmbeddedFile"),
        },
    )
    message = refusal(write(tmp_path, data))
    assert "portfolio" in message and "minutes.pdf" in message and "save the files" in message
