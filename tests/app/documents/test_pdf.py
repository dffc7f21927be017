"""Real PDFs, the good ones read and the bad ones refused, by the real worker process."""

import base64
import importlib.util
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from pdf_files import FONT, assemble, deflated, document, encrypted, stream, typeset, write

from sleepdoc.documents.limits import Limits
from sleepdoc.documents.reader import load_document

Refusal = Callable[..., str]

SCAN = stream(b"q 500 0 0 700 40 70 cm /Im0 Do Q")
IMAGE = {
    5: stream(
        b"\0",
        b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 "
        b"/ColorSpace /DeviceGray",
    )
}
WITH_IMAGE = b"/XObject << /Im0 5 0 R >>"
# One page, "Sealed but not shut", AES-128 with an owner password only.
AES = zlib.decompress(
    base64.b85decode(
        "c-oCq&1)1f6h8<GIf;Kk1Xl#HlVmdafTi?n*N?Wg>}o}%hs-3?uHDYm*=%X`;z3ZUUIf8=4_;dE;z`g7dKT="
        ">lT`4c1ur56MKinG?c#cHn1sBS_kQn}_feQ0E1$swJ}B&bdbbTQL@*7ngJKbQ(^;yUk;!0DFsglyxI~dLTyV"
        "quKoZGhs8J+P5cr6Mh;oEutdQ0biJXPjLJ*|63<kmAATWu}kx5U4ORGx;dedsoG=MjnHWLdm@WyMp0k1*o3@"
        "dQ9$JOt19aUD<(>c(_fH`)h$ASJc7Vs*jkv6l)dE__c)WvNbFbwt)-0w{qT~j0JiX(#tP-_v?UbA_~%s9t(O"
        "vgU4PHaH-7l)vaLmm%!)n;g0Vy<+r9#IX`V&a`M^<`sgk?KKVJtz|<nX~gyp!~jJGou#4@1wh0pVvQ*KRB`Z"
        "^wqJq*@q)9H{KjRzHoQr=g?;1%Kba<hfeQo<CCw~AK&}2w{`058s*Q|cQ5WOK6!X`ZTQBwUtcC}fB$-D^3jW"
        "13m2Y|JZ=ZN!+`fNn1R$KG2c2|FcB^xkP=BH<3tjd%v#;L-tnqdC0b<~cvG;*f;coL<jhbeamaN<Llv4Jlo&"
        "@wa4cEuOV?DfRwzbD5+r=#6Hc+OIHs;BmtoP5eAj)PDM<*?5sCwB6vk2q3`H7iBEp!Oz)-^jp(th)At$pqju"
        "pa4IF!+HtKwCwJE!5Moi8ot1@*?#XlltMxzQx_hD+5Ma_~^L-yBuDScYwYT*$h@LD5z+69WVVK-~{AH!J~+V"
        "ONJ;gS2jvt`1|rU&l$Gju70Z^Mih0O8Rv{ubs_Qt!}bbZL77L#!>bvX=<V0Ztn9*oI>0=kGXLu%8>a&ASNls"
        "#3wOPT2ZMqifQBqpAP<yi5sF)5@oAP7V`b6X;_unR^kLhpin4HmBAmEI!a#"
    )
)


def test_pages_titles_and_labels_as_printed(tmp_path: Path) -> None:
    labels = (
        b"/PageLabels << /Nums [0 << /S /r /St 4 >> 2 << /S /D >> 3 << /S /D /P (A-) /St 3 >>] >>"
    )
    data = document(
        [typeset([f"This is leaf {index}."]) for index in range(1, 5)],
        root=labels,
        extra={6: b"<< /Title (On  the River\\n) >>"},
        trailer=b"/Info 6 0 R",
    )
    seen: list[tuple[int, int]] = []
    read = load_document(write(tmp_path, data), progress=lambda *done: seen.append(done))
    assert [page.text for page in read.pages] == [f"This is leaf {index}." for index in range(1, 5)]
    assert [page.label for page in read.pages] == ["iv", "v", "1", "A-3"]
    assert [page.number for page in read.pages] == [1, 2, 3, 4]
    assert (read.kind, read.title, read.notices) == ("pdf", "On the River", ())
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_without_labels_and_title_there_are_numbers_and_the_name(tmp_path: Path) -> None:
    data = document(
        [typeset(["One."]), typeset(["Two."])],
        extra={6: b"<< /Title (Microsoft Word - draft7.doc) >>"},
        trailer=b"/Info 6 0 R",
    )
    read = load_document(write(tmp_path, data, "river.pdf"))
    assert [page.label for page in read.pages] == ["1", "2"]
    assert read.title == "river"


