"""A conversation's memory as the bytes of one file."""

from sleepdoc import __version__
from sleepdoc.errors import UsageError
from sleepdoc.exports.summary import Summary
from sleepdoc.memory_file import pack, verify
from sleepdoc.store import Store


def memory(store: Store, summary: Summary) -> bytes:
    """The present memory, described, and verified once more.

    Raises:
        UsageError: there is none yet.
        StorageError: it is damaged.
    """
    name = summary["conversation"]
    if summary["snapshot"] is None:
        raise UsageError(f"{name} has not slept yet, so it has no memory; sleepdoc read {name}")
    description = {
        "sleepdoc_version": __version__,
        "model": summary["model"],
        "fingerprint": summary["fingerprint"],
        "document_sha256": summary["sha256"],
        "title": summary["document"],
        "pages": summary["pages"],
        "page": summary["page"],
        "tokens": summary["slept"],
        "sleeps": summary["sleeps"],
        "passes": summary["passes"],
    }
    file = pack(
        store.load_snapshot(summary["snapshot"]),
        {key: str(value) for key, value in description.items()},
    )
    verify(file)
    return file
