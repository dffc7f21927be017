"""Attention transfer on a tiny network: what is learnt is what eviction took away."""

import pytest
import torch

from sleepdoc_model import config
from sleepdoc_model.network import Network, Pass
from sleepdoc_model.scripted import ByteTokenizer
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.testing import randomise
from sleepdoc_model.training.attention_transfer import Seen, see_conversations, transfer
from sleepdoc_model.training.batches import DrawnBatches
from sleepdoc_model.training.lessons import Sources
from sleepdoc_model.training.objective import calibrate
from sleepdoc_model.training.recipe import RECIPES

TOKENIZER = ByteTokenizer()


def make_network() -> Network:
    torch.manual_seed(0)
    network = Network(config.tiny(window=4096))
    shape = {n: p.detach().clone() for n, p in network.weights().items() if ".memory." in n}
    randomise(network, 0)
    with torch.no_grad():
        for name, parameter in network.weights().items():
            if name in shape:
                parameter.requires_grad_().copy_(shape[name])
    return network


def make_batches() -> DrawnBatches:
    return DrawnBatches(TOKENIZER, RECIPES["facts"], Sources(), {})


def test_the_teacher_sees_the_text_and_what_is_said_about_it() -> None:
    network, batches = make_network(), make_batches()
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    seen = [*see_conversations(network, prefix, batches, 9)]
    assert len(seen) == 9
    step = 0
    while len(batches.batch(step).windows) > 1:
        step += 1
    batch = batches.batch(step)
    text = batch.windows[0].ids[0][batch.windows[0].active[0]]
    assert seen[0].window == len(text)
    length = seen[0].inputs.shape[1] - len(text)
    ids = torch.cat((text, batch.questions[0, :length]))
    taps: list[torch.Tensor] = []
    run = Pass("read", prefix, grow=False, taps=taps, blind=True)
    with torch.no_grad():
        network(network.embed(ids[None]), None, run)
    torch.testing.assert_close(seen[0].inputs.float(), torch.cat(taps), rtol=1e-3, atol=1e-3)


@pytest.mark.slow
def test_layers_learn_what_the_evicted_text_would_have_given() -> None:
    network, batches = make_network(), make_batches()
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    calibrate(network, prefix, batches.sample())
    texts = [*see_conversations(network, prefix, batches, 40)]
    before = {n: p.detach().clone() for n, p in network.weights().items()}
    found = dict(transfer(network, prefix, texts[:32], texts[32:], epochs=6))
    assert set(found) == set(network.config.memory_layers)
    assert all(share > 0.2 for share in found.values())
    for name, parameter in network.weights().items():
        if ".memory." not in name:
            assert torch.equal(parameter, before[name]), name


def test_without_a_text_there_is_nothing_to_learn() -> None:
    """The floor: heads that were never trained explain nothing, and never less."""
    network, batches = make_network(), make_batches()
    prefix = cached_prefix(network, TOKENIZER.frame.prefix)
    texts: list[Seen] = [*see_conversations(network, prefix, batches, 4)]
    shares = dict(transfer(network, prefix, texts, texts, epochs=0))
    assert all(abs(share) < 1e-5 for share in shares.values())
