"""What a phrase may be copied from."""

from sleepdoc_model.recall.copying import copies


def test_a_copy_begins_with_any_word() -> None:
    found = copies("MEAN(range) is a cook's word", lambda text: list(text.encode()))
    begun = [bytes(each).decode() for each in found]
    assert [text.split()[0] for text in begun] == [
        "MEAN(range)",
        "range)",
        *["is", "a", "cook's", "s", "word"],
    ]
    assert all("MEAN(range) is a cook's word".endswith(text) for text in begun)


def test_a_copy_is_no_longer_than_a_phrase() -> None:
    assert max(map(len, copies("word " * 90, lambda text: list(text.encode())))) <= 100
