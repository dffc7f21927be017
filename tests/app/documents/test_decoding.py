"""Bytes in encodings people have come back as the letters they were."""

import itertools

import pytest

from sleepdoc.documents.decoding import decode
from sleepdoc.errors import DocumentError

GERMAN = "Der Grüne Fluß trägt Äpfel über die Brücke. Schön, daß es Öl gibt."
FRENCH = "L'été où j'étais à la forêt, le garçon a mangé des crêpes à Noël, très agréable, naïve."
POLISH = "Zażółć gęślą jaźń. W Szczebrzeszynie chrząszcz brzmi w trzcinie i z tego słynie."
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy. Dům stál na kopci a děti si hrály u řeky."
HUNGARIAN = "Árvíztűrő tükörfúrógép. A kertben öt piros virág nőtt, és a kutya ugatott."
RUSSIAN = "Смотритель маяка каждую ночь записывал в книгу о ветре и кораблях, что шли мимо."
GREEK = "Ο φύλακας του φάρου έγραφε στο βιβλίο του κάθε νύχτα για τον άνεμο και τα πλοία."
TURKISH = "Fener bekçisi her gece defterine rüzgârı ve geçen gemileri yazdı. Şişli'de ağaç."
HEBREW = "שומר המגדלור כתב בספרו כל לילה על הרוח ועל האוניות שעברו."
ARABIC = "كان حارس المنارة يكتب في كتابه كل ليلة عن الريح والسفن التي مرت."
JAPANESE = "灯台守は毎晩、風と通り過ぎる船のことを本に書いた。犬の名前はビスケットである。"
CHINESE = "灯塔看守人每天晚上都在他的书里写下风和经过的船只。狗的名字叫饼干。"
TRADITIONAL = "燈塔看守人每天晚上都在他的書裡寫下風和經過的船隻。狗的名字叫餅乾。"
KOREAN = "등대지기는 매일 밤 바람과 지나가는 배에 대해 책에 썼다. 개의 이름은 비스킷이다."
THAI = "ผู้ดูแลประภาคารเขียนในสมุดของเขาทุกคืนเกี่ยวกับลมและเรือที่ผ่านไป"


@pytest.mark.parametrize("times", [1, 40])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "cp1252"),
        (GERMAN, "cp850"),
        (GERMAN, "mac-roman"),
        (FRENCH, "cp1252"),
        (FRENCH, "mac-roman"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859-2"),
        (CZECH, "cp1250"),
        (CZECH, "iso8859-2"),
        (HUNGARIAN, "cp1250"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "cp866"),
        (GREEK, "iso8859-7"),
        (TURKISH, "cp1254"),
        (HEBREW, "cp1255"),
        (ARABIC, "cp1256"),
        (JAPANESE, "shift-jis"),
        (JAPANESE, "euc-jp"),
        (JAPANESE, "iso2022-jp"),
        (CHINESE, "gb18030"),
        (TRADITIONAL, "big5"),
        (KOREAN, "euc-kr"),
        (THAI, "tis-620"),
    ],
)
def test_the_letters_come_back(text: str, encoding: str, times: int) -> None:
    data = (text * times).encode(encoding)
    read, notices = decode(data)
    assert read == text * times
    assert decode(data) == (read, notices)
    assert encoding == "iso2022-jp" or notices[0].startswith("not UTF-8; read as ")


def test_no_byte_is_dropped() -> None:
    """Every byte beyond ASCII leaves a character, a mark if nothing else."""
    for pair in itertools.product((0x81, 0x8D, 0x8F, 0x90, 0x9D, 0xA0, 0xFF), repeat=2):
        data = b"The keeper wrote: caf" + bytes(pair) + b" and more words in plain English."
        read, _ = decode(data)
        assert not any(0x80 <= ord(character) < 0xA0 for character in read)
        assert len(read) >= len(data) - 1


def test_what_the_document_declares_goes_before_a_guess() -> None:
    data = GERMAN.encode("mac-roman")
    assert decode(data, "macintosh") == (GERMAN, [])
    assert decode("“Café”".encode("cp1252"), "ISO-8859-1") == ("“Café”", [])
    for nonsense in ("no-such-encoding", "base64", "utf-16", "idna", "\0", ""):
        assert decode("Grün".encode("cp1252"), nonsense)[0] == "Grün"


def test_utf8_is_utf8_whatever_the_document_declares() -> None:
    assert decode(GERMAN.encode(), "iso-8859-1") == (GERMAN, [])


@pytest.mark.parametrize(
    "data",
    [bytes(range(256)) * 4, b"\x01\x02\x03\x04words", b"\xff" * 7 + b"\x05" * 9],
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError, match="binary"):
        decode(data)
