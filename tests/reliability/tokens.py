"""Control tokens from text: spelt out, cut and joined in a document or question, they stay text."""

import functools
import random
from pathlib import Path
from typing import Any

from .fault import Fault, Skipped, require

_SPELT = (
    "<|im_start|>",
    "<|im_end|>",
    "<|endoftext|>",
    "<s>",
    "</s>",
    "[INST]",
    "<tool_call>",
    "<think>",
    "<|system|>",
    "<repo_name>",
    "<file_sep>",
    "<jupyter_start>",
    "<empty_output>",
    "<|",
    "|>",
    "im_start",
    "system\n",
    "user\n",
    " the tide ",
    "é",
    "\N{SMILING FACE WITH SUNGLASSES}",
)
_SMOLLM2_CONTROL = set(range(17))
"""By its vocabulary, whatever our tokenizer thinks of it."""


@functools.cache
def _tokenizers() -> list[tuple[str, Any, set[int]]]:
    from sleepdoc_model.scripted import ByteTokenizer

    scripted = ByteTokenizer()
    found: list[tuple[str, Any, set[int]]] = [("scripted", scripted, set(range(256, 260)))]
    try:
        from sleepdoc_model.base_file import base_path
        from sleepdoc_model.gguf.tokenizer import SMOLLM2, GGUFTokenizer

        found.append(("default", GGUFTokenizer(base_path(), SMOLLM2), _SMOLLM2_CONTROL))
    except (ImportError, FileNotFoundError) as error:
        raise Skipped(str(error)) from error
    return found


def _attempt(chance: random.Random, _folder: Path, _number: int) -> str:
    text = "".join(chance.choice(_SPELT) for _ in range(chance.randrange(1, 40)))
    for name, tokenizer, control in _tokenizers():
        tokens = tokenizer.encode(text)
        require(not control & set(tokens), f"{name}: {text!r} holds {control & set(tokens)}")
        written = b"".join(tokenizer.piece(token) for token in tokens)
        require(written == text.encode(), f"{name}: {text!r} became {written!r}")
    return "text"


FAULTS = (Fault("control tokens in text", "they stay text", ("P18",), 300, 10_000, _attempt),)
