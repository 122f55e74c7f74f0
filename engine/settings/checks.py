"""What all settings are checked with. Free of torch."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from engine.errors import InputError

LARGEST_SEED = 2**63 - 1
DEVICES = ("auto", "cpu", "cuda", "mps")


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Refuse a value outside its range.

    Raises:
        InputError: so it is.
    """
    if not low <= value <= high:
        raise InputError(f"{name} is {value:g}; accepted is {low:g} to {high:g}")


def check_seed(seed: int) -> None:
    """Refuse a seed that no generator takes.

    Raises:
        InputError: so it is.
    """
    if not 0 <= seed <= LARGEST_SEED:
        raise InputError(f"seed is {seed}; accepted is 0 to {LARGEST_SEED}")


def check_choice(what: str, value: str, accepted: Iterable[str]) -> str:
    """Return ``value`` if it is accepted.

    Raises:
        InputError: it is not; names the nearest accepted value where there is one near.
    """
    names = list(accepted)
    if value in names:
        return value
    near = difflib.get_close_matches(value, names, n=1, cutoff=0.5)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise InputError(f"{what} is {value!r}{hint}; accepted: {', '.join(names)}")
