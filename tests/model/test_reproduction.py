"""Algorithm 1 beside a slow one of its own; what is evicted reaches an answer through S alone."""

import dataclasses
import json
import re
import sys
from pathlib import Path

import pytest
import torch

from sleepdoc_model.base import load_base
from sleepdoc_model.base_file import base_path
from sleepdoc_model.config import SleepConfig, smollm2
from sleepdoc_model.network import Network, Pass
from sleepdoc_model.reproduction import __main__ as reproduce
from sleepdoc_model.reproduction import throughput
from sleepdoc_model.reproduction.algorithm import Kept, answer_logits, answer_loss, exact
from sleepdoc_model.reproduction.arm import Arm, Run
from sleepdoc_model.reproduction.experiments import PAPER, SMALL, Experiment
from sleepdoc_model.tasks.depo import Depo
from sleepdoc_model.tasks.quantity_sequences import QuantitySequences
from sleepdoc_model.tasks.rule110 import Rule110
from sleepdoc_model.tasks.sequences import Sequences
from sleepdoc_model.training.__main__ import main

TINY = Experiment(
    Rule110(width=4, states=2, steps=1),
    dim=16,
    depth=2,
    head_dim=8,
    batch=16,
    steps=6,
    muon_rate=5e-3,
    adam_rate=1e-3,
    warm_up=2,
    test=32,
)


def network() -> Network:
    torch.manual_seed(0)
    return Network(TINY.network())


def drawn() -> Sequences:
    return TINY.task.draw(3, 5)


def slow(net: Network, sequences: Sequences, passes: int) -> torch.Tensor:
    """One sequence at a time, one window after the other, written out."""
    found = []
    for tokens in sequences.tokens:
        memory = None
        for start in (0, 4):
            h = net.embed(tokens[None, start : start + 4])
            for _ in range(passes):
                h, memory = net(h, memory, Pass("write"))
        h, _ = net(net.embed(tokens[None, 8:]), memory, Pass("write"))
        found.append(net.logits(h[0, :-1])[-2:])
    return torch.cat(found)


@pytest.mark.parametrize("passes", [1, 3])
def test_answers_are_those_of_the_algorithm_written_out(passes: int) -> None:
    net, sequences = network(), drawn()
    with torch.no_grad():
        expected = slow(net, sequences, passes)
        torch.testing.assert_close(answer_logits(net, sequences, passes), expected)


def test_more_passes_change_the_answer() -> None:
    net, sequences = network(), drawn()
    with torch.no_grad():
        one, two = (answer_logits(net, sequences, n) for n in (1, 2))
    assert (one - two).abs().max() > 1e-5


def test_the_gradient_reaches_a_sleep_only_through_the_fast_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net, sequences = network(), drawn()
    embedded: list[torch.Tensor] = []
    embed = net.embed

    def kept(tokens: torch.Tensor) -> torch.Tensor:
        embedded.append(embed(tokens).detach().requires_grad_())
        return embedded[-1]

    monkeypatch.setattr(net, "embed", kept)
    answer_loss(answer_logits(net, sequences, 2), sequences).backward()
    assert all(h.grad is not None and h.grad.abs().max() > 0 for h in embedded)

    embedded.clear()
    run = net.forward

    def cut(h: torch.Tensor, memory: object, how: Pass) -> object:
        out, after = run(h, memory, how)
        return out, tuple(s.detach() for s in after)

    monkeypatch.setattr(net, "forward", cut)
    answer_loss(answer_logits(net, sequences, 2), sequences).backward()
    before, answering = embedded[:-1], embedded[-1]
    assert all(h.grad is None for h in before)
    assert answering.grad is not None


def test_nothing_crosses_an_eviction_but_the_fast_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    net, sequences = network(), drawn()
    other = sequences.tokens.clone()
    other[:, 1] = 1 - other[:, 1]
    changed = dataclasses.replace(sequences, tokens=other)
    with torch.no_grad():
        through = answer_logits(net, sequences, 2) - answer_logits(net, changed, 2)
        assert through.abs().max() > 1e-6
        run = net.forward

        def forget(h: torch.Tensor, memory: object, how: Pass) -> object:
            return run(h, None, how)

        monkeypatch.setattr(net, "forward", forget)
        blind = answer_logits(net, sequences, 2), answer_logits(net, changed, 2)
    assert torch.equal(*blind)


