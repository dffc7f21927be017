"""Arms differ only in what window and memory hold; figures follow from results worked by hand."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from sleepdoc_model.engine import EngineInfo, PassReport, Sampling, WindowFull
from sleepdoc_model.evaluation.answers import exact_match, modal_answer, token_f1
from sleepdoc_model.evaluation.comparison import compare
from sleepdoc_model.evaluation.documents import Asked, BadLine, Document, dump, load_documents
from sleepdoc_model.evaluation.memory import CONTROLS, MemoryBenchmark, Result, Settings
from sleepdoc_model.scripted import ByteTokenizer

LAMPS = Document(
    "lamps",
    "The lamp was red. Ambrose lit it. Nobody came.",
    (Asked("Who lit the lamp?", ("Ambrose", "Ambrose Bell")), Asked("What colour?", ("red",))),
)
SHIPS = Document("ships", "Three ships. All sank.", (Asked("How many ships?", ("three",)),))


class Witness:
    """Answers with what its memory and its window hold, and how often it slept on it."""

    def __init__(self, window: int = 400) -> None:
        self._size, self._memory, self._prefix = window, b"", 0
        self._window: list[int] = []

    @property
    def info(self) -> EngineInfo:
        return EngineInfo("witness", "0" * 64, self._size, 2, 0, "cpu", "none")

    @property
    def window_used(self) -> int:
        return len(self._window)

    def reset_window(self, prefix: Sequence[int]) -> None:
        self._window, self._prefix = list(prefix), len(prefix)

    def prefill(self, tokens: Sequence[int]) -> None:
        if len(self._window) + len(tokens) > self._size:
            raise WindowFull
        self._window += tokens

    def generate(
        self, max_tokens: int, *, stop: frozenset[int], sampling: Sampling
    ) -> Iterator[int]:
        yield from self._memory + b"|" + self._text()

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


def answers(documents: list[Document], settings: Settings, window: int = 400) -> dict[str, str]:
    """What the witness saw for the first question of the first document, by arm."""
    benchmark = MemoryBenchmark(Witness(window), ByteTokenizer(), settings)
    _, rows = next(iter(benchmark.run(documents)))
    asked = documents[0].questions[0].question
    return {row.arm: row.answer for row in rows if row.question == asked}


def test_every_arm_has_the_window_and_the_memory_it_says() -> None:
    seen = answers([LAMPS, SHIPS], Settings(passes=(1, 2), room=30, recall=20))
    question = LAMPS.questions[0].question
    other = "Three ships. All sank.*2 |"
    assert seen == {
        "modal": "ambrose",
        "full": f"{other}{LAMPS.text}{question}",
        "empty": f"|{question}",
        "last": f"{other}{LAMPS.text[30:]}{question}",
        "recall": f"{other}The lamp was red.{question}",
        "swapped": f"{other}{question}",
        "n1": f"{LAMPS.text[:30]}*1 {LAMPS.text[30:]}*1 |{question}",
        "n2": f"{LAMPS.text[:30]}*2 {LAMPS.text[30:]}*2 |{question}",
    }


def test_an_arm_that_does_not_fit_is_left_out() -> None:
    fitting = answers([LAMPS, SHIPS], Settings(passes=(1,), room=30), window=60)
    assert "full" not in fitting and {"last", "n1"} <= fitting.keys()


def test_only_the_controls_asked_for() -> None:
    settings = Settings(passes=(4,), controls=("swapped",))
    assert list(answers([LAMPS, SHIPS], settings)) == ["swapped", "n4"]


def test_going_on_gives_what_one_run_gives() -> None:
    documents = [LAMPS, SHIPS, Document("sand", "Sand only.", (Asked("What?", ("sand",)),))]

    def rows(done: Sequence[str]) -> list[tuple[str, str, str]]:
        benchmark = MemoryBenchmark(Witness(), ByteTokenizer(), Settings(passes=(1, 2)))
        found = benchmark.run(documents, done)
        return [(r.document, r.arm, r.answer) for _, each in found for r in each]

    assert rows([]) == rows(["ships", "sand"]) + rows(["lamps"])


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
            result(document, "full", 2.0, 1.0),
            result(document, "swapped", 6.0, 0.25),
            result(document, "modal", 0.0, 0.5),
            result(document, "n1", 5.0, 0.5),
            result(document, "n2", 3.0, 0.75),
        ]
    figures = compare(rows)
    assert (figures["documents"], figures["questions"]) == (3, 3)
    assert figures["arms"]["n1"]["retention"] == pytest.approx(0.25)
    assert figures["arms"]["n2"]["retention"] == pytest.approx(0.75)
    assert figures["arms"]["n2"]["retention_interval"] == pytest.approx([0.75, 0.75])
    assert "nll_per_token" not in figures["arms"]["modal"]
    assert figures["best"] == "n2"
    assert figures["differences"]["swapped"]["nll_per_token"] == pytest.approx(1.5)
    assert figures["differences"]["full"]["f1"] == pytest.approx(-0.25)
    assert figures["differences"]["modal"] == {
        "f1": pytest.approx(0.25),
        "f1_interval": pytest.approx([0.25, 0.25]),
    }


def test_retention_is_of_the_questions_that_have_a_ceiling() -> None:
    rows = [result("long", "swapped", 9.0), result("long", "n1", 0.0)]
    rows += [result("short", "full", 2.0), result("short", "swapped", 6.0)]
    rows += [result("short", "n1", 4.0)]
    assert compare(rows)["arms"]["n1"]["retention"] == pytest.approx(0.5)


def test_an_interval_spans_what_documents_differ_in() -> None:
    rows = [result(str(n), "n1", 2.0, f1=n % 2) for n in range(40)]
    rows += [result(str(n), "swapped", 4.0) for n in range(40)]
    difference = compare(rows)["differences"]["swapped"]
    low, high = difference["f1_interval"]
    # Half of 40 documents differ by 1: the mean of as many draws has a deviation of 0.079.
    assert low == pytest.approx(0.5 - 1.96 * 0.079, abs=0.03)
    assert high == pytest.approx(0.5 + 1.96 * 0.079, abs=0.03)
    assert difference["nll_per_token_interval"] == pytest.approx([1.0, 1.0])


def test_documents_go_through_a_file_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text(f"{dump(LAMPS)}\n\n{dump(SHIPS)}\n", "utf-8")
    assert load_documents(path) == [LAMPS, SHIPS]


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
    rows = next(MemoryBenchmark(Witness(), ByteTokenizer(), Settings()).run([LAMPS]))[1]
    assert [Result(**json.loads(json.dumps(vars(row)))) for row in rows] == rows
    assert {row.arm for row in rows} >= set(CONTROLS)
