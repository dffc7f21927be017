"""What a network is made of, as frozen data. Two presets use it: the paper's, and ours."""

from dataclasses import dataclass
from typing import Literal

Write = Literal["token", "window"]
Rule = Literal["delta", "least-squares"]

SUBJECT_FEATURES = 32
"""What a head that gathers subjects takes from a token."""


@dataclass(frozen=True)
class AttentionConfig:
    """Rotary attention with grouped keys and values."""

    heads: int
    kv_heads: int
    head_dim: int
    rope_base: float = 10_000.0
    span: int = 0
    """How many tokens a token sees, itself included; 0: all that are in the cache."""


@dataclass(frozen=True)
class MemoryConfig:
    """Fast-weight heads."""

    heads: int
    key_dim: int
    value_dim: int
    rule: Rule = "delta"
    """What a write does: a step of the gated delta rule (the paper), or a fit of all that was ever
    written (`sleepdoc_kernels.least_squares`), where old windows need not be overwritten."""
    shares_attention: bool = False
    """Use the layer's attention projections, each corrected by a matrix of rank `rank`, instead
    of projections of its own. For fast weights added to a pretrained network."""
    rank: int = 16
    fades: bool = False
    """Whether the output of such a retrofit's attention is gated where there is a memory."""
    relevance: bool = False
    """Whether it is judged of every token how much the memory concerns it."""
    subject: int = 0
    """How many heads of such a retrofit gather what every token is about, for keys and queries."""
    write: Write = "token"
    """``token``: token t reads what tokens up to t have written (the paper). ``window``: all
    tokens of a pass read the state the pass began with; their writes take effect at its end."""
    writes_awake: bool = True
    """Whether ordinary prefill and decoding write, or only sleep does."""
    reads_asleep: bool = True
    """Whether tokens read the memory while they are consolidated (the paper). Without, keys and
    values depend on their window alone, and N passes write the same N times."""
    decay: bool = True
    """Whether old writes fade by a data-dependent factor."""
    decay_bias: float = -4.0
    """Where the decay starts: softplus(bias) is the log decay per token."""

    def __post_init__(self) -> None:
        if self.rule == "least-squares" and (self.write == "token" or self.reads_asleep):
            raise ValueError("least squares are solved for once in a window that sees itself alone")
        if (self.fades or self.subject) and not self.shares_attention:
            raise ValueError("only fast weights that share an attention fade it or have subjects")

    @property
    def state_shape(self) -> tuple[int, int, int]:
        """Of one layer: heads, rows, D_k. Rows are D_v of fast weights, and where writes fit all
        that was written, D_k more of how keys vary."""
        known = self.key_dim if self.rule == "least-squares" else 0
        return self.heads, self.value_dim + known, self.key_dim


@dataclass(frozen=True)
class SleepConfig:
    """How the window is consolidated (Algorithm 1 of arXiv 2605.26099)."""

    passes: int = 1
    feedback: float = 1.0
    """What the next pass starts from: 1 is the last pass's output (the paper), 0 the embeddings
    again, and anything between a mixture of both, for networks not trained to be looped."""
    settled: float = 0.0
    """A pass that changes no layer's memory by more than this share of it is the last one; 0: all
    passes are made, whatever they change."""


@dataclass(frozen=True)
class ModelConfig:
    """A stack of blocks. `layers` names the mixers of each: ``A`` attention, ``M`` fast weights,
    ``AM`` both in parallel on the same normed input."""

    vocab: int
    dim: int
    hidden: int
    layers: tuple[str, ...]
    attention: AttentionConfig
    memory: MemoryConfig
    sleep: SleepConfig = SleepConfig()
    window: int = 1024
    norm_eps: float = 1e-5

    def __post_init__(self) -> None:
        for mixers in self.layers:
            if mixers not in ("A", "M", "AM"):
                raise ValueError(f"a layer's mixers are A, M or AM, not {mixers!r}")
            if mixers == "M" and self.memory.shares_attention:
                raise ValueError("fast weights cannot share the projections of a missing attention")

    @property
    def memory_layers(self) -> tuple[int, ...]:
        """Indices of the layers that hold fast weights."""
        return tuple(i for i, mixers in enumerate(self.layers) if "M" in mixers)

    @property
    def last_memory_layer(self) -> int | None:
        """Above it nothing is computed that fast weights depend on."""
        return max(self.memory_layers, default=None)


def paper(vocab: int, *, dim: int = 256, depth: int = 4, window: int = 24) -> ModelConfig:
    """The from-scratch hybrid of arXiv 2605.26099: attention and gated delta rule by turns."""
    heads = dim // 64
    return ModelConfig(
        vocab=vocab,
        dim=dim,
        hidden=dim * 8 // 3 // 64 * 64,
        layers=("A", "M") * (depth // 2),
        attention=AttentionConfig(heads=heads, kv_heads=heads, head_dim=64),
        memory=MemoryConfig(heads=heads, key_dim=64, value_dim=64),
        window=window,
    )


def smollm2(*, first_memory_layer: int = 8, window: int = 1024) -> ModelConfig:
    """SmolLM2-135M with fast-weight heads beside the attention of its upper layers."""
    depth = 30
    return ModelConfig(
        vocab=49152,
        dim=576,
        hidden=1536,
        layers=("A",) * first_memory_layer + ("AM",) * (depth - first_memory_layer),
        attention=AttentionConfig(heads=9, kv_heads=3, head_dim=64, rope_base=100_000.0),
        memory=MemoryConfig(
            heads=3,
            key_dim=256,
            value_dim=64,
            rule="least-squares",
            shares_attention=True,
            fades=True,
            relevance=True,
            subject=4,
            write="window",
            writes_awake=False,
            reads_asleep=False,
            decay_bias=-9.0,  # a tenth per window
        ),
        sleep=SleepConfig(passes=1, feedback=0.0),
        window=window,
    )


def tiny(*, window: int = 128, rule: Rule = "least-squares") -> ModelConfig:
    """A few thousand parameters in the shape of `smollm2`, for tests."""
    return ModelConfig(
        vocab=272,
        dim=32,
        hidden=64,
        layers=("A", "AM", "AM"),
        attention=AttentionConfig(heads=4, kv_heads=2, head_dim=8),
        memory=MemoryConfig(
            heads=2,
            key_dim=16,
            value_dim=8,
            rule=rule,
            shares_attention=True,
            fades=True,
            relevance=True,
            subject=2,
            rank=2,
            write="window",
            writes_awake=False,
            reads_asleep=False,
            decay_bias=-9.0,
        ),
        sleep=SleepConfig(passes=2, feedback=0.0),
        window=window,
    )
