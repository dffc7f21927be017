"""What is found is written behind its page's label, never in more tokens than there are."""

from sleepdoc_model.recall.packing import Quote
from sleepdoc_model.recall.written import write
from sleepdoc_model.scripted import ByteTokenizer

PAGES = {1: ("i", "One  lamp.\nTwo lamps were lit at dusk."), 2: ("ii", "Dark.")}
QUOTES = [Quote(1, 0, 10), Quote(1, 11, 38), Quote(2, 0, 5)]
ENCODE = ByteTokenizer().encode


def written(tokens: int) -> tuple[str, list[str]]:
    ids, kept = write(QUOTES, PAGES.__getitem__, tokens, ENCODE)
    assert sum(map(len, ids)) <= tokens and len(ids) == len(kept)
    return b"".join(map(bytes, ids)).decode(), [words for _, words in kept]


def test_every_quote_has_its_label_and_one_line() -> None:
    words = ["One lamp.", "Two lamps were lit at dusk.", "Dark."]
    labels = ["i", "i", "ii"]
    whole = "".join(f"[p. {label}] {each}\n\n" for label, each in zip(labels, words, strict=True))
    assert written(len(whole)) == (whole, words)


def test_what_does_not_fit_is_left_out_and_a_shorter_one_comes_after_it() -> None:
    text = "[p. i] One lamp.\n\n[p. ii] Dark.\n\n"
    assert written(len(text)) == (text, ["One lamp.", "Dark."])
    assert written(len(text) - 1) == ("[p. i] One lamp.\n\n", ["One lamp."])
    assert written(3) == ("", [])


def test_marks_of_markdown_are_not_put_before_a_reader_but_stay_in_the_quote() -> None:
    text = "**Write** to [a@b.org](mailto:a@b.org), see [terms](/t) or [the form](https://b.org/f)."
    ids, kept = write([Quote(0, 0, len(text))], lambda _: ("1", text), 1_000, ENCODE)
    shown = "Write to a@b.org, see terms or the form (https://b.org/f)."
    assert bytes(ids[0]).decode() == f"[p. 1] {shown}\n\n"
    assert [words for _, words in kept] == [text]


def test_brackets_that_are_no_link_stay() -> None:
    text = "a[1] (see b) and x ** y ** z"
    ids, _ = write([Quote(0, 0, len(text))], lambda _: ("1", text), 1_000, ENCODE)
    assert bytes(ids[0]).decode() == f"[p. 1] {text}\n\n"
