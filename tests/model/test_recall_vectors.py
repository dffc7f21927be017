"""Sentences are pooled where they stand, lessons name what is right and wrong, and projections
learn what goes together."""

import json
from pathlib import Path

import pytest
import torch

from sleepdoc_model import config
from sleepdoc_model.network import Network
from sleepdoc_model.pooling import Pooling
from sleepdoc_model.recall.passages import sentences
from sleepdoc_model.recall_heads import RecallHeads, cosines
from sleepdoc_model.scripted import ByteTokenizer
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.testing import randomise
from sleepdoc_model.training.recall_vectors import texts
from sleepdoc_model.training.recall_vectors.contrast import Lesson, learn
from sleepdoc_model.training.recall_vectors.mixture import Mixture, lessons, mixture, named
from sleepdoc_model.training.recall_vectors.states import WINDOW, PooledStates
from sleepdoc_model.training.recall_vectors.texts import Asked

TOKENIZER = ByteTokenizer()
RAIN = "It rained all day on the moor – and the next. " * 30
PAGES = ((1, f"Ada keeps the light. {RAIN}"), (2, f"The cat is called Möbius. {RAIN}"))


def network() -> Network:
    made = Network(config.tiny(window=2048))
    randomise(made, 0)
    return made.eval()


def pooled() -> PooledStates:
    worth = torch.ones(272)
    worth[ord("A")] = 5.0
    return PooledStates(network, TOKENIZER, Pooling(1, 2, worth), "x")


def test_states_are_means_over_what_the_window_with_the_middle_has() -> None:
    found = pooled().sentences(PAGES)
    made = network()
    prefix = cached_prefix(made, TOKENIZER.frame.prefix)
    tokens = [token for _, text in PAGES for token in TOKENIZER.encode(text + "\n\n")]
    second, cut, number = len((PAGES[0][1] + "\n\n").encode()), 0, -1
    told = [(page, text, span) for page, text in PAGES for span in sentences(text)]
    for number, (page, text, (first, last)) in enumerate(told):
        start = len(text[:first].encode()) + (page - 1) * second
        end = start + len(text[first:last].encode())
        begin = (start + end) // 2 // WINDOW * WINDOW
        here = slice(max(start, begin), min(end, begin + WINDOW))
        cut += here != slice(start, end)
        low, high = (
            tap[0][here.start - begin : here.stop - begin]
            for tap in made.taps(torch.tensor([tokens[begin : begin + WINDOW]]), prefix)[:2]
        )
        worth = torch.tensor([5.0 if token == ord("A") else 1.0 for token in tokens[here]])
        weighted = worth @ low / worth.sum()
        torch.testing.assert_close(found[number], torch.cat((weighted, high.mean(0))))
    assert cut and number == len(found) - 1


def test_padding_does_not_change_a_question() -> None:
    states = pooled()
    short, long = "Who keeps it?", "What is the name of the cat that keeps the light?"
    alone = torch.cat([states.questions([each]) for each in (short, long)])
    torch.testing.assert_close(states.questions([short, long]), alone)


