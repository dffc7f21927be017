"""Evidence of questions on real documents stands on the page that is named.

Reads a folder of documents with a file ``questions.jsonl``, a document a line: ``{"file": ...,
"questions": [{"evidence": ..., "index": page}, ...]}``.
"""

import json
import os
from pathlib import Path

import pytest

from sleepdoc.documents.reader import load_document

FOLDER = os.environ.get("SLEEPDOC_REALDOCS", "")


def _normal(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.skipif(not FOLDER, reason="SLEEPDOC_REALDOCS names no folder")
def test_evidence_stands_contiguously_on_its_page() -> None:
    missing: list[str] = []
    for line in (Path(FOLDER) / "questions.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        if not entry["file"].endswith(".pdf"):
            continue
        pages = load_document(Path(FOLDER) / entry["file"]).pages
        missing += [
            f"{entry['file']} p. {question['index']}: {question['evidence']}"
            for question in entry["questions"]
            if question.get("evidence")
            and _normal(question["evidence"]) not in _normal(pages[question["index"] - 1].text)
        ]
    assert not missing
