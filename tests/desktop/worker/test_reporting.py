"""Progress: often enough, never too often, and the last of it always."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from desktop.worker.messages import Progressed
from desktop.worker.reporting import EVERY_S, Reporter, seconds_left

Reporting = Callable[[Callable[[Progressed], None]], Reporter]


@pytest.fixture
def reporting() -> Iterator[Reporting]:
    """A function that makes reporters, whose threads end with the test."""
    made: list[Reporter] = []

    def make(send: Callable[[Progressed], None]) -> Reporter:
        made.append(Reporter(send))
        return made[-1]

    yield make
    for reporter in made:
        reporter.close()


def test_a_burst_of_steps_becomes_few_messages_and_ends_whole(reporting: Reporting) -> None:
    sent: list[Progressed] = []
    reporter = reporting(sent.append)
    began = time.monotonic()
    reporter.begin(7)
    for done in range(300):
        reporter.report("taking again", done, 300)
        time.sleep(0.001)
    reporter.finish()
    elapsed_s = time.monotonic() - began
    assert 2 <= len(sent) <= 2 + elapsed_s / EVERY_S
    assert [message.done for message in sent] == sorted(message.done for message in sent)
    assert sent[-1] == Progressed(7, "taking again", 300, 300, 0.0)


def test_a_step_that_came_too_soon_is_sent_while_the_next_one_takes_long(reporting: Reporting) -> None:
    sent: list[Progressed] = []
    reporter = reporting(sent.append)
    reporter.begin(1)
    reporter.report("reading", 0, 2)
    reporter.report("analysing", 1, 2)
    deadline = time.monotonic() + 5
    while (not sent or sent[-1].stage != "analysing") and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (sent[-1].stage, sent[-1].done) == ("analysing", 1)


@pytest.mark.parametrize("end", ["finish", "drop"])
def test_nothing_is_sent_after_the_end(end: str, reporting: Reporting) -> None:
    sent: list[Progressed] = []
    reporter = reporting(sent.append)
    reporter.begin(1)
    reporter.report("reading", 0, 2)
    time.sleep(2 * EVERY_S)
    reporter.report("reading", 1, 2)
    getattr(reporter, end)()
    count = len(sent)
    time.sleep(3 * EVERY_S)
    assert len(sent) == count


def test_the_time_left_follows_from_the_steps_so_far() -> None:
    assert seconds_left(2.0, 4, 8) == pytest.approx(4.0)
    assert seconds_left(2.0, 0, 8) == -1.0
    assert seconds_left(2.0, 8, 0) == 0.0
