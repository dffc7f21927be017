"""Model ids to engines."""

from sleepdoc_model.engine import Engine
from sleepdoc_model.tokenizer import Tokenizer


class ModelUnavailable(Exception):
    """No such model, or what it needs is missing; the message is one line and says what to do."""


def load(model: str, *, device: str | None, seed: int) -> tuple[Engine, Tokenizer]:
    """Load a model: ``scripted`` or ``scripted:window=256,...`` (no network, for tests).

    Raises:
        ModelUnavailable: the id is unknown, or the model cannot be loaded here.
    """
    name, _, options = model.partition(":")
    if name == "scripted":
        from sleepdoc_model.scripted import ByteTokenizer, ScriptedConfig, ScriptedEngine

        try:
            config = ScriptedConfig.parse(options)
        except ValueError as error:
            raise ModelUnavailable(f"No such model {model!r}: {error}.") from error
        return ScriptedEngine(config, seed=seed), ByteTokenizer()
    raise ModelUnavailable(f"No such model {model!r}. Use default, tiny or scripted.")
