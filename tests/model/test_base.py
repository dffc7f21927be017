"""The embedded base: our torch network against llama.cpp on the same GGUF file."""

from pathlib import Path

import gguf
import numpy as np
import pytest
import torch

from sleepdoc_model import config
from sleepdoc_model.base import load_base
from sleepdoc_model.base_file import base_path
from sleepdoc_model.gguf.tensors import GGUFFile
from sleepdoc_model.network import Network, Pass
from sleepdoc_model.state import empty_memory

pytestmark = pytest.mark.slow

ENGLISH = """
The clockmaker of the old town had three apprentices, and none of them could keep time. The eldest
slept until noon, because he said that a watch which is not wound cannot be late. The second rose
with the sun and went to bed with it, so that in December he hardly opened the shop at all. The
youngest owned a book in which she wrote down, every evening, what each clock had shown at the hour
when the bell of the church had struck, and from these figures she worked out how far the bell was
wrong. One morning a stranger came in and laid a silver watch on the counter. It had stopped, he
said, on the day his father died, and no one in the capital had been able to make it go again. The
clockmaker looked at it through his glass for a long while and shook his head. But the youngest
apprentice asked whether she might keep it for a week. The stranger laughed and said that she might
keep it for a year, if she liked, as long as he could have it back. She carried it up to her room,
opened her book at the first page, and began to write down the hour at which it stood, once in the
morning and once at night, although it never changed. On the seventh day she came down and told the
clockmaker that there was nothing the matter with the watch. It is right twice a day, she said, and
that is more than can be said of the bell. What it wants is somebody who will look at it at the
right moment. When the stranger returned she held it to his ear, and at that very minute the bell
struck, and the watch began to tick.
"""


@pytest.fixture(scope="module")
def network() -> Network:
    network = Network(config.smollm2())
    load_base(network, base_path(), torch.float32)
    return network.eval()


@torch.no_grad()
@pytest.mark.usefixtures("weights_as_they_are")
def test_logits_agree_with_llama_cpp(network: Network) -> None:
    import llama_cpp

    llama = llama_cpp.Llama(str(base_path()), n_ctx=512, logits_all=True, verbose=False)
    ids = llama.tokenize((ENGLISH * 2).encode(), add_bos=False, special=False)[:512]
    llama.eval(ids)
    theirs = torch.from_numpy(np.array(llama.scores[: len(ids)])).log_softmax(-1)
    h, _ = network(network.embed(torch.tensor([ids])), None, Pass("read"))
    ours = network.logits(h)[0].log_softmax(-1)
    agreement = (ours.argmax(-1) == theirs.argmax(-1)).float().mean().item()
    divergence = (theirs.exp() * (theirs - ours)).sum(-1).mean().item()
    print(f"{len(ids)} tokens: top-1 agreement {agreement:.1%}, mean KL {divergence:.4f}")
    assert len(ids) == 512
    assert agreement >= 0.95
    assert divergence <= 0.01


@torch.no_grad()
def test_with_an_empty_memory_the_network_is_the_base(network: Network) -> None:
    h = network.embed(torch.arange(100, 164)[None])
    plain, _ = network(h, None, Pass("read"))
    zeroed, _ = network(h, empty_memory(network.config), Pass("read"))
    assert torch.equal(zeroed, plain)


def test_the_file_reader_agrees_with_the_gguf_package() -> None:
    ours = GGUFFile(base_path())
    theirs = {tensor.name: tensor for tensor in gguf.GGUFReader(base_path()).tensors}
    assert {info.name for info in ours.tensors} == set(theirs)
    for info in ours.tensors[:12]:
        tensor = theirs[info.name]
        assert info.shape == tuple(reversed(tensor.shape.tolist()))
        expected = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        np.testing.assert_array_equal(ours.read(info), expected)


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGML" + bytes(64))
    with pytest.raises(ValueError, match="not a GGUF file"):
        GGUFFile(path)
