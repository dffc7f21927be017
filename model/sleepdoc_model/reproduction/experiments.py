"""What is trained: the paper's sizes, and small ones that show the same on two cores."""

from dataclasses import dataclass, replace

from sleepdoc_model.config import AttentionConfig, MemoryConfig, ModelConfig, SleepConfig, smollm2
from sleepdoc_model.tasks.depo import Depo
from sleepdoc_model.tasks.quantity_sequences import QuantitySequences
from sleepdoc_model.tasks.rule110 import Rule110
from sleepdoc_model.tasks.sequences import SequenceTask


@dataclass(frozen=True)
class Experiment:
    """One task, and how a network is trained on it; all arms see the same data in turn."""

    task: SequenceTask
    dim: int
    depth: int
    head_dim: int
    batch: int
    steps: int
    """Of the arm with most passes. The others go on until they have cost as much."""
    muon_rate: float
    adam_rate: float
    """For embeddings, gates and vectors."""
    warm_up: int = 100
    test: int = 2048
    """Test sequences."""
    span: int = 0
    """How many tokens a token sees under sliding eviction; 0: eviction is hard."""
    at_once: int = 0
    """Sequences whose gradient is computed at once; 0: the whole batch's."""
    pretrained: bool = False
    """Begin with SmolLM2-135M, fast weights beside the attention of every other layer. It was not
    trained to be looped: every pass begins with the embeddings, and passes join through S alone."""

    def given(self, steps: int) -> "Experiment":
        """The same with so many steps; a short run warms up for a quarter of them."""
        return replace(self, steps=steps, warm_up=min(self.warm_up, steps // 4 + 1))

    def network(self, deeper: int = 1) -> ModelConfig:
        """Attention and gated delta rule by turns, so many times as deep.

        Raises:
            ValueError: a pretrained network is as deep as it is.
        """
        if self.pretrained:
            if deeper != 1:
                raise ValueError("a pretrained network is as deep as it is")
            base = smollm2(window=self.task.window)
            return replace(
                base,
                layers=("A", "AM") * (self.depth // 2),
                attention=replace(base.attention, span=self.span),
                memory=MemoryConfig(heads=9, key_dim=64, value_dim=64),
                sleep=SleepConfig(feedback=0.0),
            )
        heads = self.dim // self.head_dim
        return ModelConfig(
            vocab=self.task.vocab,
            dim=self.dim,
            hidden=max(64, self.dim * 8 // 3 // 64 * 64),
            layers=("A", "M") * (self.depth * deeper // 2),
            attention=AttentionConfig(heads, heads, self.head_dim, span=self.span),
            memory=MemoryConfig(heads=heads, key_dim=self.head_dim, value_dim=self.head_dim),
            window=self.task.window,
        )


PAPER = {
    "rule110": Experiment(
        Rule110(), dim=256, depth=4, head_dim=64, batch=512, steps=98_000,
        muon_rate=2e-3, adam_rate=5e-5,
    ),
    "depo": Experiment(
        Depo(), dim=512, depth=10, head_dim=64, batch=128, steps=100_000,
        muon_rate=2e-3, adam_rate=5e-5,
    ),
    "gsm": Experiment(
        QuantitySequences(), dim=576, depth=30, head_dim=64, batch=256, steps=700,
        muon_rate=1e-3, adam_rate=5e-5, test=1600, at_once=4, pretrained=True,
    ),
}  # fmt: skip
"""Sizes and rates as in the paper (its Jet layers are gated delta rule here, and its pretrained
networks of 1.4B and 2B parameters the base)."""

SMALL = {
    "rule110": Experiment(
        Rule110(width=8, states=4, steps=4), dim=128, depth=2, head_dim=32, batch=128, steps=400,
        muon_rate=5e-3, adam_rate=1e-3,
    ),
    "depo": Experiment(
        Depo(nodes=8, hops=4, questions=4, letters=16, longest=1, windows=1, skew=1.0), dim=64,
        depth=4, head_dim=32, batch=128, steps=2000, muon_rate=1e-2, adam_rate=3e-3, warm_up=30,
        test=512,
    ),
    "gsm": Experiment(
        QuantitySequences(most=3, window=64, length=100, words=True), dim=128, depth=4, head_dim=32,
        batch=64, steps=1500, muon_rate=5e-3, adam_rate=1e-3,
    ),
}  # fmt: skip
"""Minutes on two cores per arm."""
