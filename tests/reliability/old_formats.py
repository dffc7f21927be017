"""Databases as earlier versions left them."""

import dataclasses
import functools
import hashlib
from pathlib import Path

import sqlite_utils
from sqlite_utils.utils import sqlite3

from sleepdoc.store import migrations

from . import life

VERSIONS = range(1, len(migrations.MIGRATIONS))


@functools.cache
def made(version: int) -> Path:
    """A database of that format, with a document in it."""
    path = life.workplace() / f"format-{version}.db"
    tables = sqlite_utils.Database(sqlite3.connect(path, isolation_level=None))
    migrations.apply(tables, latest=1)
    document = life.document()
    fields = {name: getattr(document, name) for name in ("sha256", "path", "name", "kind", "size")}
    fields |= {"title": document.title, "notices": "[]", "pages": len(document.pages)}
    tables["documents"].insert(fields)
    for page in document.pages:
        checksum = hashlib.sha256(f"{page.number}\0{page.label}\0{page.text}".encode()).hexdigest()
        row = {**dataclasses.asdict(page), "sha256": checksum}
        tables["pages"].insert({"document_sha256": document.sha256, **row})
    migrations.apply(tables, latest=version)
    tables.close()
    return path
