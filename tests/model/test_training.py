"""Training on a tiny network: it learns, it resumes bit for bit, its loss means what it says."""

import dataclasses
import re
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch.distributed.run import parse_args as torchrun_options

from sleepdoc_model import config
from sleepdoc_model.checkpoint import trained_parameters
from sleepdoc_model.network import Network, Pass
from sleepdoc_model.scripted import ByteTokenizer
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.tasks.types import Example, Question
from sleepdoc_model.testing import randomise
from sleepdoc_model.training.__main__ import main
from sleepdoc_model.training.batches import DrawnBatches, PreparedBatches, prepare
from sleepdoc_model.training.data import IGNORE, Batch, Lesson, collate
from sleepdoc_model.training.group import Group
from sleepdoc_model.training.lessons import Sources
from sleepdoc_model.training.loop import Schedule, Trainer
from sleepdoc_model.training.objective import (
    MemoryStore,
    TapStore,
    answer_loss,
    read_and_sleep,
)
from sleepdoc_model.training.recipe import RECIPES

TOKENIZER = ByteTokenizer()
EXAMPLES = [
    Example(("The owl sleeps.", "It wakes."), (Question("Who?", "owl"), Question("What?", "it"))),
    Example(("A fox.",), (Question("Which?", "fox"),)),
]


def make_network() -> Network:
    network = Network(config.tiny())
    randomise(network, 0)
    for name, parameter in network.weights().items():
        parameter.requires_grad_(name in trained_parameters(network))
    return network


def make_batches(seed: int = 0) -> DrawnBatches:
    held_out = {"all": collate(Lesson(EXAMPLES), TOKENIZER)}
    return DrawnBatches(TOKENIZER, RECIPES["facts"], Sources(), held_out, seed)


def make_trainer(
    folder: Path, seed: int = 0, group: Group | None = None, only_reading: bool = False
) -> Trainer:
    folder.mkdir(exist_ok=True)
    return Trainer(
        make_network(),
        make_batches(seed),
        folder,
        schedule=Schedule(steps=6, warm_up=1),
        group=group,
        only_reading=only_reading,
    )


def parameters(trainer: Trainer) -> list[torch.Tensor]:
    return [p.detach().clone() for p in trainer.network.parameters()]


def test_a_batch_predicts_the_answers_and_their_end() -> None:
    batch = collate(Lesson(EXAMPLES), TOKENIZER)
    assert batch.document.tolist() == [0, 0, 1]
    assert [w.ids.shape[0] for w in batch.windows] == [2, 2]
    assert batch.windows[1].active.sum(-1).tolist() == [len("It wakes."), 0]
    row, labels = batch.questions[2], batch.labels[2]
    asked = labels != IGNORE
    assert bytes(labels[asked].tolist()[:-1]) == b"fox"
    assert labels[asked][-1].item() in TOKENIZER.frame.stop
    assert row[asked].tolist()[1:] == list(b"fox")


def test_questions_are_asked_one_after_the_other() -> None:
    alone = collate(Lesson(EXAMPLES), TOKENIZER)
    together = collate(Lesson(EXAMPLES), TOKENIZER, row=200)
    assert together.document.tolist() == [0, 1]
    lengths = [int((row != IGNORE).nonzero()[-1]) + 1 for row in alone.labels]
    close = list(TOKENIZER.frame.answer_close)
    for part, between in (("questions", close), ("labels", [IGNORE] * len(close))):
        rows = [row[:n].tolist() for row, n in zip(getattr(alone, part), lengths, strict=True)]
        said = [*rows[0], *between, *rows[1]]
        assert getattr(together, part)[0].tolist() == said
    assert collate(Lesson(EXAMPLES), TOKENIZER, row=10).document.tolist() == [0, 0, 1]


def test_unslept_text_stands_before_the_questions() -> None:
    example = Example(("An owl.",), EXAMPLES[0].questions, unslept="A fox.")
    batch = collate(Lesson([example]), TOKENIZER)
    without = collate(Lesson([Example(example.windows, example.questions)]), TOKENIZER)
    text = TOKENIZER.encode("A fox.")
    assert torch.equal(batch.windows[0].ids, without.windows[0].ids)
    for row, labels, alone in zip(batch.questions, batch.labels, without.questions, strict=True):
        assert row.tolist() == [*text, *alone.tolist()]
        assert labels[: len(text)].tolist() == [IGNORE] * len(text)