def spanning(span: int) -> Network:
    torch.manual_seed(0)
    return Network(dataclasses.replace(TINY, span=span).network())


@pytest.mark.parametrize("span", [2, 4, 7])
def test_one_pass_with_sliding_eviction_is_one_run_of_sliding_window_attention(span: int) -> None:
    net, sequences = spanning(span), drawn()
    with torch.no_grad():
        h, _ = net(net.embed(sequences.tokens), None, Pass("write"))
        whole = net.logits(h[:, :-1][sequences.asked[:, 1:]])
        torch.testing.assert_close(answer_logits(net, sequences, 1), whole)
        hard = answer_logits(network(), sequences, 1)
    assert (whole - hard).abs().max() > 1e-4


def test_a_span_ends_where_it_says() -> None:
    net = spanning(3)
    tokens = torch.tensor([[0, 1, 0, 1, 1, 0]])
    other = tokens.clone()
    other[0, 1] = 0
    attention, _ = (block.attention for block in net.layers())
    assert attention is not None
    outs = []
    with torch.no_grad():
        for ids in (tokens, other):
            projected = attention.project(net.embed(ids))
            outs.append(attention.attend(projected, 0, Pass("read"))[0])
    changed = (outs[0] - outs[1]).abs().amax(-1) > 1e-7
    assert changed.tolist() == [False, True, True, True, False, False]


def test_further_passes_take_the_place_of_what_the_first_one_kept() -> None:
    net, sequences = spanning(4), drawn()
    with torch.no_grad():
        memory, kept = None, Kept(4)
        for start in (0, 4):
            h = net.embed(sequences.tokens[:, start : start + 4])
            for _ in range(3):
                kept.length = start
                h, memory = net(h, memory, Pass("write", kept))
            kept.evict()
        h, _ = net(net.embed(sequences.tokens[:, 8:]), memory, Pass("write", kept))
        found = net.logits(h[:, :-1][sequences.asked[:, 9:]])
        torch.testing.assert_close(answer_logits(net, sequences, 3), found)


def test_exact_takes_every_answer_of_a_sequence() -> None:
    sequences = drawn()
    labels = sequences.tokens[sequences.asked]
    logits = torch.nn.functional.one_hot(labels, 3).float()
    assert exact(logits, sequences).tolist() == [True, True, True]
    logits[3] = logits[3].roll(1)  # the second sequence's second answer
    assert exact(logits, sequences).tolist() == [True, False, True]


def test_a_window_has_to_begin_with_something_known() -> None:
    sequences = drawn()
    asked = sequences.asked.clone()
    asked[:, 8] = True
    with pytest.raises(ValueError, match="first token"):
        answer_logits(network(), dataclasses.replace(sequences, asked=asked), 1)


def test_a_resumed_arm_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    arm = Arm(passes=2, seed=1)
    whole = Run(TINY, arm, 6, tmp_path / "whole", "cpu")
    records = list(whole.train(1e9, evaluate_every=3))
    assert [record["step"] for record in records] == [3, 6]
    parts = []
    for _ in range(7):  # a process that may train for no time at all makes one step
        parts += list(Run(TINY, arm, 6, tmp_path / "parts", "cpu").train(0.0, evaluate_every=3))
    assert parts == records


def test_arms_of_a_seed_differ_only_in_what_they_compare(tmp_path: Path) -> None:
    one, two = (Run(TINY, Arm(n, 1), 6, tmp_path / str(n), "cpu") for n in (1, 2))
    for a, b in zip(one.network.parameters(), two.network.parameters(), strict=True):
        assert torch.equal(a, b)
    deep = Run(TINY, Arm(1, 1, deeper=3), 6, tmp_path / "deep", "cpu")
    assert len(list(deep.network.layers())) == 3 * len(list(one.network.layers()))


def test_a_batch_in_parts_has_the_gradient_of_the_whole(tmp_path: Path) -> None:
    whole, parts = (
        Run(dataclasses.replace(TINY, at_once=n), Arm(2, 0), 1, tmp_path / str(n), "cpu")
        for n in (0, 5)
    )
    for run in (whole, parts):
        list(run.train(1e9, evaluate_every=1))
    gradients = [[p.grad for p in run.network.parameters()] for run in (whole, parts)]
    for a, b in zip(*gradients, strict=True):
        torch.testing.assert_close(a, b)


