"""The folders where GGUF files lie on this machine."""

import os
from pathlib import Path

from sleepdoc import locations


def hub_cache() -> Path:
    """Hugging Face's cache, found by the variables and defaults of huggingface_hub."""
    home = os.environ.get("HF_HOME") or f"{_cache()}/huggingface"
    legacy = os.environ.get("HUGGINGFACE_HUB_CACHE") or f"{home}/hub"
    return _path(os.environ.get("HF_HUB_CACHE") or legacy)


def folders() -> list[Path]:
    """Every other folder to look in, whether or not it exists.

    Our own, those of ``SLEEPDOC_MODELS``, LM Studio's, and llama.cpp's caches.
    """
    names = [
        *os.environ.get("SLEEPDOC_MODELS", "").split(os.pathsep),
        "~/.lmstudio/models",
        "~/.cache/lm-studio/models",
        os.environ.get("LLAMA_CACHE", ""),
        f"{_cache()}/llama.cpp",
        "~/Library/Caches/llama.cpp",
    ]
    return [locations.models(), *(_path(name) for name in names if name)]


def _cache() -> str:
    return os.environ.get("XDG_CACHE_HOME") or "~/.cache"


def _path(name: str) -> Path:
    return Path(os.path.abspath(os.path.expanduser(os.path.expandvars(name))))
