"""The embedded model with the heads to be measured, on the CPU."""

from pathlib import Path

import torch

from sleepdoc_model.base import load_base
from sleepdoc_model.base_file import base_path
from sleepdoc_model.checkpoint import load_heads, read_config
from sleepdoc_model.gguf.tokenizer import SMOLLM2, GGUFTokenizer
from sleepdoc_model.network import Network
from sleepdoc_model.sleep import cached_prefix
from sleepdoc_model.state import KVCache
from sleepdoc_model.tokenizer import Tokenizer


def load_checkpoint(heads: Path) -> tuple[Network, Tokenizer, KVCache]:
    """Network in float32, tokenizer, and the pinned prefix's keys and values."""
    tokenizer = GGUFTokenizer(base_path(), SMOLLM2)
    network = Network(read_config(heads))
    load_base(network, base_path(), torch.float32)
    load_heads(network, heads)
    return network, tokenizer, cached_prefix(network, tokenizer.frame.prefix)