def test_where_memory_has_nothing_to_say_the_base_is_imitated() -> None:
    network = make_network()
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    batch = collate(Lesson(EXAMPLES, plain=True), TOKENIZER)
    asked = batch.labels != IGNORE
    with torch.no_grad():
        memory = read_and_sleep(network, prefix, batch, 1)
        own, logits = answer_loss(network, prefix, batch, memory)
        none, base = answer_loss(network, prefix, batch, None)
    p, q = base.softmax(-1), logits.softmax(-1)
    torch.testing.assert_close(own, (p * (p / q).log()).sum())
    assert own > 1e-3 * asked.sum() and abs(none.item()) < 1e-4


def test_the_loss_equals_one_conversation_at_a_time() -> None:
    network = make_network()
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    batch = collate(Lesson(EXAMPLES), TOKENIZER)
    loss, _ = answer_loss(network, prefix, batch, read_and_sleep(network, prefix, batch, 2))
    total = 0.0
    for example in EXAMPLES:
        for question in example.questions:
            alone = collate(Lesson([Example(example.windows, (question,))]), TOKENIZER)
            memory = read_and_sleep(network, prefix, alone, 2)
            total += answer_loss(network, prefix, alone, memory)[0].item()
    torch.testing.assert_close(loss.item(), total, rtol=1e-4, atol=1e-4)


def test_training_sleeps_as_the_product_does() -> None:
    """The memory trained on is the memory an engine makes of the same windows."""
    from sleepdoc_model.sleep import sleep_passes

    network = make_network()
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    batch = collate(Lesson(EXAMPLES[:1]), TOKENIZER)
    trained = read_and_sleep(network, prefix, batch, 2)
    memory = None
    for window in EXAMPLES[0].windows:
        ids = torch.tensor([TOKENIZER.encode(window)])
        *_, (memory, _) = sleep_passes(network, ids, memory, passes=2, prefix=prefix)
    for left, right in zip(trained, memory or (), strict=True):
        torch.testing.assert_close(left, right, rtol=1e-4, atol=1e-5)