def test_what_was_pooled_is_kept_while_it_is_of_the_same(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    first = pooled().kept(path, PAGES[:1], ["Who?"])
    other = PooledStates(lambda: pytest.fail("it is there"), TOKENIZER, pooled().pooling, "x")
    again = other.kept(path, PAGES[:1], ["Who?"])
    assert all(map(torch.equal, first, again))
    assert not torch.equal(pooled().kept(path, PAGES[:1], ["Why?"])[1], first[1])


def test_held_out_titles_teach_nothing(tmp_path: Path) -> None:
    for name in texts.SETS:
        (tmp_path / name).mkdir()
        records = [
            {
                "id": f"{name}-{n}",
                "title": f"Title {n}",
                "passage": f"Of {name} {n}.",
                "questions": [
                    {"question": f"Which {n}?", "answers": [str(n)], "kind": "extractive"},
                    {"question": "Why?", "answers": [], "kind": "unanswerable"},
                ],
            }
            for n in range(60)
        ]
        (tmp_path / name / "train.jsonl").write_text("\n".join(map(json.dumps, records)))
    parts = list(texts.parts(tmp_path, texts.PARTS))
    pages = [page for part in parts for page in part.pages]
    asked = [each for part in parts for each in part.asked]
    assert len(dict(pages)) == len(pages) == len(asked) == 180
    assert all(f"{each.wanted[0]}." in dict(pages)[each.page] for each in asked)
    learnt = set(texts.learnt_from(tmp_path))
    assert 0 < sum(each.held_out for each in asked) < 90
    assert all((dict(pages)[each.page] in learnt) != each.held_out for each in asked)


def test_sentences_with_the_answer_are_right_and_others_with_its_words_wrong() -> None:
    filler = "It rained on the moor all day and all night, as it always did. " * 8
    pages = (
        (1, f"Ada keeps the light of Skerry. {filler}"),
        (2, f"Bo painted a light. {filler}"),
        (3, "Nobody saw it burn. It was red."),
    )
    asked = [
        Asked("Who keeps the light?", 1, "extractive", ("Ada",), "x", False),
        Asked("Is the light red?", 2, "yesno", (), "x", False),
        Asked("Whose light was red?", 3, "fact", ("Nobody saw it burn.",), "x", False, alone=True),
    ]
    of = Mixture(pages, asked, torch.zeros(20, 2), torch.zeros(3, 2))
    extractive, yesno, fact = lessons(of)
    first, second, third = range(9), range(9, 18), range(18, 20)
    assert extractive.right == (0,)
    assert extractive.same == tuple(first)
    assert 9 in extractive.wrong and not {*extractive.wrong} & {*first}
    assert yesno.right == yesno.same == tuple(second)
    assert fact.right == fact.same == (third[0],)
    assert third[1] in fact.wrong


def test_parts_are_numbered_on(tmp_path: Path) -> None:
    asked = Asked("Who?", 1, "extractive", ("Ada",), "x", False)
    first = texts.Part(((1, "Ada. Bo."),), [asked])
    second = texts.Part(((1, "Eve. Ada."),), [asked])
    states = pooled()
    both = mixture(named("part", [first, second]), states, tmp_path)
    assert [number for number, _ in both.pages] == [each.page for each in both.asked] == [1, 2]
    alone = [states.sentences(each.pages).half().float() for each in (first, second)]
    assert torch.equal(both.sentences, torch.cat(alone)) and len(both.questions) == 2
    assert [each.right for each in lessons(both)] == [(0,), (3,)]
    assert {path.stem for path in tmp_path.iterdir()} == {"part-000", "part-001"}


def test_documents_of_written_texts_name_what_answers() -> None:
    (first, second), (again,) = list(texts.written(2)), list(texts.written(1))
    assert first == again and first != second
    pages = dict(first.pages)
    assert list(pages) == list(range(1, len(pages) + 1)) and len(pages) >= 15
    assert 15 < len(first.asked) <= 7 * 15
    for each in first.asked:
        assert each.alone and not each.held_out
        assert each.wanted[0] in " ".join(pages[each.page].split())


def test_projections_find_sentences_they_were_not_taught() -> None:
    torch.manual_seed(0)
    told = 3 + 2 * torch.randn(300, 24)
    turned = torch.linalg.qr(torch.randn(24, 24))[0]
    questions = told @ turned + 0.3 * torch.randn(300, 24)
    taught = [Lesson(n, (n,), (n,), ((n + 1) % 200,)) for n in range(200)]

    def found(made: RecallHeads) -> float:
        near = cosines(made.question(questions[200:]), made.sentence(told))
        return float((near.argmax(1) == torch.arange(200, 300)).float().mean())

    pooling = Pooling(1, 2, torch.ones(1))
    before = learn(told, questions, taught, size=16, steps=0).heads(pooling)
    after = learn(told, questions, taught, size=16, steps=300, rate=1e-2).heads(pooling)
    assert found(before) < 0.1 and found(after) > 0.6