def test_passes_that_feed_nothing_back_begin_with_the_embeddings() -> None:
    config = dataclasses.replace(TINY.network(), sleep=SleepConfig(feedback=0.0))
    torch.manual_seed(0)
    net, sequences = Network(config), drawn()
    with torch.no_grad():
        memory = None
        for start in (0, 4):
            for _ in range(3):
                h = net.embed(sequences.tokens[:, start : start + 4])
                _, memory = net(h, memory, Pass("write"))
        h, _ = net(net.embed(sequences.tokens[:, 8:]), memory, Pass("write"))
        found = net.logits(h[:, :-1][sequences.asked[:, 9:]])
        torch.testing.assert_close(answer_logits(net, sequences, 3), found)
    assert (answer_logits(network(), sequences, 3) - found).abs().max() > 1e-5


@pytest.mark.slow
def test_a_pretrained_arm_begins_as_the_base(tmp_path: Path) -> None:
    arm = Run(dataclasses.replace(PAPER["gsm"], test=1), Arm(1, 0), 1, tmp_path, "cpu").network
    base = Network(smollm2())
    load_base(base, base_path(), torch.float32)
    tokens = torch.arange(100, 120)[None]
    with torch.no_grad():
        h, memory = arm(arm.embed(tokens), None, Pass("write"))
        expected, _ = base(base.embed(tokens), None, Pass("read"))
    torch.testing.assert_close(h, expected)
    assert memory is not None
    assert all(p.requires_grad for p in arm.parameters())


def test_an_arm_costs_its_tokens_times_its_layers() -> None:
    # Two windows of four, slept on; a query and two answers, of which all three are read once.
    assert Arm(1, 0).layer_tokens(TINY) == (4 + 4 + 3) * 2
    assert Arm(3, 0).layer_tokens(TINY) == (3 * 8 + 3) * 2
    assert Arm(1, 0, deeper=3).layer_tokens(TINY) == 11 * 6


@pytest.mark.parametrize("experiment", [*PAPER.values(), *SMALL.values()])
def test_a_network_has_room_for_its_task(experiment: Experiment) -> None:
    sequences = experiment.task.draw(2, 0)
    assert sequences.tokens.max() < experiment.network().vocab
    assert not sequences.asked[:, :: experiment.network().window].any()


def test_arms_are_compared_at_equal_steps_and_at_equal_compute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(SMALL, "rule110", TINY)
    results, picture = tmp_path / "r.json", tmp_path / "r.svg"
    words = (
        f"x reproduce rule110 --small --passes 1,3 --deeper 3 --evaluate-every 2 --out {tmp_path}"
    )
    monkeypatch.setattr(sys, "argv", [*words.split(), "--results", str(results)])
    main()
    figures = json.loads(results.read_text("utf-8"))
    rows = {row["arm"]: row for row in figures["arms"]}
    assert list(rows) == ["n1-seed0", "n3-seed0", "deeper3-seed0"]
    assert {row["equal_steps"]["step"] for row in rows.values()} == {6}
    # The deeper network costs most, 11 tokens of 6 layers; the others 11 and 27 tokens of 2.
    assert [row["equal_compute"]["step"] for row in rows.values()] == [18, 7, 6]
    costs = [row["equal_compute"]["layer_tokens"] for row in rows.values()]
    assert max(costs) - min(costs) < 16 * 66
    printed = capsys.readouterr().out
    assert "best constant guess: " in printed

    monkeypatch.setattr(sys, "argv", [*words.split(), "--plot", str(picture)])
    main()  # all is trained: only the report is made again
    assert capsys.readouterr().out.splitlines() == [
        line for line in printed.splitlines() if "step " not in line
    ]
    assert b"</svg>" in picture.read_bytes()

    log = tmp_path / "n1-seed0" / "log.jsonl"
    log.write_text("".join(log.read_text("utf-8").splitlines(keepends=True)[:3]))  # 6 of 18 steps
    main()
    rows = [line for line in capsys.readouterr().out.splitlines() if "-seed" in line]
    assert ["not trained so far" in row for row in rows] == [True, False, False]


def test_cells_and_rollout_of_rule_110_can_be_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(SMALL, "rule110", TINY)
    results = tmp_path / "r.json"
    words = f"--small --rollout 3 --cells 5 --minutes 0 --out {tmp_path} --results {results}"
    monkeypatch.setattr(sys, "argv", ["x", "reproduce", "rule110", *words.split()])
    main()
    figures = json.loads(results.read_text("utf-8"))
    deeper = Rule110(width=5, states=2, steps=3).modal_accuracy()
    assert figures["best_constant_guess"] == deeper != TINY.task.modal_accuracy()

    monkeypatch.setattr(sys, "argv", ["x", "reproduce", "depo", *words.split()])
    with pytest.raises(SystemExit):
        main()
    assert "only Rule 110 has cells and a rollout" in capsys.readouterr().err