def test_what_the_layout_broke_is_mended(tmp_path: Path) -> None:
    lines = [
        "The harbour of the old town lies at the mouth of a slow brown river, and its fortifi-",
        "cation has been mended so often that nobody can say which stones are the first ones.",
        "",
        "It rains.",
    ]
    read = load_document(write(tmp_path, document([typeset(lines)])))
    first, second = read.pages[0].text.split("\n\n")
    assert "its fortification has been mended" in first and "\n" not in first
    assert second == "It rains."


def test_words_set_apart_by_moving_the_pen_are_words(tmp_path: Path) -> None:
    """TeX draws no spaces; the width of its code 32 is that of another glyph."""
    wide = b" ".join([b"900", *[b"500"] * 94])
    font = FONT[:-2] + b"/FirstChar 32 /LastChar 126 /Widths [%s] >>" % wide
    content = stream(
        b"BT /F1 10 Tf 72 700 Td [(Up)20(loads)-210(to)-210(stable)] TJ "
        b"81.2 0 Td [(go)-210(through)] TJ ET"
    )
    read = load_document(write(tmp_path, document([content], font=font)))
    assert read.pages[0].text == "Uploads to stable go through"


def test_narrow_gaps_in_a_fixed_pitch_font_are_words_too(tmp_path: Path) -> None:
    font = FONT[:-2] + b"/FirstChar 32 /LastChar 126 /Widths [%s] >>" % b" ".join([b"525"] * 95)
    content = stream(b"BT /F1 10 Tf 72 700 Td [(from)-210(stable)-210(on)] TJ ET")
    read = load_document(write(tmp_path, document([content], font=font)))
    assert read.pages[0].text == "from stable on"


def test_control_characters_behind_a_character_map_are_cleaned(tmp_path: Path) -> None:
    table = stream(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        b"1 begincodespacerange <00> <FF> endcodespacerange\n"
        b"6 beginbfchar <41> <001B> <42> <202E> <43> <D800> <44> <FB01> <45> <0000> "
        b"<46> <DB40DC41> endbfchar\nendcmap end end"
    )
    content = stream(b"BT /F1 10 Tf 72 700 Td (xA[2Jx xBx xCx xDx xEx xFx) Tj ET")
    font = FONT[:-2] + b"/ToUnicode 6 0 R >>"
    read = load_document(write(tmp_path, document([content], font=font, extra={6: table})))
    text = read.pages[0].text
    assert "\x1b" not in text and "\0" not in text
    assert "x[2Jx" in text and "xfix" in text and "x\ufffdx" in text
    assert text.endswith(" xx")
    assert read.notices == (
        "page 1 has print whose characters the font does not tell",
        "1 invisible characters (Unicode tags) were removed",
    )


def test_an_owner_password_alone_does_not_lock(tmp_path: Path) -> None:
    data = encrypted(document([typeset(["Sealed but not shut"])]), user="", owner="own")
    assert load_document(write(tmp_path, data)).pages[0].text == "Sealed but not shut"


def test_a_user_password_locks(tmp_path: Path, refusal: Refusal) -> None:
    data = encrypted(document([typeset(["Secret."])]), user="secret", owner="own")
    assert refusal(write(tmp_path, data)).startswith("encrypted; remove the password")


def test_aes_is_read_or_what_is_missing_is_said(tmp_path: Path, refusal: Refusal) -> None:
    path = write(tmp_path, AES)
    if importlib.util.find_spec("cryptography"):
        assert load_document(path).pages[0].text == "Sealed but not shut"
    else:
        assert "install the Python package cryptography" in refusal(path)


