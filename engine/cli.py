"""The command line: one parser, one place where errors become exit codes. Imports nothing heavy.

Exit codes: 0 done; 1 failed (disk full included); 2 bad usage or input; 130 stopped by Ctrl-C. As every program
that a signal ends: 143 after SIGTERM, 129 after its terminal was closed.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, TextIO

from engine.commands import batch, bottleneck, compare, decode, demo, encode, generate, models, restore
from engine.commands.console import one_line
from engine.commands.stopping import Stopped, stops
from engine.errors import InputError, RetakeError
from engine.settings import check_choice

COMMANDS = {
    "demo": demo,
    "restore": restore,
    "compare": compare,
    "batch": batch,
    "generate": generate,
    "encode": encode,
    "decode": decode,
    "bottleneck": bottleneck,
    "models": models,
}
DESCRIPTION = """Retake repairs recordings: a region goes through a generative model and comes back in place;
outside it every sample stays as it is."""
EXAMPLES = """examples:
  retake [FILES]                                  open the editor
  retake demo                                     hear and see what it does, on recordings that came along
  retake restore in.wav -o out.wav --start 3 --end 4.5
  retake batch recordings -o restored --workers 4
  retake generate --kind environment --seconds 5 -o out.wav
  retake compare in.wav out.wav                   how far the result is from the input
  retake COMMAND --help                           all that a command takes

Exit codes: 0 done, 2 bad usage, input or output, 130 stopped by Ctrl-C, 1 any other failure."""
NO_EDITOR = "this is the engine without the editor"
Editor = Callable[[Sequence[str]], int]


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as every other error does."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; `{self.prog} --help` tells what is accepted")

    def refuse_unknown(self, arguments: Sequence[str]) -> None:
        """Refuse what no argument of this parser took.

        Raises:
            InputError: there is such; names the option that is nearest, if one is near.
        """
        if not arguments:
            return
        unknown = next((text for text in arguments if text.startswith("-")), arguments[0]).partition("=")[0]
        options = [name for action in self._actions for name in action.option_strings]
        near = difflib.get_close_matches(unknown, options, n=1) if unknown.startswith("-") else []
        hint = f" (did you mean {near[0]}?)" if near else ""
        self.error(f"{'option' if unknown.startswith('-') else 'argument'} {unknown!r} is unknown{hint}")


def build_parser() -> tuple[Parser, dict[str, Parser]]:
    """The parser of the whole command line, and that of each command."""
    parser = Parser(
        prog="retake",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands", parser_class=Parser)
    found = {}
    for name, module in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=module.SUMMARY,
            description=module.DESCRIPTION,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.add_arguments(command)
        command.set_defaults(run=module.run)
        found[name] = command
    return parser, found


def main(arguments: Sequence[str] | None = None, editor: Editor | None = None) -> int:
    """Run one command and return its exit code.

    Args:
        arguments: of the command line, by default this process's.
        editor: opens the files that it is given, where the arguments name no command.
    """
    prepare_streams()
    with stops():
        return _guarded(lambda: _dispatch(list(sys.argv[1:] if arguments is None else arguments), editor))


def prepare_streams() -> None:
    """Make stdout and stderr take any file name, and be there even where the caller closed them."""
    for name in ("stdout", "stderr"):
        stream: TextIO | None = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - open as long as the program runs
        elif hasattr(stream, "reconfigure") and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def _dispatch(arguments: list[str], editor: Editor | None) -> int:
    if not arguments:
        if editor:
            return editor([])
        raise InputError(f"{NO_EDITOR}; `retake --help` lists all commands")
    if names_recording(arguments[0]):
        if editor:
            return editor(arguments)
        raise InputError(f"{NO_EDITOR}; `retake restore {arguments[0]} -o OUT` repairs a recording")
    if not arguments[0].startswith("-"):
        check_choice("command", arguments[0], COMMANDS)
    parser, commands = build_parser()
    chosen, unknown = parser.parse_known_args(with_stretch_joined(arguments))
    commands.get(chosen.command, parser).refuse_unknown(unknown)
    if chosen.version:
        from importlib.metadata import version

        print(f"retake {version('retake')}")
        return 0
    if chosen.command is None:
        parser.error("a command is missing")
    run: Callable[[argparse.Namespace], int] = chosen.run
    return run(chosen)


def with_stretch_joined(arguments: list[str]) -> list[str]:
    """``--noise-from -1:1`` as ``--noise-from=-1:1``: argparse would take the value for an option."""
    joined: list[str] = []
    for text in arguments:
        if joined and joined[-1] == "--noise-from" and text[:1] == "-" and text[1:2] in tuple("0123456789."):
            joined[-1] += f"={text}"
        else:
            joined.append(text)
    return joined


def names_recording(text: str) -> bool:
    """Whether the first argument is no command but a file, one that isn't there included, for the editor."""
    return text not in COMMANDS and not text.startswith("-") and (is_file(text) or bool(Path(text).suffix))


def is_file(name: str) -> bool:
    """Whether there is such a file; a name that no file can have is none."""
    try:
        return Path(name).is_file()
    except OSError:
        return False


def _guarded(action: Callable[[], int]) -> int:
    """Run ``action``; every error is one line on stderr and its exit code."""
    try:
        code = action()
        sys.stdout.flush()
        return code
    except RetakeError as error:
        return _fail(str(error), error.exit_code)
    except Stopped as error:
        return _fail(f"{error.word}; {error.left}", error.exit_code)
    except BrokenPipeError:
        drop_output()
        return RetakeError.exit_code
    except MemoryError:
        return _fail("out of memory; a shorter region needs less", RetakeError.exit_code)
    except Exception as error:
        if os.environ.get("RETAKE_TRACEBACK"):
            raise
        drop_output()
        reason = str(error) or "no further word"
        hint = "RETAKE_TRACEBACK=1 shows where"
        return _fail(f"failed: {type(error).__name__}: {reason} ({hint})", RetakeError.exit_code)


def drop_output() -> None:
    """Where stdout can't be written, keep the interpreter from trying once more at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str, code: int) -> int:
    """Print one line, whatever characters a file's name brought into it."""
    with suppress(OSError):
        print(f"retake: {one_line(message)}", file=sys.stderr)
    return code