def test_losses_are_told_apart_by_what_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    task = Depo(nodes=4, hops=4, questions=3, letters=6, longest=1, windows=1)
    monkeypatch.setitem(SMALL, "depo", dataclasses.replace(TINY, task=task, steps=2))
    results, picture = tmp_path / "r.json", tmp_path / "r.svg"
    words = f"x reproduce depo --small --passes 1,2 --out {tmp_path} --results {results}"
    monkeypatch.setattr(sys, "argv", [*words.split(), "--plot", str(picture)])
    main()
    printed = capsys.readouterr().out
    assert " tokens/s " in printed
    assert re.search("loss, equal steps +1 +2 +4\n", printed)
    assert "exact, equal steps" not in printed
    for row in json.loads(results.read_text("utf-8"))["arms"]:
        assert row["curve"][-1][3] == row["equal_compute"]["loss_by_kind"]
    # A row of two panels for every number of hops.
    assert picture.read_text("utf-8").count('id="axes_') == 6


def test_exact_answers_are_told_apart_where_a_sequence_asks_for_one_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    task = QuantitySequences(most=2, window=64, length=100, words=True)
    monkeypatch.setitem(SMALL, "gsm", dataclasses.replace(TINY, task=task, steps=2))
    results = tmp_path / "r.json"
    words = f"x reproduce gsm --small --passes 1 --out {tmp_path} --results {results}"
    monkeypatch.setattr(sys, "argv", words.split())
    main()
    printed = capsys.readouterr().out
    assert "exact, equal steps" in printed and "exact, equal compute" in printed
    figures = json.loads(results.read_text("utf-8"))
    (row,) = figures["arms"]
    found = row["equal_steps"]
    kinds = task.draw(TINY.test, 0, test=True).kinds()
    assert kinds is not None
    counts = [int((kinds == kind).sum()) for kind in (1, 2)]
    right = [n * share for n, share in zip(counts, found["exact_by_kind"].values(), strict=True)]
    assert sum(right) / sum(counts) == pytest.approx(found["exact"])
    assert figures["best_constant_guess"] == task.modal_accuracy()


def test_a_pretrained_network_is_not_made_deeper(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = f"x reproduce gsm --deeper 2 --out {tmp_path}"
    monkeypatch.setattr(sys, "argv", words.split())
    with pytest.raises(SystemExit):
        main()
    assert "as deep as it is" in capsys.readouterr().err


def test_throughput_measures_every_window_and_number_of_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out, picture = tmp_path / "t.json", tmp_path / "t.svg"
    words = "x --length 20 --windows 4,8 --passes 1,3 --batch 1 --dim 64 --depth 2 --repeats 1"
    monkeypatch.setattr(sys, "argv", [*words.split(), "--out", str(out), "--plot", str(picture)])
    throughput.main()
    rows = json.loads(out.read_text("utf-8"))["rows"]
    assert [(row["window"], row["passes"]) for row in rows] == [(4, 1), (4, 3), (8, 1), (8, 3)]
    assert all(row["tokens_per_second"] > 0 for row in rows)
    assert capsys.readouterr().out.splitlines()[1].split()[:2] == ["4", "1.00"]
    assert b"</svg>" in picture.read_bytes()


PAGE = Path(__file__).resolve().parents[2] / "docs" / "reproduction.md"
COMMANDS = re.findall(r"python -m (sleepdoc_model\.[^`\n]+)", PAGE.read_text("utf-8"))


class _Begun(Exception):
    """A command has been understood, and would train now."""


@pytest.mark.parametrize("command", sorted(set(COMMANDS)))
def test_every_command_of_the_page_begins(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def begin(experiment: Experiment, *_: object) -> None:
        experiment.network()
        raise _Begun

    monkeypatch.setattr(reproduce, "_train", begin)
    monkeypatch.setattr(throughput, "Network", begin)
    monkeypatch.setattr(throughput, "paper", lambda *_, **__: TINY)
    monkeypatch.setattr(sys, "argv", command.split())
    with pytest.raises(_Begun):
        throughput.main() if "throughput" in command else main()
