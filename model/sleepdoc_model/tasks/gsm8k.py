"""GSM8K (arXiv 2110.14168, MIT): school arithmetic, here for plain instructions without a document.

Only the train split is ever read.
"""

import json
import re
from pathlib import Path

from sleepdoc_model.tasks.types import Question

_CALCULATION = re.compile(r"<<.*?>>")
"""Marks for a calculator, which nobody writes."""


def load(path: Path) -> list[Question]:
    """All questions of a ``train.jsonl``, with their worked answers."""
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [
        Question(row["question"], _CALCULATION.sub("", row["answer"]).partition("\n####")[0])
        for row in rows
    ]
