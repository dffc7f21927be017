"""`pdf_files`, the builder of PDFs, is imported from here; `refusal` reads what must be refused."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sleepdoc.documents.reader import load_document
from sleepdoc.errors import DocumentError, ExitCode

sys.path.insert(0, str(Path(__file__).parent))

Refusal = Callable[..., str]


@pytest.fixture
def refusal() -> Refusal:
    """The message with which a file is refused, checked for what every refusal has in common."""

    def refuse(path: Path, **options: Any) -> str:
        with pytest.raises(DocumentError) as caught:
            load_document(path, **options)
        message = str(caught.value)
        assert caught.value.exit_code is ExitCode.DOCUMENT == 3
        assert message.startswith(f"'{path.name}': ") and message.isprintable()
        assert "; " in message, "says what to do"
        return message.removeprefix(f"'{path.name}': ")

    return refuse
