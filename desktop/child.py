"""A function called in a fresh interpreter: whatever it imports and however long it holds Python, the window goes on.

In a thread of the window's own process, drawing a figure had it stand still for up to half a second.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from desktop.translating import translate
from engine.errors import RetakeError

# -P: the current folder is not searched. The child finds modules where this process does; what is printed there goes
# to stderr, so that the answer alone is on stdout.
CODE = """import json, os, pickle, sys
sys.path[:] = json.loads(sys.argv[1])
answer = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
function, arguments = pickle.load(sys.stdin.buffer)
try:
    given = function(*arguments), None
except Exception as error:
    given = None, error
pickle.dump(given, answer, pickle.HIGHEST_PROTOCOL)
answer.close()
"""

P = ParamSpec("P")
T = TypeVar("T")


def in_child(function: Callable[P, T], *arguments: P.args, **nothing: P.kwargs) -> T:
    """Call a module's function with arguments that can be pickled, and give what it gives, or raise what it raises.

    Raises:
        RetakeError: the interpreter ended without an answer, as when it was killed for memory.
    """
    assert not nothing, "positional arguments only"
    given = pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL)
    command = [sys.executable, "-P", "-c", CODE, json.dumps(sys.path)]
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        text = translate("Child", "The work in the background ended with code {0}.")
        raise RetakeError(text.format(done.returncode))
    result, error = pickle.loads(done.stdout)
    if error is not None:
        raise error
    return result  # type: ignore[no-any-return]
