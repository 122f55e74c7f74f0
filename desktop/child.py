"""A function called in a fresh interpreter: whatever it imports and however long it holds Python, the window goes on.

In a thread of the window's own process, drawing a figure had it stand still for up to half a second.
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import traceback
from collections.abc import Callable
from typing import TypeVar

from desktop.translating import translate
from engine.child import CALM, interpreter
from engine.errors import RetakeError

# What is printed there goes to stderr, so that the answer alone is on stdout.
CODE = """import os, pickle, traceback
from engine.errors import RetakeError
answer = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
try:
    given = pickle.load(sys.stdin.buffer)(), None, ""
except RetakeError as error:
    given = None, error, ""
except Exception:
    given = None, None, traceback.format_exc()
pickle.dump(given, answer, pickle.HIGHEST_PROTOCOL)
answer.close()
"""

T = TypeVar("T")
log = logging.getLogger(__name__)


def in_child(call: Callable[[], T]) -> T:
    """Call a module's function, or a `functools.partial` of one, that can be pickled; give what it gives.

    Raises:
        RetakeError: the function did; or anything else went wrong: in the function, in starting the interpreter, or it
            ended without an answer, as when it was killed for memory.
    """
    result: T
    refused: RetakeError | None
    try:
        given = pickle.dumps(call, pickle.HIGHEST_PROTOCOL)
        environment = {**CALM, **os.environ}
        done = subprocess.run(interpreter(CODE), input=given, stdout=subprocess.PIPE, env=environment, check=False)
        if done.returncode != 0:
            text = translate("Child", "The work in the background ended with code {0}.")
            raise RetakeError(text.format(done.returncode))
        result, refused, trace = pickle.loads(done.stdout)
    except RetakeError:
        raise
    except Exception as error:  # whatever it is: who waits for an answer must be told
        raise failed(traceback.format_exc()) from error
    if refused is not None:
        raise refused
    if trace:
        raise failed(trace)
    return result


def failed(trace: str) -> RetakeError:
    """What a trace is told as: its last line; the log has all of it."""
    log.error("work in the background failed\n%s", trace)
    return RetakeError(translate("Child", "The work in the background failed: {0}").format(trace.splitlines()[-1]))
