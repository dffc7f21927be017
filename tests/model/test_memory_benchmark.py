"""Arms differ only in what window and memory hold; figures follow from results worked by hand."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from sleepdoc_model.engine import EngineInfo, PassReport, Sampling, WindowFull
from sleepdoc_model.evaluation.answers import exact_match, modal_answer, token_f1
from sleepdoc_model.evaluation.bootstrap import share_interval
from sleepdoc_model.evaluation.capacity import fading
from sleepdoc_model.evaluation.comparison import compare
from sleepdoc_model.evaluation.documents import Asked, BadLine, Document, dump, load_documents
from sleepdoc_model.evaluation.memory import (
    CONTROLS,
    MemoryBenchmark,
    NoOther,
    Result,
    Settings,
    another,
)
from sleepdoc_model.scripted import ByteTokenizer

LAMPS = Document(
    "lamps",
    "The lamp was red. Ambrose lit it. Nobody came.",
    (Asked("Who lit the lamp?", ("Ambrose", "Ambrose Bell")), Asked("What colour?", ("red",))),
)
SHIPS = Document("ships", "Three ships. All sank.", (Asked("How many ships?", ("three",)),))


class Witness:
    """Answers with what its memory and its window hold, how often it slept on it, and who reads."""

    def __init__(self, window: int = 400, *, reader: bool = True) -> None:
        self._size, self._memory, self._prefix = window, b"", 0
        self._window: list[int] = []
        self._reading, self._reader = False, reader

    @property
    def info(self) -> EngineInfo:
        absent = "It does not say." if self._reader else ""
        return EngineInfo("witness", "0" * 64, self._size, 2, 0, "cpu", "none", absent)

    @property
    def window_used(self) -> int:
        return len(self._window)

    def reset_window(self, prefix: Sequence[int], *, reading: bool = False) -> None:
        self._window, self._prefix, self._reading = list(prefix), len(prefix), reading

    def prefill(self, tokens: Sequence[int], *, whole: bool = False) -> None:
        assert whole == self._reading, "only the reader was trained on prompts that see all of it"
        if len(self._window) + len(tokens) > self._size:
            raise WindowFull
        self._window += tokens

    def generate(
        self, max_tokens: int, *, stop: frozenset[int], sampling: Sampling
    ) -> Iterator[int]:
        yield from (b"reader|" if self._reading else self._memory + b"|") + self._text()

    @property
    def likelihood(self) -> float:
        return 0.0

    def score(self, tokens: Sequence[int]) -> list[float]:
        return [-1.0] * len(tokens)

    def sleep(self, passes: int) -> Iterator[PassReport]:
        self._memory += self._text() + b"*%d " % passes
        yield PassReport(passes, passes, (), 0.0)

    def state(self) -> bytes:
        return self._memory

    def load(self, state: bytes | None) -> None:
        self._memory, self._window = state or b"", []

    def _text(self) -> bytes:
        return bytes(token for token in self._window[self._prefix :] if token < 256)


def answers(
    documents: list[Document], settings: Settings, window: int = 400, *, reader: bool = True
) -> dict[str, str]:
    """What the witness saw for the first question of the first document, by arm."""
    benchmark = MemoryBenchmark(Witness(window, reader=reader), ByteTokenizer(), settings)
    _, rows = next(iter(benchmark.run(documents)))
    asked = documents[0].questions[0].question
    return {row.arm: row.answer for row in rows if row.question == asked}


def test_every_arm_has_the_window_and_the_memory_it_says() -> None:
    seen = answers([LAMPS, SHIPS], Settings(passes=(1, 2), room=30, recall=30))
    question = LAMPS.questions[0].question
    own = f"{LAMPS.text[:30]}*2 {LAMPS.text[30:]}*2 |"
    other = "Three ships. All sank.*2 |"
    assert seen == {
        "n1": f"{LAMPS.text[:30]}*1 {LAMPS.text[30:]}*1 |{question}",
        "n2": f"{own}{question}",
        "swapped": f"{other}{question}",
        "empty": f"|{question}",
        "full-own": f"{own}{LAMPS.text}{question}",
        "full-none": f"|{LAMPS.text}{question}",
        "full-other": f"{other}{LAMPS.text}{question}",
        "last-other": f"{other}{LAMPS.text[30:]}{question}",
        "read": f"reader|[p. 1] {LAMPS.text}\n\n{question}",
        "recall": f"reader|[p. 1] The lamp was red.\n\n{question}",
        "modal": "ambrose",
    }
    assert seen.keys() == {"n1", "n2", *CONTROLS}


def test_where_nothing_is_recalled_the_memory_is_asked() -> None:
    nothing = Document("sand", "Sand only.", (Asked("Where?", ("there",)),))
    seen = answers([nothing, SHIPS], Settings(passes=(1,), controls=("recall",)))
    assert seen["recall"] == seen["n1"] == "Sand only.*1 |Where?"


def test_without_a_reader_no_arm_has_one() -> None:
    seen = answers([LAMPS, SHIPS], Settings(passes=(1,), controls=("read",)), reader=False)
    assert seen.keys() == {"n1"}


def test_an_arm_that_does_not_fit_is_left_out() -> None:
    fitting = answers([LAMPS, SHIPS], Settings(passes=(1,), room=30), window=60)
    assert "full-own" not in fitting and {"last-other", "n1"} <= fitting.keys()


def test_only_the_controls_asked_for() -> None:
    settings = Settings(passes=(4,), controls=("swapped",))
    assert list(answers([LAMPS, SHIPS], settings)) == ["n4", "swapped"]


@pytest.mark.parametrize("arm", ["swapped", "full-other", "last-other"])
def test_another_s_memory_needs_another_text(arm: str) -> None:
    settings = Settings(passes=(1,), controls=(arm,))
    spaced = Document("lamps again", f"  {LAMPS.text}\n", LAMPS.questions)
    for documents in ([LAMPS], [LAMPS, spaced]):
        with pytest.raises(NoOther, match="another text"):
            answers(documents, settings)
    assert "n1" in answers([LAMPS], Settings(passes=(1,), controls=("empty", "full-own")))


def test_another_s_memory_is_of_the_nearest_document_with_another_text() -> None:
    again = Document("lamps again", LAMPS.text, LAMPS.questions)
    assert another([SHIPS, LAMPS, again], 2) is SHIPS
    assert another([LAMPS, again, SHIPS], 0) is SHIPS
    assert another([LAMPS, again, SHIPS], 2) is again
    seen = answers([LAMPS, SHIPS, again], Settings(passes=(1,), controls=("swapped",)))
    assert seen["swapped"].startswith("Three ships.")


def test_a_document_is_read_in_its_own_windows() -> None:
    parts = ("The lamp was red. ", "Ambrose lit it.")
    cut = Document("cut", "".join(parts), LAMPS.questions, parts)
    seen = answers([cut, SHIPS], Settings(passes=(1,), room=5, controls=()))
    assert seen["n1"].startswith("The lamp was red. *1 Ambrose lit it.*1 |")


def test_going_on_gives_what_one_run_gives() -> None:
    documents = [LAMPS, SHIPS, Document("sand", "Sand only.", (Asked("What?", ("sand",)),))]

    def rows(done: Sequence[str]) -> list[tuple[str, str, str]]:
        benchmark = MemoryBenchmark(Witness(), ByteTokenizer(), Settings(passes=(1, 2)))
        found = benchmark.run(documents, done)
        return [(r.document, r.arm, r.answer) for _, each in found for r in each]

    assert rows([]) == rows(["ships", "sand"]) + rows(["lamps"])


def test_what_is_left_after_other_windows() -> None:
    benchmark = MemoryBenchmark(Witness(), ByteTokenizer(), Settings(passes=(1, 2)))
    filler = [list(b"fog"), list(b"rain"), list(b"sun")]
    found = dict(fading(benchmark, [LAMPS, SHIPS], filler, (0, 2, 8)))
    assert found.keys() == {0, 2}  # there is no filler for eight
    first = {row.arm: row.answer for row in found[2] if row.question == "How many ships?"}
    assert first == {
        "n2+2": f"{SHIPS.text}*2 fog*2 rain*2 |How many ships?",
        "swapped+2": f"{LAMPS.text}*2 fog*2 rain*2 |How many ships?",
    }
    at_once = {row.arm: row.answer for row in found[0] if row.question == "How many ships?"}
    assert at_once["n2+0"] == f"{SHIPS.text}*2 |How many ships?"
    with pytest.raises(NoOther):
        dict(fading(benchmark, [LAMPS], filler, (0,)))


@pytest.mark.parametrize(
    ("answer", "right", "f1", "exact"),
    [
        ("The Red lamp.", ["red lamp"], 1.0, True),
        ("a very red lamp", ["red lamp"], 0.8, False),
        ("red", ["blue", "red lamp", "red"], 1.0, True),
        ("", ["red"], 0.0, False),
        ("the", ["a"], 1.0, True),
        ("lamp lamp", ["lamp"], 2 / 3, False),
    ],
)
def test_answers_are_judged_by_their_words(answer, right, f1, exact) -> None:
    assert token_f1(answer, right) == pytest.approx(f1)
    assert exact_match(answer, right) is exact


def test_the_modal_answer_is_the_most_frequent_first_one() -> None:
    assert modal_answer([("Red.", "blue"), ("blue",), ("the red",)]) == "red"


def result(document: str, arm: str, nll: float, f1: float = 0.0) -> Result:
    tokens = 0 if arm == "modal" else 2
    return Result(document, arm, "?", "!", f1, f1 == 1, nll, tokens, 1.0)


def test_retention_and_differences_from_results_worked_by_hand() -> None:
    rows = []
    for document in ("a", "b", "c"):
        rows += [
            result(document, "full-own", 2.0, 1.0),
            result(document, "full-other", 4.0, 1.0),
            result(document, "swapped", 6.0, 0.25),
            result(document, "modal", 0.0, 0.5),
            result(document, "n1", 5.0, 0.5),
            result(document, "n2", 3.0, 0.75),
        ]
    figures = compare(rows, "n1")
    assert (figures["documents"], figures["questions"]) == (3, 3)
    assert figures["arms"]["n1"]["retention"] == pytest.approx(0.25)
    assert figures["arms"]["n2"]["retention"] == pytest.approx(0.75)
    assert figures["arms"]["n2"]["retention_interval"] == pytest.approx([0.75, 0.75])
    assert figures["arms"]["n1"]["nll_per_token_interval"] == pytest.approx([2.5, 2.5])
    assert "nll_per_token" not in figures["arms"]["modal"]
    assert figures["differences"]["swapped"]["nll_per_token"] == pytest.approx(0.5)
    assert figures["differences"]["full-own"]["f1"] == pytest.approx(-0.5)
    assert figures["differences"]["full-own"]["exact"] == pytest.approx(-1)
    assert figures["differences"]["modal"].keys() == {
        *("f1", "f1_interval", "exact", "exact_interval")
    }


def test_what_is_compared_is_settled_beforehand_whatever_turns_out_best() -> None:
    rows = [result("a", "n1", 5.0), result("a", "n2", 3.0), result("a", "swapped", 6.0)]
    figures = compare(rows, "n1")
    assert figures["ours"] == "n1"
    assert figures["differences"]["n2"]["nll_per_token"] == pytest.approx(-1.0)


def test_retention_is_of_the_questions_that_have_a_ceiling() -> None:
    rows = [result("long", "swapped", 9.0), result("long", "n1", 0.0)]
    rows += [result("short", "full-own", 2.0), result("short", "swapped", 6.0)]
    rows += [result("short", "n1", 4.0)]
    assert compare(rows, "n1")["arms"]["n1"]["retention"] == pytest.approx(0.5)


def test_there_is_no_retention_where_the_text_is_no_help() -> None:
    rows = [result("a", "full-own", 6.0), result("a", "swapped", 6.0), result("a", "n1", 4.0)]
    assert "retention" not in compare(rows, "n1")["arms"]["n1"]


def test_an_interval_spans_what_documents_differ_in() -> None:
    rows = [result(str(n), "n1", 2.0, f1=n % 2) for n in range(40)]
    rows += [result(str(n), "swapped", 4.0) for n in range(40)]
    difference = compare(rows, "n1")["differences"]["swapped"]
    low, high = difference["f1_interval"]
    # Half of 40 documents differ by 1: the mean of as many draws has a deviation of 0.079.
    assert low == pytest.approx(0.5 - 1.96 * 0.079, abs=0.03)
    assert high == pytest.approx(0.5 + 1.96 * 0.079, abs=0.03)
    assert difference["nll_per_token_interval"] == pytest.approx([1.0, 1.0])


def test_questions_that_share_a_document_do_not_narrow_an_interval() -> None:
    def width(questions: int) -> float:
        rows = [
            Result(str(n), "n1", str(q), "!", n % 2, bool(n % 2), 1.0, 1, 1.0)
            for n in range(20)
            for q in range(questions)
        ]
        low, high = compare(rows, "n1")["arms"]["n1"]["exact_interval"]
        return high - low

    assert width(8) == pytest.approx(width(1))
    assert width(1) == pytest.approx(2 * 1.96 * 0.5 / 20**0.5, rel=0.15)


def test_documents_that_are_all_right_or_all_wrong_still_leave_doubt() -> None:
    # Of 20 documents all right: 0.832 is the lower end of Clopper and Pearson's interval.
    wrong = {str(n): (0.0, 4.0) for n in range(20)}
    right = {str(n): (4.0, 4.0) for n in range(20)}
    assert share_interval(right) == [pytest.approx(0.832, abs=5e-4), 1.0]
    assert share_interval(wrong) == [0.0, pytest.approx(0.168, abs=5e-4)]


def test_documents_go_through_a_file_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    cut = Document("cut", "Sand. Dust.", SHIPS.questions, ("Sand. ", "Dust."))
    path.write_text(f"{dump(LAMPS)}\n\n{dump(SHIPS)}\n{dump(cut)}\n", "utf-8")
    assert load_documents(path) == [LAMPS, SHIPS, cut]


def test_two_documents_with_one_id_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(f"{dump(LAMPS)}\n{dump(SHIPS)}\n{dump(LAMPS)}\n", "utf-8")
    with pytest.raises(BadLine, match="2 documents with the id 'lamps'"):
        load_documents(path)


def test_windows_are_the_document(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(dump(Document("cut", "Sand. Dust.", SHIPS.questions, ("Sand.",))) + "\n")
    with pytest.raises(BadLine, match="windows are not the document"):
        load_documents(path)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 2: "),
        ("[]", "line 2: not a JSON object"),
        ('{"id": 1}', "line 2: no 'questions'"),
        ('{"id": 1, "document": "x", "questions": []}', "needs questions"),
        ('{"id": 1, "document": "x", "questions": [{"question": "?", "answers": []}]}', "answer"),
        ('{"id": 1, "document": " ", "questions": [{"question": "?", "answers": ["x"]}]}', "empty"),
        ('{"id": 1, "document": 3, "questions": [{"question": "?", "answers": ["x"]}]}', "text"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(f"{dump(SHIPS)}\n{line}\n", "utf-8")
    with pytest.raises(BadLine, match=reason):
        load_documents(path)


def test_a_file_without_documents_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text("\n", "utf-8")
    with pytest.raises(BadLine, match="no document"):
        load_documents(path)


def test_results_can_be_written_down() -> None:
    rows = next(MemoryBenchmark(Witness(), ByteTokenizer(), Settings()).run([LAMPS, SHIPS]))[1]
    assert [Result(**json.loads(json.dumps(vars(row)))) for row in rows] == rows
    assert {row.arm for row in rows} >= set(CONTROLS)
