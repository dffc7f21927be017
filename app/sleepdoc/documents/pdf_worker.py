"""The child process that runs pypdf on a file nobody vouches for.

It gets the document as standard input, its job as one JSON argument, and answers with JSON lines on
standard output: first ``{"pages": n, "title": ...}``, then one ``{"page": n, ...}`` per page, or
``{"refused": reason, "page": n, "detail": ...}`` as the last line. The operating system's limits
and the timers below are what ends it if pypdf does not.
"""

import contextlib
import json
import logging
import os
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from pypdf import PasswordType, PdfReader, overwrite_configuration
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError

from sleepdoc.documents.confinement import Refused, confine, limit_processor, timer
from sleepdoc.documents.pdf_limits import Limits
from sleepdoc.documents.pdf_lines import page_lines

LABEL_LENGTH = 32


def main(job: dict[str, Any]) -> None:
    """Extract the document on standard input under the limits in the job."""
    logging.disable(logging.CRITICAL)
    limits = Limits(**job["limits"])
    page, refusal = 0, None
    try:
        confine(limits)
        for answer in _extract(sys.stdin.buffer, limits):
            page = answer.get("page", page)
            _send(answer)
    except Refused as refused:
        refusal = {"refused": refused.reason, "detail": refused.detail}
    except MemoryError:
        refusal = {"refused": "memory"}
    except BrokenPipeError:
        os._exit(1)
    # Only now are the frames gone that may hold all the memory there is.
    if refusal:
        _send({**refusal, "page": page + 1})


def _send(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


def _extract(file: BinaryIO, limits: Limits) -> Iterator[dict[str, Any]]:
    with timer(limits.open_seconds, "open time"), _refusals():
        reader = _open(file, limits)
        count = len(reader.pages)
    if not count:
        raise Refused("no pages")
    if count > limits.pages:
        raise Refused("pages")
    limit_processor(limits.total_seconds(count))
    yield {"pages": count, "title": _title(reader, limits)}
    labels = _labels(reader, limits)
    room = limits.document_characters
    for number in range(1, count + 1):
        answer: dict[str, Any] = {"page": number, "lines": []}
        if number <= len(labels):
            answer["label"] = labels[number - 1][:LABEL_LENGTH]
        with timer(limits.page_seconds, "page time"):
            try:
                answer["lines"] = page_lines(reader.pages[number - 1])
            except (MemoryError, BrokenPipeError):
                raise
            except DependencyError as error:
                raise Refused("cipher") from error
            except LimitReachedError as error:
                raise Refused("page limit") from error
            except Exception as error:
                answer["damaged"] = type(error).__name__
        size = sum(len(line[0]) for line in answer["lines"])
        room -= size
        if size > limits.page_characters:
            raise Refused("page text")
        if room < 0:
            raise Refused("document text")
        yield answer


def _open(file: BinaryIO, limits: Limits) -> PdfReader:
    overwrite_configuration(
        jbig2dec_binary=None,
        disable_legacy_handling=True,
        zlib_maximum_output_length=limits.stream_bytes,
        lzw_maximum_output_length=limits.stream_bytes,
        run_length_maximum_output_length=limits.stream_bytes,
        brotli_maximum_output_length=limits.stream_bytes,
        array_based_stream_maximum_output_length=limits.stream_bytes,
        stream_parsing_work_maximum_count=limits.operations,
        xform_maximum_invocations_per_extraction=limits.forms,
        page_tree_maximum_entries=limits.pages,
    )
    reader = PdfReader(file, strict=False, xref_stream_maximum_entries=500_000)
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise Refused("encrypted")
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


def _title(reader: PdfReader, limits: Limits) -> str:
    with timer(limits.page_seconds, "open time"), contextlib.suppress(Exception):
        title = reader.metadata.title if reader.metadata else None
        return str(title or "")[:1000]
    return ""


def _labels(reader: PdfReader, limits: Limits) -> list[str]:
    """The labels as printed, or none if the document's table of them is broken."""
    with timer(limits.page_seconds, "open time"), contextlib.suppress(Exception):
        return [str(label) for label in reader.page_labels]
    return []
