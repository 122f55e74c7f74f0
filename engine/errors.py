"""The errors that Retake raises on purpose, and the exit code that each one means.

A message says what is wrong, the value received and what is accepted, in one line:
``cut-off is 30000 Hz; the file holds 0 to 22050 Hz``. Free of torch and numpy.
"""

from __future__ import annotations


class RetakeError(Exception):
    """Anything that Retake refuses or fails at; its message is one line for the user."""

    exit_code = 1


class InputError(RetakeError):
    """The user asked for what can't be done: a bad value, region, name or target."""

    exit_code = 2


class RecordingError(InputError):
    """A recording can't be read as asked: missing, garbage, truncated, not finite."""


class OutputError(InputError):
    """The output can't be written there: it exists, is the input, or the place is not writable."""


class ModelError(InputError):
    """A model folder is missing something, holds a pickle, or doesn't fit its configuration."""


class HubError(RetakeError):
    """A hub of models can't be reached, fails, or gives what it didn't announce; what was fetched so far is kept."""


class DiskFullError(RetakeError):
    """The disk or the quota is full; nothing half-written is left at the target."""


class Cancelled(RetakeError):
    """The user stopped the job; nothing was written."""

    exit_code = 130
