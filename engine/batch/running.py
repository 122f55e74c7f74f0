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
    full = ""
    losses: Counter[Key] = Counter()
    stamps: dict[Key, tuple[int, int]] = {}
    waiting = deque(missing)
    sizes = {item.key: size_of(item.source) for item in plan.items}
    standing = Standing(len(plan.items), sum(sizes.values()))
    outcomes: dict[Key, Outcome] = {}
    left = {item.key for item in waiting}
    sweep(waiting)

    def ended(item: Item, outcome: Outcome) -> None:
        outcomes[item.key] = outcome
        standing.count(outcome, sizes[item.key])

    for item in plan.items:
        if item.key not in left:
            ended(item, journal.outcomes[item.key])
    while len(outcomes) < len(plan.items):
        while waiting and pool.free > 0:
            item = waiting.popleft()
            own = force or item.key in journal.begun
            refusal = "" if own or not item.target.exists() else exists_message(item.target)
            try:
                stamps[item.key] = stamp(item.source)
            except OSError as error:
                refusal = f"{item.source}: can't be read: {error.strerror or error}"
            if refusal:
                ended(item, failed(item, refusal))
                continue
            journal.begin(item)
            pool.hand(item, own)
        for said in pool.wait(LOOK_S) if len(outcomes) < len(plan.items) else ():
            if isinstance(said, Step):
                standing.latest = said
                continue
            if isinstance(said, Lost):
                item = said.item
                losses[item.key] += 1
                if losses[item.key] < MOST_LOSSES:
                    # What is left half-written is in the way of nobody; what is left whole is the batch's own.
                    waiting.appendleft(item)
                    continue
                outcome = failed(item, f"{item.source}: tried {MOST_LOSSES} times and given up: {said.why}")
            else:
                item, outcome = said
            if outcome.disk_full:  # begun stands in the journal, which may find no space for more
                full = full or outcome.error
                continue
            journal.finish(item, outcome, stamps[item.key])
            ended(item, outcome)
        if full:
            raise DiskFullError(f"{full}; the batch stops here, --resume goes on")
        tell(standing)
    return [outcomes[item.key] for item in plan.items]


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
