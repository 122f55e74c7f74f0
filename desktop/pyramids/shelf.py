"""A bounded place for arrays that can be made again: the least recently used go first.

One shelf serves all spectra of the program, so that more of them (tabs, the original beside a take) don't need more
memory. Safe to use from several threads.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Shelf(Generic[K, V]):
    """Values by key, of so many bytes in all.

    Attributes:
        limit_bytes: what they may take together. The one put last always stays.
        bytes: what they take.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.bytes = 0
        self._lock = threading.Lock()
        self._values: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The value of a key, or None; it counts as used now."""
        with self._lock:
            found = self._values.get(key)
            if found is None:
                return None
            self._values.move_to_end(key)
            return found[0]

    def put(self, key: K, value: V, size: int) -> None:
        """Keep a value of ``size`` bytes, in place of the one that the key had."""
        with self._lock:
            self.bytes += size - self._values.pop(key, (None, 0))[1]
            self._values[key] = (value, size)
            while self.bytes > self.limit_bytes and len(self._values) > 1:
                self.bytes -= self._values.popitem(last=False)[1][1]

    def items(self) -> list[tuple[K, V]]:
        """All that is there, the least recently used first."""
        with self._lock:
            return [(key, value) for key, (value, _) in self._values.items()]

    def remove(self, keys: list[K]) -> None:
        """Let go of some."""
        with self._lock:
            for key in keys:
                self.bytes -= self._values.pop(key, (None, 0))[1]
