"""The command line: one parser, one place where errors become exit codes. Imports nothing heavy.

Exit codes: 0 done; 1 failed (disk full included); 2 bad usage or input; 130 stopped by the user.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import NoReturn

from engine.commands import bottleneck, compare, demo, models, restore
from engine.errors import InputError, RetakeError
from engine.settings import check_choice

COMMANDS = {
    "demo": demo,
    "restore": restore,
    "compare": compare,
    "bottleneck": bottleneck,
    "models": models,
}
STOPPED = 130
TERMINATED = 143
DESCRIPTION = """Retake repairs recordings: a region goes through a generative model and comes back in place;
outside it every sample stays as it is."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as every other error does."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; `{self.prog} --help` tells what is accepted")


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = Parser(prog="retake", description=DESCRIPTION, allow_abbrev=False)
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for name, module in COMMANDS.items():
        command = commands.add_parser(name, help=module.SUMMARY, description=module.SUMMARY, allow_abbrev=False)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        return _guarded(lambda: _dispatch(list(sys.argv[1:] if arguments is None else arguments)))
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


class Terminated(BaseException):
    """SIGTERM, made into an exception so that nothing half-written stays."""


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise Terminated


def _dispatch(arguments: list[str]) -> int:
    parser = build_parser()
    if arguments and not arguments[0].startswith("-"):
        check_choice("command", arguments[0], COMMANDS)
    chosen = parser.parse_args(arguments)
    if chosen.version:
        from importlib.metadata import version

        print(f"retake {version('retake')}")
        return 0
    if chosen.command is None:
        parser.print_help(sys.stderr)
        return InputError.exit_code
    run: Callable[[argparse.Namespace], int] = chosen.run
    return run(chosen)


def _guarded(action: Callable[[], int]) -> int:
    """Run ``action``; every error is one line on stderr and its exit code."""
    try:
        code = action()
        sys.stdout.flush()
        return code
    except RetakeError as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _fail("stopped; nothing was written", STOPPED)
    except Terminated:
        return _fail("terminated; nothing was written", TERMINATED)
    except BrokenPipeError:
        # Whoever read our output is gone; the interpreter must not try to flush to it once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return RetakeError.exit_code
    except MemoryError:
        return _fail("out of memory; a shorter region needs less", RetakeError.exit_code)
    except Exception as error:
        if os.environ.get("RETAKE_TRACEBACK"):
            raise
        reason = " ".join(str(error).split()) or "no further word"
        hint = "RETAKE_TRACEBACK=1 shows where"
        return _fail(f"failed: {type(error).__name__}: {reason} ({hint})", RetakeError.exit_code)


def _fail(message: str, code: int) -> int:
    print(f"retake: {' '.join(message.split())}", file=sys.stderr)
    return code
