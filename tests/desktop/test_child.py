"""Work in a fresh interpreter: what it gives, what it raises, and when it dies."""

from __future__ import annotations

import operator
import os
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from desktop.child import in_child
from engine.errors import InputError, RetakeError
from engine.measuring.streams import check_format


def test_it_gives_what_the_function_gives() -> None:
    assert in_child(os.getpid) != os.getpid()
    values = np.arange(1e6, dtype=np.float32)
    np.testing.assert_array_equal(in_child(partial(np.negative, values)), -values)


def test_what_is_printed_does_not_spoil_the_answer() -> None:
    assert in_child(partial(print, "spoiled?")) is None


def test_it_raises_what_the_function_refuses() -> None:
    with pytest.raises(InputError, match="accepted"):
        in_child(partial(check_format, 0, 1))


def test_whatever_else_the_function_raises_is_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(RetakeError, match="ZeroDivisionError: division by zero"):
        in_child(partial(operator.truediv, 1, 0))
    assert 'File "<string>"' in caplog.text  # where in the child it was


def test_an_interpreter_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    with pytest.raises(RetakeError, match="FileNotFoundError"):
        in_child(os.getpid)


def test_an_interpreter_that_dies_is_told() -> None:
    with pytest.raises(RetakeError, match="code 3"):
        in_child(partial(os._exit, 3))


def test_threads_that_wait_in_it_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    assert in_child(partial(os.getenv, "OMP_WAIT_POLICY")) == "PASSIVE"
