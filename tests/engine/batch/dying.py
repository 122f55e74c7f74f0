"""A process that says of a cluster, as `engine.batch.crew` does, that its workers are lost as soon as they start."""

from __future__ import annotations

import contextlib
from multiprocessing.connection import Connection
from typing import Any

EACH_S, MOST = 0.05, 200  # so that a test fails that listens for ever


def serve(descriptor: int) -> None:
    """Be that process."""
    connection: Connection[Any, Any] = Connection(descriptor)
    with contextlib.suppress(EOFError, OSError):
        connection.recv()
        connection.send(0)
        for _ in range(MOST):
            if connection.poll(EACH_S):  # closed
                break
            connection.send("killed")
