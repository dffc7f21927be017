"""Errors a person can meet: one sentence each, and the exit code of the command that met it."""

import enum


class ExitCode(enum.IntEnum):
    """Process exit codes, part of what the command line promises (docs/command-line.md)."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    DOCUMENT = 3
    MODEL = 4
    NOT_FOUND = 5
    BUSY = 6
    MISMATCH = 7
    STORAGE = 8
    INTERRUPTED = 130


class SleepdocError(Exception):
    """A refusal. The message says in one line what, why, and what to do."""

    exit_code = ExitCode.INTERNAL


class UsageError(SleepdocError):
    """The command was called with something it cannot work on."""

    exit_code = ExitCode.USAGE


class DocumentError(SleepdocError):
    """The document cannot be read, or holds no text."""

    exit_code = ExitCode.DOCUMENT


class ModelError(SleepdocError):
    """The model or its backend is missing, broken, or died."""

    exit_code = ExitCode.MODEL


class NotFoundError(SleepdocError):
    """No conversation of that name."""

    exit_code = ExitCode.NOT_FOUND


class BusyError(SleepdocError):
    """Another process has the conversation open."""

    exit_code = ExitCode.BUSY


class MismatchError(SleepdocError):
    """A memory does not belong to this model or this document."""

    exit_code = ExitCode.MISMATCH


class StorageError(SleepdocError):
    """The database is full, read-only, damaged, or from a newer version."""

    exit_code = ExitCode.STORAGE
