"""The course of a batch: what is missing is handed out, what comes back is written down."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.audio import stamp
from engine.batch.journal import Journal
from engine.batch.outcome import Outcome, as_named_now
from engine.batch.plan import Item, Key, Plan
from engine.batch.pool import Lost, Pool, Step
from engine.batch.worker import failed
from engine.errors import DiskFullError
from engine.progress import Control
from engine.saving import exists_message, sweep_parts

MOST_LOSSES = 2  # of workers with the same item, before it is given up
LOOK_S = 0.5  # how long a user waits at most for an answer to Ctrl-C


@dataclass
class Standing:
    """How far a batch is.

    Attributes:
        of: all items.
        of_bytes: of the recordings that don't fail, which time goes by sooner than by their number.
        done: items with an outcome, failures among them.
        failures: those without a result.
        done_bytes: of the recordings that are restored.
        latest: what was heard last of an item that is being worked on; None where nothing was.
    """

    of: int
    of_bytes: int
    done: int = 0
    failures: int = 0
    done_bytes: int = 0
    latest: Step | None = None

    def count(self, outcome: Outcome, size: int) -> None:
        """Take in what became of a recording of so many bytes."""
        self.done += 1
        if outcome.is_done:
            self.done_bytes += size
        else:  # which it does at once
            self.failures += 1
            self.of_bytes -= size


Tells = Callable[[Standing], None]


def missing_of(plan: Plan, journal: Journal, control: Control) -> list[Item]:
    """The items that have no result, or another one than the journal says.

    Raises:
        Cancelled: the user stopped.
    """
    missing = []
    for number, item in enumerate(plan.items):
        control.step("checking", number, len(plan.items))
        if journal.check(item, control):
            journal.outcomes[item.key] = as_named_now(journal.outcomes[item.key], item)
        else:
            journal.outcomes.pop(item.key, None)
            missing.append(item)
    return missing


def run_batch(
    plan: Plan, missing: Iterable[Item], pool: Pool, journal: Journal, *, force: bool, tell: Tells
) -> list[Outcome]:
    """Have the missing items carried out, and give the outcomes of all, in the plan's order.

    Args:
        plan: what is to be done.
        missing: of its items, from `missing_of`.
        pool: who does it; it stays open.
        journal: written to before and after each item.
        force: whether files may be replaced that are not the batch's own.
        tell: told how far it is.

    Raises:
        OutputError, DiskFullError: the journal can't be written, or no space is left for results.
    """
    course = _Course(plan, missing, pool, journal, force)
    while len(course.outcomes) < len(plan.items):
        course.hand_out()
        if len(course.outcomes) < len(plan.items):
            course.listen()
        tell(course.standing)
    return [course.outcomes[item.key] for item in plan.items]


class _Course:
    """A batch at work; the arguments are those of `run_batch`.

    Attributes:
        standing: how far it is.
        outcomes: of the items that are through.
    """

    def __init__(self, plan: Plan, missing: Iterable[Item], pool: Pool, journal: Journal, force: bool) -> None:
        self._pool, self._journal, self._force = pool, journal, force
        self._waiting = deque(missing)
        self._losses: Counter[Key] = Counter()
        self._stamps: dict[Key, tuple[int, int]] = {}
        self._sizes = {item.key: size_of(item.source) for item in plan.items}
        self.standing = Standing(len(plan.items), sum(self._sizes.values()))
        self.outcomes: dict[Key, Outcome] = {}
        left = {item.key for item in self._waiting}
        sweep(self._waiting)
        for item in plan.items:
            if item.key not in left:
                self._end(item, journal.outcomes[item.key])

    def hand_out(self) -> None:
        """Hand over what waits while workers are free; what can't be done fails here."""
        while self._waiting and self._pool.free > 0:
            item = self._waiting.popleft()
            own = self._force or item.key in self._journal.begun
            refusal = "" if own or not item.target.exists() else exists_message(item.target)
            try:
                self._stamps[item.key] = stamp(item.source)
            except OSError as error:
                refusal = f"{item.source}: can't be read: {error.strerror or error}"
            if refusal:
                self._end(item, failed(item, refusal))
                continue
            self._journal.begin(item)
            self._pool.hand(item, own)

    def listen(self) -> None:
        """Write down what is said, all of it before a full disk ends the batch.

        Raises:
            OutputError, DiskFullError: as `run_batch`.
        """
        full = ""
        for said in self._pool.wait(LOOK_S):
            if isinstance(said, Step):
                self.standing.latest = said
            elif isinstance(said, Lost):
                self._take_back(said)
            elif said[1].disk_full:  # that it was begun stands in the journal, which may find no space for more
                full = full or said[1].error
            else:
                self._finish(*said)
        if full:
            done = f"{self.standing.done - self.standing.failures} of {self.standing.of}"
            raise DiskFullError(f"{full}; the batch stops here, {done} are done; --resume goes on")

    def _take_back(self, lost: Lost) -> None:
        """Have an item tried again, unless it was often enough."""
        item = lost.item
        self._losses[item.key] += 1
        if self._losses[item.key] < MOST_LOSSES:
            # What is left half-written is in the way of nobody; what is left whole is the batch's own.
            self._waiting.appendleft(item)
        else:
            self._finish(item, failed(item, f"{item.source}: tried {MOST_LOSSES} times and given up: {lost.why}"))

    def _finish(self, item: Item, outcome: Outcome) -> None:
        self._journal.finish(item, outcome, self._stamps[item.key])
        self._end(item, outcome)

    def _end(self, item: Item, outcome: Outcome) -> None:
        self.outcomes[item.key] = outcome
        self.standing.count(outcome, self._sizes[item.key])


def sweep(items: Iterable[Item]) -> None:
    """Remove what workers that were killed left half-written."""
    for folder in {item.target.parent for item in items}:
        sweep_parts(folder)


def size_of(path: Path) -> int:
    """In bytes; 0 where it can't be told, which the work on it will say."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