def test_scans_are_refused_with_a_remedy(tmp_path: Path, refusal: Refusal) -> None:
    scan = document([SCAN] * 3, resources=WITH_IMAGE, extra=IMAGE)
    message = refusal(write(tmp_path, scan))
    assert message.startswith("no text on any of its 3 pages, probably scanned; ")
    assert "ocrmypdf" in message


def test_pages_without_text_are_named_and_keep_their_numbers(tmp_path: Path) -> None:
    text, blank = typeset(["Words."]), stream(b"")
    data = document([text, blank, text, SCAN, SCAN, SCAN, text], resources=WITH_IMAGE, extra=IMAGE)
    read = load_document(write(tmp_path, data))
    assert [bool(page.text) for page in read.pages] == [
        True,
        False,
        True,
        False,
        False,
        False,
        True,
    ]
    assert read.notices == ("pages 2, 4-6 have no text; skipped",)


def test_a_damaged_page_is_named_and_the_others_read(tmp_path: Path) -> None:
    broken = stream(b"not deflated at all", b"/Filter /NoSuchFilter")
    read = load_document(write(tmp_path, document([broken, typeset(["Words."])])))
    assert [page.text for page in read.pages] == ["", "Words."]
    assert read.notices == ("page 1 has damage that cannot be read through; skipped",)


def test_if_every_page_is_damaged_so_is_the_document(tmp_path: Path, refusal: Refusal) -> None:
    broken = stream(b"not deflated at all", b"/Filter /NoSuchFilter")
    assert refusal(write(tmp_path, document([broken]))).startswith("damaged PDF")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
def test_a_file_cut_short_is_refused(tmp_path: Path, refusal: Refusal, share: float) -> None:
    whole = document([typeset(["The first leaf."]), typeset(["The second leaf."])])
    path = write(tmp_path, whole[: int(share * len(whole))])
    assert refusal(path).startswith("damaged PDF")


def test_a_wrong_table_of_objects_is_repaired(tmp_path: Path) -> None:
    data = document([typeset(["The first leaf."])])
    start = data.rindex(b"startxref")
    path = write(tmp_path, data[:start] + b"startxref\n7\n%%EOF\n")
    assert load_document(path).pages[0].text == "The first leaf."


