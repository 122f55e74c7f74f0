"""``retake models``: what models there are, and whether one is whole."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from engine.commands.console import Progress, name
from engine.errors import InputError
from engine.settings import check_choice

if TYPE_CHECKING:
    from engine.model.folder import ModelFolder

SUMMARY = "list the models that came with the program, or check a folder"
DESCRIPTION = """List the models that came with the program, or check a model: its folder, its files, and whether
all of its parts can be loaded and fit each other."""
ACTIONS = ("list", "check")
MEGA = 1e6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("action", nargs="?", default="list", metavar="ACTION", help="list (default), or check")
    parser.add_argument(
        "folder", nargs="?", type=name, metavar="FOLDER", help="with check: `bundled`, or a folder in diffusers' layout"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")


def run(arguments: argparse.Namespace) -> int:
    """List or check, and tell."""
    check_choice("action", arguments.action, ACTIONS)
    found = checked(arguments.folder) if arguments.action == "check" else listed(arguments.folder)
    if arguments.json:
        print(json.dumps({"models": [described(model) for model in found]}))
        return 0
    for model in found:
        print(f"{model.name}  ({model.path})  licence: {model.licence}")
        for part in model.components.values():
            print(
                f"  {part.name:<8} {part.class_name:<30} {part.parameters / MEGA:7.2f} M parameters "
                f"{part.bytes / MEGA:8.2f} MB"
            )
    if arguments.action == "check":
        print("whole: all parts load and fit")
    return 0


def listed(folder: str | None) -> list[ModelFolder]:
    """The models that came with the program."""
    from engine.model.folder import BUNDLED, BUNDLED_NAME, check_model, list_models

    if folder is not None:
        raise InputError(f"models list takes no folder, {folder!r} was given; `retake models check {folder}` checks it")
    return [check_model(BUNDLED if path.name == BUNDLED_NAME else str(path)) for path in list_models()]


def checked(folder: str | None) -> list[ModelFolder]:
    """One model, whose files were looked at and then loaded, because only that shows missing weights."""
    from engine.model.folder import check_model

    if folder is None:
        raise InputError("models check needs a FOLDER; accepted: bundled, or a folder in diffusers' layout")
    model = check_model(folder)
    with Progress() as progress:
        progress.report("loading", 0, 1)
        from engine.model.load import load_model

        return [load_model(folder, "cpu", tuple(model.components)).folder]


def described(model: ModelFolder) -> dict[str, object]:
    """A model for ``--json``."""
    return {
        "name": model.name,
        "path": str(model.path),
        "licence": model.licence,
        "components": {
            part.name: {"class": part.class_name, "parameters": part.parameters, "bytes": part.bytes}
            for part in model.components.values()
        },
    }
