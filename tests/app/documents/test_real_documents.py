"""Evidence of questions on real documents stands on the page that is named.

Reads a folder of documents with a file ``questions.jsonl``, a document a line: ``{"file": ...,
"questions": [{"evidence": ..., "index": page}, ...]}``; without pages of their own, documents need
only have it somewhere. ``SLEEPDOC_REALDOCS`` names the folder.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from sleepdoc.documents.reader import load_document

FOLDER = Path(os.environ.get("SLEEPDOC_REALDOCS", ""))
LINES = (FOLDER / "questions.jsonl").read_text("utf-8").splitlines() if FOLDER.name else []


def _normal(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.skipif(not FOLDER.name, reason="SLEEPDOC_REALDOCS names no folder")
@pytest.mark.parametrize(
    "entry", [json.loads(line) for line in LINES], ids=lambda entry: str(entry["file"])
)
def test_evidence_stands_contiguously_on_its_page(entry: dict[str, Any]) -> None:
    pages = [_normal(page.text) for page in load_document(FOLDER / entry["file"]).pages]
    asked = [question for question in entry["questions"] if question.get("evidence")]
    missing = [
        f"p. {question['index']}: {question['evidence']}"
        for question in asked
        if not any(
            _normal(question["evidence"]) in page
            for page in (pages[question["index"] - 1 :][:1] if question["index"] else pages)
        )
    ]
    print(f"{entry['file']}: {len(asked) - len(missing)} of {len(asked)}")
    assert not missing
