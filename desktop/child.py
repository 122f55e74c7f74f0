"""A function called in a fresh interpreter: whatever it imports and however long it holds Python, the window goes on.

In a thread of the window's own process, drawing a figure had it stand still for up to half a second.
"""

from __future__ import annotations

import json
import logging
import pickle
import subprocess
import sys
import traceback
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from desktop.translating import translate
from engine.errors import RetakeError

# -P: the current folder is not searched. The child finds modules where this process does; what is printed there goes
# to stderr, so that the answer alone is on stdout.
CODE = """import json, os, pickle, sys, traceback
sys.path[:] = json.loads(sys.argv[1])
from engine.errors import RetakeError
answer = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
try:
    function, arguments = pickle.load(sys.stdin.buffer)
    given = function(*arguments), None, ""
except RetakeError as error:
    given = None, error, ""
except Exception:
    given = None, None, traceback.format_exc()
pickle.dump(given, answer, pickle.HIGHEST_PROTOCOL)
answer.close()
"""

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)


def in_child(function: Callable[P, T], *arguments: P.args, **nothing: P.kwargs) -> T:
    """Call a module's function with arguments that can be pickled, and give what it gives, or raise what it refuses.

    Raises:
        RetakeError: anything else went wrong: in the function, in starting the interpreter, or it ended without an
            answer, as when it was killed for memory.
    """
    assert not nothing, "positional arguments only"
    command = [sys.executable, "-P", "-c", CODE, json.dumps(sys.path)]
    result: T
    refused: RetakeError | None
    try:
        given = pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL)
        done = subprocess.run(command, input=given, stdout=subprocess.PIPE, check=False)
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
