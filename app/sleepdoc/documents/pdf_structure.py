"""What pypdf knows of a PDF beside its pages' text: whether it opens, its title and its labels."""

import contextlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from pypdf import PasswordType, PdfReader, overwrite_configuration
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError

from sleepdoc.documents.confinement import Refused
from sleepdoc.documents.limits import Limits

_LONGEST_TITLE = 1000
_LISTED_FILES = 5
_LONGEST_NAME = 60


def open_reader(file: BinaryIO, limits: Limits) -> PdfReader:
    """Open a document that has pages of its own to read.

    Raises:
        Refused: it is locked, damaged or too large, or what it shows stands elsewhere.
    """
    overwrite_configuration(
        jbig2dec_binary=None,
        disable_legacy_handling=True,
        zlib_maximum_output_length=limits.stream_bytes,
        lzw_maximum_output_length=limits.stream_bytes,
        run_length_maximum_output_length=limits.stream_bytes,
        brotli_maximum_output_length=limits.stream_bytes,
        array_based_stream_maximum_output_length=limits.stream_bytes,
        page_tree_maximum_entries=limits.pages,
    )
    with _refusals():
        reader = PdfReader(file, strict=False, xref_stream_maximum_entries=500_000)
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise Refused("encrypted")
        count = len(reader.pages)
    if not count:
        raise Refused("no pages")
    if count > limits.pages:
        raise Refused("pages")
    _check_kind(reader, count)
    return reader


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """What pypdf raises while it opens a file, as reasons."""
    try:
        yield
    except (MemoryError, BrokenPipeError):
        raise
    except FileNotDecryptedError as error:
        raise Refused("encrypted") from error
    except DependencyError as error:
        raise Refused("cipher") from error
    except LimitReachedError as error:
        raise Refused("limit") from error
    except Exception as error:
        raise Refused("damaged", type(error).__name__) from error


def _check_kind(reader: PdfReader, count: int) -> None:
    """Refuse forms that only a program draws, and covers of a collection of files."""
    is_drawn_elsewhere, names = False, []
    with contextlib.suppress(Exception):
        root = reader.root_object
        form = _resolved(root.get("/AcroForm", {}))
        fields = _resolved(form.get("/Fields", []))
        drawn = _resolved(root.get("/NeedsRendering", False))
        is_drawn_elsewhere = "/XFA" in form and (
            bool(getattr(drawn, "value", drawn)) or (count == 1 and not fields)
        )
    if is_drawn_elsewhere:
        raise Refused("xfa")
    with contextlib.suppress(Exception):
        if "/Collection" in reader.root_object:
            names = [str(name)[:_LONGEST_NAME] for name in reader.attachments]
    if names:
        listed = ", ".join(names[:_LISTED_FILES])
        raise Refused("portfolio", f"{len(names)}: {listed}" if names else "")


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def title(reader: PdfReader) -> str:
    """The title in the metadata, or empty."""
    with contextlib.suppress(Exception):
        found = reader.metadata.title if reader.metadata else None
        return str(found or "")[:_LONGEST_TITLE]
    return ""


def labels(reader: PdfReader) -> list[str]:
    """The labels as printed, or none if the document's table of them is broken."""
    with contextlib.suppress(Exception):
        return [str(label) for label in reader.page_labels]
    return []


def check_content(reader: PdfReader, index: int) -> None:
    """Find out why a page shows no text.

    Raises:
        Refused: its content cannot be unpacked, or unpacks to more than the limit.
    """
    try:
        content = reader.pages[index].get_contents()
        if content is not None:
            content.get_data()
    except (MemoryError, BrokenPipeError):
        raise
    except LimitReachedError as error:
        raise Refused("page limit") from error
    except Exception as error:
        raise Refused("page damage", type(error).__name__) from error
