"""Memory benchmarks that go on where they were interrupted."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from sleepdoc.evaluation.results import Results
from sleepdoc_model.evaluation.documents import Document
from sleepdoc_model.evaluation.memory import MemoryBenchmark, Result


def measured(
    benchmark: MemoryBenchmark,
    documents: Sequence[Document],
    path: Path | None,
    identity: Mapping[str, object],
    notice: Callable[[str], None],
    most: int | None = None,
) -> Iterator[Result]:
    """What `path` has, then what is missing; a document's results are written all at once.

    Of the first `most` documents alone; the memory that stands in for theirs is as if all were
    asked about, so that others may follow.

    Raises:
        StorageError, MismatchError: see `Results`.
        NoOther: see `MemoryBenchmark.run`.
    """
    results = Results(path, identity) if path else None
    asked = {document.id for document in documents[:most]}
    known = [Result(**row) for row in results.known] if results else []
    known = [row for row in known if row.document in asked]
    yield from known
    left = asked - {row.document for row in known}
    skipped = {document.id for document in documents} - left
    for document, rows in benchmark.run(documents, skipped):
        left.remove(document.id)
        notice(f"{document.id}: {len(asked) - len(left)} of {len(asked)}")
        if results:
            results.add(map(dataclasses.asdict, rows))
        yield from rows
