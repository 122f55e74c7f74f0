"""The `retake` command: the engine's commands, and the editor where there is none."""

from __future__ import annotations

from collections.abc import Sequence

from engine import cli


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, or the editor, and return the exit code."""
    return cli.main(arguments, editor=open_editor)


def open_editor(files: Sequence[str]) -> int:
    """Open the editor with ``files`` in it; returns when its last window is closed."""
    from desktop.application import run

    return run(files)