def test_windows_around_all_documents_are_as_good_as_each_documents_own() -> None:
    network = make_network()
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    shared = collate(Lesson(EXAMPLES, before=("Once,",), after=("The end.",)), TOKENIZER)
    assert [w.ids.shape[0] for w in shared.windows] == [1, 2, 2, 1]
    own = [Example(("Once,", *e.windows, "The end."), e.questions) for e in EXAMPLES]
    own[1] = Example(("Once,", "A fox.", "", "The end."), own[1].questions)
    left = read_and_sleep(network, prefix, shared, 2)
    right = read_and_sleep(network, prefix, collate(Lesson(own), TOKENIZER), 2)
    for one, other in zip(left, right, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("limit", [0, 1 << 20])
def test_kept_windows_are_seen_as_fresh_ones_are(limit: int) -> None:
    network = make_network()
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    store = TapStore(network, prefix, limit)
    batch = collate(Lesson(EXAMPLES, before=("Once,",), kept=True), TOKENIZER)
    fresh = read_and_sleep(network, prefix, batch, 1)
    for _ in range(2):
        for one, other in zip(fresh, read_and_sleep(network, prefix, batch, 1, store), strict=True):
            torch.testing.assert_close(one, other, rtol=2e-2, atol=2e-3)


@pytest.mark.parametrize("limit", [0, 1 << 20])
def test_kept_memories_are_those_that_reading_makes(limit: int) -> None:
    network = make_network()
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    store = MemoryStore(network, prefix, limit)
    batch = collate(Lesson(EXAMPLES, kept=True), TOKENIZER)
    for _ in range(2):
        for passes in (1, 2):
            fresh = read_and_sleep(network, prefix, batch, passes)
            for one, other in zip(fresh, store(batch, passes), strict=True):
                torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_documents_that_come_again_are_not_read_again() -> None:
    network = make_network()
    store = MemoryStore(network, cached_prefix(network, TOKENIZER.frame.prefix))
    kept, fresh = (collate(Lesson(EXAMPLES, kept=again), TOKENIZER) for again in (True, False))
    before = [store(batch, 1) for batch in (kept, fresh)]
    randomise(network, 1)  # what it reads from now on is another memory
    after = [store(batch, 1) for batch in (kept, fresh)]
    same = [torch.equal(one[0], other[0]) for one, other in zip(before, after, strict=True)]
    assert same == [True, False]


def test_reading_alone_is_trained_where_writing_shall_stay(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path, only_reading=True)
    batch = collate(Lesson(EXAMPLES), TOKENIZER)
    written = read_and_sleep(trainer.network, trainer.prefix, batch, 2)
    loss, _ = answer_loss(trainer.network, trainer.prefix, batch, written)
    list(trainer.run(2))
    again = read_and_sleep(trainer.network, trainer.prefix, batch, 2)
    for one, other in zip(written, again, strict=True):
        assert torch.equal(one, other)
    assert answer_loss(trainer.network, trainer.prefix, batch, again)[0] != loss


def test_only_the_heads_learn(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path)
    before = {name: p.detach().clone() for name, p in trainer.network.weights().items()}
    list(trainer.run(2))
    for name, new in trainer.network.weights().items():
        learns = name in trained_parameters(trainer.network)
        assert torch.equal(before[name], new) != learns, name


def test_what_reads_asleep_can_be_trained(tmp_path: Path) -> None:
    """Every pass is another window: it reads what the one before it wrote."""
    tiny = config.tiny(rule="delta")
    heads = dataclasses.replace(tiny.memory, reads_asleep=True, subject=0)
    network = Network(dataclasses.replace(tiny, memory=heads))
    randomise(network, 0)
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    batch = collate(Lesson(EXAMPLES), TOKENIZER)
    with torch.no_grad():
        once, twice = (read_and_sleep(network, prefix, batch, passes) for passes in (1, 2))
    known = None
    for window in batch.windows:
        for _ in range(2):
            run = Pass("write", prefix, grow=False, active=window.active)
            with torch.no_grad():
                _, known = network(network.embed(window.ids), known, run)
    for state, other, expected in zip(twice, once, known, strict=True):
        torch.testing.assert_close(state, expected)
        assert not torch.allclose(state, other, atol=1e-3)


@pytest.mark.parametrize("only_reading", [False, True])
def test_a_resumed_run_equals_an_uninterrupted_one_bit_for_bit(
    tmp_path: Path, only_reading: bool
) -> None:
    whole = make_trainer(tmp_path / "whole", only_reading=only_reading)
    list(whole.run())
    first = make_trainer(tmp_path / "parts", only_reading=only_reading)
    list(first.run(3))
    first.save()
    second = make_trainer(tmp_path / "parts", only_reading=only_reading)
    second.resume()
    records = list(second.run())
    assert [r["step"] for r in records] == [4, 5, 6]
    for left, right in zip(parameters(whole), parameters(second), strict=True):
        assert torch.equal(left, right)


def test_a_seed_decides_the_batches(tmp_path: Path) -> None:
    one, other = make_trainer(tmp_path / "a", 0), make_trainer(tmp_path / "b", 1)
    assert next(one.run(1))["loss"] != next(other.run(1))["loss"]


def test_the_held_out_floor_is_another_documents_memory(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path)
    figures = trainer.evaluate()
    assert set(figures) == {"all_own", "all_swapped", "all_empty", "all_accuracy"}
    assert len({figures["all_own"], figures["all_swapped"], figures["all_empty"]}) == 3


def test_the_rate_warms_up_and_falls() -> None:
    schedule = Schedule(steps=300, rate=1.0, warm_up=10)
    rates = [schedule.rate_at(s) for s in (0, 9, 150, 250, 299)]
    assert rates[0] == 0.1 and rates[1] == rates[2] == 1.0
    assert 0.1 < rates[4] < rates[3] < 1.0


def test_gates_learn_faster_than_the_rest_and_subjects_slower(tmp_path: Path) -> None:
    trainer = make_trainer(tmp_path)
    before = {name: p.detach().clone() for name, p in trainer.trained.items()}
    list(trainer.run(1))
    # Adam's first step moves a parameter by its rate, whatever the gradient.
    moved = {name: (p - before[name]).abs().max().item() for name, p in trainer.trained.items()}
    rate = trainer.schedule.rate_at(0)
    factors = {
        "blocks.1.memory.q.up": 1,
        "blocks.1.memory.subject": 1,
        "blocks.1.memory.gate.weight": 5,
        "relevance.up.weight": 20,
        "subject.salience.weight": 0.1,
    }
    for name, factor in factors.items():
        assert moved[name] == pytest.approx(factor * rate, rel=0.1), name


def test_a_prefix_is_cached_without_memory() -> None:
    network = make_network()
    cache = cached_prefix(network, (256, 257))
    again = cached_prefix(network, (256, 257))
    assert cache.length == 2 and torch.equal(cache.keys, again.keys)
    h, _ = network(network.embed(torch.tensor([[5]])), None, Pass("read", cache, grow=False))
    assert h.shape == (1, 1, 32)


def assert_same(one: Batch, other: Batch) -> None:
    for name in ("questions", "labels", "document"):
        assert torch.equal(getattr(one, name), getattr(other, name)), name
    for left, right in zip(one.windows, other.windows, strict=True):
        assert torch.equal(left.ids, right.ids) and torch.equal(left.active, right.active)
        assert left.kept == right.kept
    assert one.plain == other.plain


def test_prepared_batches_are_the_drawn_ones(tmp_path: Path) -> None:
    drawn, path = make_batches(), tmp_path / "batches.safetensors"
    prepare(path, drawn, 3, lambda step: None)
    prepared = PreparedBatches(path)
    assert (prepared.prefix, prepared.steps) == (drawn.prefix, 3)
    for step in range(3):
        assert_same(prepared.batch(step), drawn.batch(step))
        assert prepared.passes(step) == drawn.passes(step)
    assert_same(prepared.held_out["all"], drawn.held_out["all"])
    assert torch.equal(prepared.sample().ids, drawn.sample().ids)
    assert prepared.describe()["seed"] == 0


def test_a_file_of_something_else_is_no_batches(tmp_path: Path) -> None:
    save_file({"x": torch.zeros(1)}, tmp_path / "x.safetensors")
    with pytest.raises(ValueError, match="not a file of batches"):
        PreparedBatches(tmp_path / "x.safetensors")


def test_shares_of_a_batch_are_the_batch() -> None:
    network = make_network()
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    examples = [*EXAMPLES, Example(("An elk. A hen.",), (Question("Who else?", "hen"),))]
    batch = collate(Lesson(examples, before=("Once,",)), TOKENIZER)
    whole, _ = answer_loss(network, prefix, batch, read_and_sleep(network, prefix, batch, 1))
    parts = [batch.share(rank, 2) for rank in range(2)]
    assert [part.document.tolist() for part in parts] == [[0, 0, 1], [0]]
    losses = [
        answer_loss(network, prefix, part, read_and_sleep(network, prefix, part, 1))[0]
        for part in parts
    ]
    torch.testing.assert_close(sum(losses), whole, rtol=1e-4, atol=1e-4)


def _train_in_a_group(rank: int, size: int, folder: Path) -> None:
    torch.set_num_threads(1)
    store = torch.distributed.FileStore(str(folder / "store"), size)
    torch.distributed.init_process_group("gloo", store=store, rank=rank, world_size=size)
    trainer = make_trainer(folder / str(rank), group=Group(rank, size))
    records = list(trainer.run(4))
    found = {name: p.detach() for name, p in trainer.network.weights().items()}
    save_file(found, folder / f"{rank}.safetensors", {"loss": str(records[-1]["loss"])})
    torch.distributed.destroy_process_group()


@pytest.mark.slow
def test_two_processes_train_as_one(tmp_path: Path) -> None:
    alone = make_trainer(tmp_path / "alone")
    records = list(alone.run(4))
    torch.multiprocessing.spawn(_train_in_a_group, args=(2, tmp_path), nprocs=2)
    first, second = (load_file(tmp_path / f"{rank}.safetensors") for rank in range(2))
    for name, parameter in alone.network.weights().items():
        assert torch.equal(first[name], second[name]), name
        torch.testing.assert_close(
            first[name],
            parameter.detach(),
            rtol=1e-5,
            atol=1e-5,
            msg=lambda said, name=name: f"{name}: {said}",
        )
    with safe_open(tmp_path / "0.safetensors", "pt") as file:
        assert float(file.metadata()["loss"]) == pytest.approx(records[-1]["loss"], rel=1e-5)


def test_torchrun_hands_on_every_option(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It stops at one that could be short for several of its own."""
    monkeypatch.setattr("sys.argv", ["training", "--help"])
    with pytest.raises(SystemExit):
        main()
    options = re.findall(r"^  (--[a-z-]+)", capsys.readouterr().out, re.MULTILINE)
    assert "--heads" in options
    for option in options:
        parsed = torchrun_options(["--nproc-per-node", "2", "-m", "a.module", option, "x"])
        assert parsed.training_script_args == [option, "x"]


def test_reading_alone_cannot_be_trained_where_it_writes_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    options = ["--config", "reading", "--reads-asleep", "--prepared", "batches.safetensors"]
    monkeypatch.setattr("sys.argv", ["training", *options, "--out", f"{tmp_path / 'run'}"])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "--reads-asleep" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
