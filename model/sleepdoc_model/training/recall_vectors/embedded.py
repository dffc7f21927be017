"""The trunk of the default model, which pools."""

from hashlib import sha256
from pathlib import Path

from sleepdoc_model.base import BaseWeights
from sleepdoc_model.base_file import base_path
from sleepdoc_model.checkpoint import read_config
from sleepdoc_model.device import place
from sleepdoc_model.file_hash import file_sha256
from sleepdoc_model.gguf.tokenizer import SMOLLM2, GGUFTokenizer
from sleepdoc_model.pooling import Pooling, worth_of_tokens
from sleepdoc_model.training.recall_vectors.states import PooledStates
from sleepdoc_model.training.recall_vectors.texts import learnt_from
from sleepdoc_model.weights_cache import WeightsCache

_LOW, _HIGH = 8, 24


def embedded(heads: Path, reader: Path, reading: Path, cache: Path | None) -> PooledStates:
    """What pools states of the default model; tokens are rare that few passages have of those that
    are not held out."""
    tokenizer = GGUFTokenizer(base_path(), SMOLLM2)
    config = read_config(heads)
    worth = worth_of_tokens(map(tokenizer.encode, learnt_from(reading)), config.vocab)
    base = file_sha256(base_path())
    weights = BaseWeights(base_path(), base, place("cpu"), WeightsCache(cache))
    of = sha256(f"{base}{file_sha256(reader)}".encode() + worth.numpy().tobytes()).hexdigest()
    return PooledStates(
        lambda: weights.network(config, heads, reader).eval(),
        tokenizer,
        Pooling(_LOW, _HIGH, worth),
        of,
    )
