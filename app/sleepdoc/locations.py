"""Where things lie: the only module that knows directories."""

import os
from importlib.resources import files
from pathlib import Path

import platformdirs

from sleepdoc_model.files import ModelFiles

DATABASE_NAME = "sleepdoc.db"
HEADS_NAME = "heads.safetensors"
READER_NAME = "reader.safetensors"
RECALL_NAME = "recall.safetensors"


def data_directory() -> Path:
    """The directory of everything stored: ``SLEEPDOC_DATA_DIR``, or the platform's own place."""
    if configured := os.environ.get("SLEEPDOC_DATA_DIR"):
        return Path(configured).expanduser()
    return Path(platformdirs.user_data_dir("sleepdoc", appauthor=False))


def database() -> Path:
    """The database used unless ``--db`` says otherwise."""
    return data_directory() / DATABASE_NAME


def config_file() -> Path:
    """What a person has chosen: ``SLEEPDOC_CONFIG``, or ``config.toml`` in the platform's place."""
    if configured := os.environ.get("SLEEPDOC_CONFIG"):
        return Path(configured).expanduser()
    return Path(platformdirs.user_config_dir("sleepdoc", appauthor=False)) / "config.toml"


def hashes() -> Path:
    """What is remembered of the hashes of model files."""
    return data_directory() / "hashes.json"


def cache() -> Path:
    """What can be made again: ``SLEEPDOC_CACHE_DIR``, or the platform's own place."""
    if configured := os.environ.get("SLEEPDOC_CACHE_DIR"):
        return Path(configured).expanduser()
    return Path(platformdirs.user_cache_dir("sleepdoc", appauthor=False))


def models() -> Path:
    """A folder for model files of one's own; it need not exist."""
    return data_directory() / "models"


def asset(name: str) -> Path:
    """A file that ships with sleepdoc, in the wheel or in a checkout."""
    packaged = Path(str(files("sleepdoc"))) / "assets" / name
    return packaged if packaged.exists() else Path(__file__).resolve().parents[2] / "assets" / name


def model_files() -> ModelFiles:
    """What ships with sleepdoc of the default model, and this machine's places."""
    return ModelFiles(heads(), reader(), recall(), hashes(), cache())


def heads() -> Path | None:
    """The fast-weight heads of the default model; None if this copy came without them."""
    path = asset(HEADS_NAME)
    return path if path.exists() else None


def reader() -> Path | None:
    """Its reader, likewise."""
    path = asset(READER_NAME)
    return path if path.exists() else None


def recall() -> Path | None:
    """What makes vectors of sentences, likewise."""
    path = asset(RECALL_NAME)
    return path if path.exists() else None
