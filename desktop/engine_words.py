"""The engine's messages as the window says them: without the words on the command line's options."""

from __future__ import annotations

import re

OPTION = re.compile(r"[;,]?\s+\(?--[a-z][^;)]*\)?")
OPENING_OPTIONS = ("allow_truncated", "repair_nonfinite")


def for_window(text: str) -> str:
    """A message without clauses that name an option."""
    return OPTION.sub("", text).strip()


def offered(text: str) -> str | None:
    """The option of `desktop.document.opening.new_document` that a message says would help."""
    return next((name for name in OPENING_OPTIONS if f"--{name.replace('_', '-')}" in text), None)