@pytest.mark.parametrize(
    ("objects", "trailer"),
    [
        pytest.param(
            {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Count 0 /Kids [] >>"},
            b"",
            id="empty tree",
        ),
        pytest.param(
            {
                1: b"<< /Type /Catalog /Pages 2 0 R >>",
                2: b"<< /Type /Pages /Count 9 /Kids [3 0 R] >>",
                3: b"<< /Type /Pages /Count 9 /Kids [2 0 R] >>",
            },
            b"",
            id="pages that hold themselves",
        ),
        pytest.param(
            {1: b"<< /Type /Catalog /Pages %s%s >>" % (b"[" * 20_000, b"]" * 20_000)},
            b"",
            id="deep nesting",
        ),
        pytest.param({1: b"<< /Type /Catalog >>"}, b"/Prev 0", id="no tree"),
    ],
)
def test_files_that_lead_nowhere_are_refused(
    tmp_path: Path, refusal: Refusal, objects: dict[int, bytes], trailer: bytes
) -> None:
    assert refusal(write(tmp_path, assemble(objects, trailer))).startswith("damaged PDF")


def test_a_table_of_objects_that_continues_in_itself_ends(tmp_path: Path, refusal: Refusal) -> None:
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
    start = assemble(objects, b"").index(b"xref\n")
    assert refusal(write(tmp_path, assemble(objects, b"/Prev %d" % start)))


def test_a_form_that_draws_itself_ends(tmp_path: Path) -> None:
    form = stream(
        b"/Fm0 Do BT /F1 10 Tf 72 700 Td (Once.) Tj ET",
        b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources 4 0 R",
    )
    data = document([stream(b"/Fm0 Do")], resources=b"/XObject << /Fm0 5 0 R >>", extra={5: form})
    assert "Once." in load_document(write(tmp_path, data)).pages[0].text


def test_a_page_that_unpacks_to_too_much_is_named_and_the_others_read(tmp_path: Path) -> None:
    bomb = deflated(bytes(40_000_000))
    read = load_document(write(tmp_path, document([typeset(["Words."]), bomb])))
    assert [page.text for page in read.pages] == ["Words.", ""]
    assert read.notices == ("page 2 has more to unpack than the safety limit; skipped",)


SLOW = deflated(b"BT /F1 1 Tf " + b"0 1 Td (a) Tj " * 60_000 + b" ET")


def test_a_slow_page_is_named_and_the_others_read(tmp_path: Path) -> None:
    path = write(tmp_path, document([typeset(["Words."]), SLOW, typeset(["More."])]))
    read = load_document(path, limits=Limits(page_seconds=0.3))
    assert [page.text for page in read.pages] == ["Words.", "", "More."]
    assert read.notices == ("page 2 has more to draw than 0.3 s allow; skipped",)


def test_if_the_only_page_is_slow_the_document_is_refused(tmp_path: Path, refusal: Refusal) -> None:
    message = refusal(write(tmp_path, document([SLOW])), limits=Limits(page_seconds=0.3))
    assert message.startswith("no text that can be read: page 1 has more to draw than 0.3 s allow")


def test_a_slow_document_is_stopped_by_processor_time(tmp_path: Path, refusal: Refusal) -> None:
    path = write(tmp_path, document([SLOW] * 4))
    message = refusal(path, limits=Limits(document_seconds=0.5, patience=1000))
    assert message.startswith("takes too much processor time, spent on page ")


def test_a_slow_document_is_stopped_by_the_clock(tmp_path: Path, refusal: Refusal) -> None:
    path = write(tmp_path, document([SLOW] * 4))
    message = refusal(path, limits=Limits(patience=0.005))
    assert message.startswith("takes too long, time ran out on page 1; ")


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(pages=2), "limit"),
        (Limits(document_characters=30), "more than 30 characters, reached on page 3"),
    ],
)
def test_documents_over_a_limit_are_refused(
    tmp_path: Path, refusal: Refusal, limits: Limits, message: str
) -> None:
    pages = [typeset(["Short."]), typeset(["Longer than the other."]), typeset(["Again."])]
    assert message in refusal(write(tmp_path, document(pages)), limits=limits)


def test_a_page_with_too_many_characters_is_named_and_the_others_read(tmp_path: Path) -> None:
    pages = [typeset(["Short."]), typeset(["Longer than the other."]), typeset(["Again."])]
    read = load_document(write(tmp_path, document(pages)), limits=Limits(page_characters=20))
    assert [page.text for page in read.pages] == ["Short.", "", "Again."]
    assert read.notices == ("page 2 has more than 20 characters; skipped",)


def test_a_page_that_needs_too_much_memory_is_named_and_the_others_read(tmp_path: Path) -> None:
    busy = deflated(b"BT /F1 1 Tf " + b"0 1 Td (aaaaaaaaaaaaaaaaaaaaaaaa) Tj " * 40_000 + b" ET")
    path = write(tmp_path, document([typeset(["Words."]), busy, typeset(["More."])]))
    read = load_document(path, limits=Limits(memory=200 << 20))
    assert [page.text for page in read.pages] == ["Words.", "", "More."]
    assert len(read.notices) == 1 and read.notices[0].startswith("page 2 has ")


def test_the_worker_ends_with_its_reader(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def stop(done: int, pages: int) -> None:
        raise Stop

    def children() -> set[str]:
        # Other tests may have left some: the helper processes of `multiprocessing` stay.
        listed = Path("/proc/thread-self/children")
        return set(listed.read_text().split()) if listed.exists() else set()

    path = write(tmp_path, document([typeset(["Words."]), SLOW]))
    before = children()
    with pytest.raises(Stop):
        load_document(path, progress=stop)
    assert children() <= before


def test_the_worker_finds_the_package_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the working directory nor the environment is searched for code."""
    (tmp_path / "pypdf.py").write_text("raise SystemExit('not this one')")
    (tmp_path / "json.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    path = write(tmp_path, document([typeset(["Words."])]))
    assert load_document(path).pages[0].text == "Words."
