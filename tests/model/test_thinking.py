"""Training of passes that see each other, and what is measured of it."""

import random
from pathlib import Path

import torch

from sleepdoc_model import config
from sleepdoc_model.evaluation.thinking import Row, ask, examples, figures
from sleepdoc_model.network import Network
from sleepdoc_model.scripted import ByteTokenizer
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.tasks import chains
from sleepdoc_model.tasks.types import Example, Question
from sleepdoc_model.testing import randomise
from sleepdoc_model.training.data import IGNORE, Lesson, collate
from sleepdoc_model.training.loop import Schedule
from sleepdoc_model.training.objective import answer_loss
from sleepdoc_model.training.probe import Probe
from sleepdoc_model.training.thinking.hinted import Chains, hinted
from sleepdoc_model.training.thinking.loop import Thinker, ThinkingTrainer

TOKENIZER = ByteTokenizer()


def make_thinker() -> Thinker:
    network = Network(config.tiny(window=2048))
    randomise(network, 0)
    torch.manual_seed(0)
    return Thinker(network.requires_grad_(False))


def make_trainer(folder: Path, **changes: float) -> ThinkingTrainer:
    folder.mkdir(exist_ok=True)
    return ThinkingTrainer(
        make_thinker(),
        Chains(TOKENIZER, 0, documents=2),
        folder,
        passes=(1, 2),
        schedule=Schedule(steps=4),
        seconds=changes.get("seconds", 1e9),
        asleep=bool(changes.get("asleep")),
    )


def values(trainer: ThinkingTrainer) -> list[torch.Tensor]:
    return [parameter.detach().clone() for parameter in trainer.thinker.trained.values()]


def test_heads_and_corrections_are_trained_and_the_base_is_not(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path)
    before = values(trainer)
    base = trainer.thinker.network.get_parameter("blocks.1.mlp.down.linear.weight").clone()
    list(trainer.run())
    changed = {
        name
        for name, old in zip(trainer.thinker.trained, before, strict=True)
        if not torch.equal(old, trainer.thinker.trained[name])
    }
    assert {"blocks.1.memory.beta.weight", "feedback"} <= changed
    assert {"blocks.0.gate/up", "blocks.2.attention.v/up"} <= changed
    after = trainer.thinker.network.get_parameter("blocks.1.mlp.down.linear.weight")
    assert torch.equal(base, after)


def test_what_passes_find_is_trained_before_anything_is_written(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path, asleep=True)
    before = dict(zip(trainer.thinker.trained, values(trainer), strict=True))
    records = list(trainer.run())
    assert all("known" in record and "answer" not in record for record in records)
    after = trainer.thinker.trained
    changed = {name for name, old in before.items() if not torch.equal(old, after[name])}
    assert {"feedback", "blocks.2.attention.v/up"} <= changed
    assert not any("memory" in name for name in changed)


def test_an_arm_begins_where_another_run_ended(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path)
    list(trainer.run())
    trainer.save()
    other = make_thinker()
    other.begin(tmp_path)
    for name, value in trainer.thinker.trained.items():
        if not name.endswith(("/down", "/up")):
            assert torch.equal(value, other.trained[name])
    # Corrections are rounded.
    for name, one in trainer.thinker.corrections.items():
        again = other.corrections[name]
        found, expected = again.up @ again.down, one.up @ one.down
        assert (found - expected).norm() < 0.05 * expected.norm()


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole = make_trainer(tmp_path / "whole")
    list(whole.run())
    first = make_trainer(tmp_path / "parts")
    steps = first.run()
    next(steps), next(steps)
    first.save()
    second = make_trainer(tmp_path / "parts")
    second.resume()
    second.spent = 0.0
    list(second.run())
    assert second.step == 4
    for one, other in zip(values(whole), values(second), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_training_ends_when_its_time_is_spent(tmp_path: Path) -> None:
    assert len(list(make_trainer(tmp_path, seconds=1e-9).run())) == 1


def test_what_follows_is_known_where_a_sentence_ends() -> None:
    made = chains.make_example(
        random.Random(1), people=2, windows=1, questions=6, split="train", single=0.5
    )
    lesson = hinted([made], TOKENIZER)
    (target,) = lesson.asleep[0].tolist()
    ends = [n for n, t in enumerate(target) if t != IGNORE]
    then = [sentence.then for sentence in made.told[0] if sentence.then]
    text = made.windows[0]
    assert [text.index(s.text) + len(s.text) - 1 for s in made.told[0] if s.then] == ends
    # Two people and two towns at most: four sentences from which something follows.
    assert len(then) == 4


def test_a_probe_tells_tokens_of_the_text_apart() -> None:
    embedding = torch.eye(8)
    probe = Probe(8)
    h, ids = torch.eye(8)[[2, 5]], torch.tensor([[2, 5, 7]])
    loss, right = probe.loss(h, torch.tensor([2, 5]), embedding, ids)
    assert right == 2
    other, wrong = probe.loss(h, torch.tensor([5, 2]), embedding, ids)
    assert wrong == 0 and other > loss


def test_an_answer_is_exact_if_every_token_is_the_likeliest() -> None:
    thinker = make_thinker()
    example = Example(("A thing.\n\n",), (Question("Who?", "ab"), Question("What?", "cd")))
    cache = cached_prefix(thinker.network, TOKENIZER.frame.prefix)
    batch = collate(Lesson([example]), TOKENIZER)
    with torch.no_grad():
        memory = thinker.remembered(batch, cache, 2)
        _, logits = answer_loss(thinker.network, cache, batch, memory)
    likeliest = logits.argmax(-1)
    told = [row.exact for row in ask(thinker, TOKENIZER, [("here", example)], 2)]
    labels = batch.labels[batch.labels != -100]
    right = (likeliest == labels).view(2, -1).all(-1).tolist()
    assert told == right


def test_kinds_are_compared_on_the_same_questions() -> None:
    def rows(*exact: bool) -> list[Row]:
        kinds = ("hop, 1 windows", "mayor, 2 windows", "facts")
        return [Row(str(n % 2), kind, each) for n, (kind, each) in enumerate(zip(kinds, exact))]

    found = figures({"one": rows(True, False, True), "four": rows(True, True, False)})
    assert found["two hops"]["one"]["exact"] == 0.5
    assert found["two hops"]["four"]["exact"] == 1.0
    assert found["two hops"]["four"]["more"] == 0.5
    assert found["facts"]["four"]["more"] == -1.0


def test_what_is_asked_is_of_unseen_names_in_one_window_and_in_two() -> None:
    made = list(examples(2, 0))
    assert [where for where, _ in made] == ["1 windows", "2 windows", "facts"] * 2
    assert [len(example.windows) for _, example in made] == [1, 2, 1] * 2
    assert all(len(example.questions) == 6 for _, example in made)
