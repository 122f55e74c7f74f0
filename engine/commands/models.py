"""``retake models``: what models there are, and whether one is whole."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from engine.errors import ModelError

if TYPE_CHECKING:
    from engine.model.folder import ModelFolder

SUMMARY = "list the models that came with the program, or check a folder"
MEGA = 1e6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("action", nargs="?", default="list", choices=["list", "check"], help="default: list")
    parser.add_argument("folder", nargs="?", metavar="FOLDER", help="with check: bundled, or a folder")
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")


def run(arguments: argparse.Namespace) -> int:
    """List or check, and tell."""
    from engine.model.folder import BUNDLED, BUNDLED_NAME, check_model, list_models

    if arguments.action == "check":
        if arguments.folder is None:
            raise ModelError("models check needs a FOLDER; accepted: bundled, or a folder in diffusers' layout")
        found = [check_model(arguments.folder)]
    else:
        found = [check_model(BUNDLED if path.name == BUNDLED_NAME else str(path)) for path in list_models()]
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
    return 0


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
