"""The thread that works in steps."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from desktop.pyramids.builder import Builder
from engine.audio import Readable
from tests.desktop.pyramids.sound import Sound, noise

PATIENCE_S = 60.0  # of a busy machine; only what hangs takes as long


def wait_for(come: Callable[[], bool]) -> None:
    """Wait for another thread."""
    until = time.monotonic() + PATIENCE_S
    while not come():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.001)


def test_no_thread_starts_before_there_is_something_to_do() -> None:
    before = threading.active_count()
    builder = Builder("idle", Sound(noise(10)).reader, lambda reader, version: False, print)
    assert threading.active_count() == before
    builder.close()


def test_steps_go_on_until_nothing_is_left_and_again_when_woken() -> None:
    left, done = [3], threading.Event()

    def step(reader: Readable, version: int) -> bool:
        left[0] -= 1
        if not left[0]:
            done.set()
        return left[0] > 0

    builder = Builder("steps", Sound(noise(10)).reader, step, print)
    for _ in range(2):
        left[0] = 3
        done.clear()
        builder.wake()
        assert done.wait(PATIENCE_S)
        time.sleep(0.02)
        assert left[0] == 0
    builder.close()


def test_a_renewed_reader_replaces_the_old_one_which_is_closed() -> None:
    sound, seen = Sound(noise(10)), []
    builder = Builder("renewed", sound.reader, lambda reader, version: seen.append((reader, version)) or False, print)
    for count in (1, 2):
        builder.wake()
        wait_for(lambda count=count: len(seen) >= count)
        builder.renew()
    builder.close()
    assert [version for _, version in seen] == [0, 1]
    assert [reader for reader, _ in seen] == sound.readers
    assert all(reader.closed for reader in sound.readers)


def test_a_step_that_fails_is_told_of_and_the_thread_lives_on() -> None:
    told: list[str] = []
    fail = [True]
    went_on = threading.Event()

    def step(reader: Readable, version: int) -> bool:
        if fail[0]:
            raise RuntimeError("broken")
        went_on.set()
        return False

    builder = Builder("failing", Sound(noise(10)).reader, step, told.append)
    builder.wake()
    wait_for(lambda: bool(told))
    fail[0] = False
    builder.wake()
    assert went_on.wait(PATIENCE_S)
    builder.close()
    assert told == ["failing: broken"]
