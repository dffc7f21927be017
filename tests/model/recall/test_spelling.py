"""Names as the text spells them that an answer was read from."""

import pytest

from sleepdoc_model.recall.spelling import as_spelt

TEXT = "McBride was born in Addington Hospital in Durban, far from Amansie West. He is German."


@pytest.mark.parametrize(
    ("answer", "spelt"),
    [
        ("Addton Hospital", "Addington Hospital"),
        ("Amsie West District", "Amansie West District"),
        ("Durban", "Durban"),
        ("Durham", "Durham"),  # like nothing there
        ("Germany", "Germany"),  # another form of what is there
        ("an addition", "an addition"),  # no name
        ("Dubai", "Dubai"),
        ("", ""),
    ],
)
def test_a_name_that_lost_a_piece_is_mended(answer: str, spelt: str) -> None:
    assert as_spelt(answer, TEXT) == spelt


def test_what_the_question_has_stays() -> None:
    assert as_spelt("Addinton", TEXT, "Who is Addinton?") == "Addinton"
    assert as_spelt("Addinton", TEXT, "Who is he?") == "Addington"


def test_without_names_there_is_nothing_to_take() -> None:
    assert as_spelt("Addinton", "nothing but small words") == "Addinton"
