"""Model ids to engines."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from sleepdoc_model.engine import Engine
from sleepdoc_model.files import ModelFiles
from sleepdoc_model.tokenizer import Tokenizer

if TYPE_CHECKING:
    from torch import Tensor

    from sleepdoc_model.config import ModelConfig
    from sleepdoc_model.device import Placement
    from sleepdoc_model.network import Network
    from sleepdoc_model.recall_heads import RecallHeads


DEFAULT_MODEL = "default"
"""The id of the embedded model, which is taken where nobody names another."""
BUILT_IN = (DEFAULT_MODEL, "tiny", "scripted")

GGUF_WINDOW = 4096
"""Tokens the attention of a GGUF model sees, if it was trained on as many."""


def import_torch_meanwhile() -> None:
    """Begin to import torch, which takes longer than anything else here; who imports it too then
    waits for that."""
    Thread(target=import_module, args=("torch",), daemon=True).start()


class ModelUnavailable(Exception):
    """No such model, or what it needs is missing; the message is one line and says what to do."""


def load(
    model: str,
    *,
    files: ModelFiles | None = None,
    device: str | None = None,
    seed: int = 0,
    window: int | None = None,
) -> tuple[Engine, Tokenizer]:
    """Load a model.

    Args:
        model: ``default`` (the embedded one), ``tiny`` (random weights in the same shape, for
            tests), ``scripted`` with options (no network at all, for tests), or the path of a GGUF
            file.
        files: What is there beside the base; None: nothing.
        device: ``cpu``, ``cuda`` or ``mps``; None picks the fastest there is.
        seed: Seeds the weights of `tiny`.
        window: Tokens the attention layers can see; None is what the model was made for.

    Raises:
        ModelUnavailable: the id is unknown, or the model cannot be loaded here.
    """
    files = files or ModelFiles()
    name, _, options = model.partition(":")
    if name == "scripted":
        return _scripted(options, seed)
    if name == "tiny":
        return _tiny(options, seed, window)
    if name == DEFAULT_MODEL:
        try:
            return _default(files, device, window)
        except (OSError, ValueError) as error:
            raise ModelUnavailable(f"The default model cannot be loaded: {error}.") from error
    if model.endswith(".gguf"):
        try:
            return _gguf(Path(model), device, window, files.hashes)
        except (OSError, ValueError) as error:
            raise ModelUnavailable(f"{Path(model).name} cannot be loaded: {error}.") from error
    raise ModelUnavailable(f"No such model {model!r}. Use default, or the path of a GGUF file.")


def _scripted(options: str, seed: int) -> tuple[Engine, Tokenizer]:
    from sleepdoc_model.scripted import ByteTokenizer, ScriptedConfig, ScriptedEngine

    try:
        config = ScriptedConfig.parse(options)
    except ValueError as error:
        raise ModelUnavailable(f"No such scripted model: {error}.") from error
    return ScriptedEngine(config, seed=seed), ByteTokenizer()


def _tiny(options: str, seed: int, window: int | None) -> tuple[Engine, Tokenizer]:
    import torch

    from sleepdoc_model import config
    from sleepdoc_model.decoding import stacked
    from sleepdoc_model.device import Placement
    from sleepdoc_model.network import Network
    from sleepdoc_model.scripted import ByteTokenizer
    from sleepdoc_model.testing import randomise

    shape = config.tiny(window=int(options.removeprefix("window="))) if options else config.tiny()
    network = Network(shape)
    randomise(network, seed)
    placement = Placement("cpu", torch.float32, ("tiny networks run on the CPU in fp32",))
    parts = [b"tiny", str(seed).encode()]
    matrices = stacked(network.weights(), len(shape.layers))
    engine = _engine(
        shape, lambda: network, "tiny", parts, placement, window, matrices=lambda: matrices
    )
    return engine, ByteTokenizer()


def _default(files: ModelFiles, device: str | None, window: int | None) -> tuple[Engine, Tokenizer]:
    import_torch_meanwhile()
    from sleepdoc_model.base_file import base_path
    from sleepdoc_model.file_hash import file_sha256, known_sha256
    from sleepdoc_model.gguf.tokenizer import SMOLLM2, GGUFTokenizer

    heads, reader, recall = files.heads, files.reader, files.recall
    if heads is None:
        raise ValueError("it needs a checkpoint of fast-weight heads")
    path = base_path()
    sha256, tokenizer = known_sha256(path, files.hashes), GGUFTokenizer(path, SMOLLM2)
    from sleepdoc_model.base import BaseWeights
    from sleepdoc_model.checkpoint import read_config
    from sleepdoc_model.device import place
    from sleepdoc_model.reader import ABSENT
    from sleepdoc_model.recall_heads import load_recall_heads
    from sleepdoc_model.snapshot import fingerprint
    from sleepdoc_model.weights_cache import WeightsCache

    config, placement = read_config(heads), place(device)
    weights = BaseWeights(path, sha256, placement, WeightsCache(files.cache))
    engine = _engine(
        config,
        lambda: weights.network(config, heads, reader),
        "SmolLM2-135M-Instruct + fast weights",
        [sha256.encode(), *(file_sha256(part).encode() for part in (heads, reader) if part)],
        placement,
        window,
        lambda: weights.matrices(config, reader),
        None if recall is None else lambda: load_recall_heads(recall),
        absent="" if reader is None else ABSENT,
        vectors=""
        if recall is None
        else fingerprint(
            sha256.encode(), *(file_sha256(part).encode() for part in (reader, recall) if part)
        ),
    )
    return engine, tokenizer


def _gguf(
    path: Path, device: str | None, window: int | None, hashes: Path | None
) -> tuple[Engine, Tokenizer]:
    from sleepdoc_model.engine import EngineInfo
    from sleepdoc_model.file_hash import known_sha256
    from sleepdoc_model.gguf.context import LlamaContext, supports_gpu, version
    from sleepdoc_model.gguf.engine import LlamaCppEngine, layout_of
    from sleepdoc_model.gguf.header import parts
    from sleepdoc_model.gguf.model import available_memory, describe
    from sleepdoc_model.gguf.tokenizer import GGUFTokenizer
    from sleepdoc_model.snapshot import fingerprint

    model = describe(path)
    window = min(window or GGUF_WINDOW, model.context_length)
    free = available_memory()
    if free is not None and not model.fits(free, window):
        needed = model.memory_needed(window) / 1e9
        raise ValueError(f"it needs {needed:.1f} GB of memory, and so much is not free")
    tokenizer = GGUFTokenizer(path)
    gpu = device != "cpu" and supports_gpu()
    context = LlamaContext(path, window=window, gpu=gpu)
    layout = layout_of(context) if model.can_sleep else None
    reasons = [
        f"llama.cpp runs it on the {'GPU' if gpu else 'CPU'}.",
        f"Chat format: {tokenizer.chat.name}.",
    ]
    reasons += [] if layout else [model.why_not]
    files = [known_sha256(part, hashes).encode() for part in parts(path)]
    identity = fingerprint(b"llama.cpp", version().encode(), *files)
    return LlamaCppEngine(
        context,
        layout,
        EngineInfo(
            model=model.name,
            fingerprint=identity,
            window=window,
            passes=1,
            state_bytes=4 * sum(layout.sizes) if layout else 0,
            device="gpu" if gpu else "cpu",
            dtype=model.quantisation,
            reasons=tuple(reasons),
        ),
    ), tokenizer


def _engine(
    config: "ModelConfig",
    network: "Callable[[], Network]",
    name: str,
    parts: list[bytes],
    placement: "Placement",
    window: int | None,
    matrices: "Callable[[], Mapping[str, Tensor]] | None" = None,
    recall_heads: "Callable[[], RecallHeads] | None" = None,
    *,
    absent: str = "",
    vectors: str = "",
) -> Engine:
    from sleepdoc_kernels import threads
    from sleepdoc_model.engine import EngineInfo
    from sleepdoc_model.hybrid_engine import HybridEngine
    from sleepdoc_model.snapshot import fingerprint, size

    if placement.device == "cpu":
        threads.use_sparingly()
    return HybridEngine(
        config,
        EngineInfo(
            model=name,
            fingerprint=fingerprint(*parts),
            window=window or config.window,
            passes=config.sleep.passes,
            state_bytes=size(config),
            device=placement.device,
            dtype=str(placement.dtype).removeprefix("torch."),
            absent=absent,
            vectors=vectors,
            reasons=placement.reasons,
        ),
        network,
        matrices,
        recall_heads,
    )
