"""Child processes that serve: a fresh interpreter, spoken to over a pipe.

As `multiprocessing`'s spawn makes one, but started without it: that would import the program's main module a second
time in the child, and leave a tracker process beside it.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any

# The child finds modules where this process does.
FOUND = """import json, sys
sys.path[:] = json.loads(sys.argv[1])
"""
CODE = """import importlib
importlib.import_module(sys.argv[2]).serve(int(sys.argv[3]))
"""
# Threads that wait for each other sleep and don't spin: where others compute too, spinning costs more than ten times
# the work (measured: two threads on two busy cores).
CALM = {"OMP_WAIT_POLICY": "PASSIVE"}


def interpreter(code: str, *arguments: str) -> list[str]:
    """The command line of a fresh interpreter that runs ``code``, which finds the arguments in ``sys.argv[2:]``."""
    # -P: the current folder is not searched.
    return [sys.executable, "-P", "-c", FOUND + code, json.dumps(sys.path), *arguments]


def start_child(
    module: str, environment: Mapping[str, str] | None = None
) -> tuple[subprocess.Popen[bytes], Connection[Any, Any]]:
    """Start ``module.serve(descriptor)`` in a process of its own.

    Args:
        module: by its full name; ``descriptor`` is its end of the pipe.
        environment: added to this process's.

    Returns:
        The process, and this end of the pipe: ready for reading when the child answers, and when it has ended.

    Raises:
        OSError: the system starts no process.
    """
    ours: Connection[Any, Any]
    ours, theirs = multiprocessing.Pipe()
    descriptor = theirs.fileno()
    try:
        process = subprocess.Popen(
            interpreter(CODE, module, str(descriptor)),
            stdin=subprocess.DEVNULL,
            pass_fds=[descriptor],
            env={**CALM, **os.environ, **(environment or {})},
        )
    except OSError:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours
