"""``retake models``: what models there are, whether one is whole, and one more from a hub."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from engine.commands import model_check, model_fetch
from engine.commands.console import name
from engine.errors import InputError, ModelError
from engine.settings import check_choice

if TYPE_CHECKING:
    from engine.model.folder import ModelFolder

SUMMARY = "list the models that are there, check one, or fetch one from a hub"
DESCRIPTION = """List the models that are there: those that came with the program, then those that were fetched.

check tells what a model has, what it lacks and what can't be done without, and under which licence it
is; then it loads all parts to see that they fit each other. A model is `bundled`, a folder in diffusers'
layout, or OWNER/NAME of one that was fetched: by Retake, or by another program into the cache of the
hub's library. Every --model takes the same.

fetch downloads a model in AudioLDM2's layout from a hub, such as cvssp/audioldm2, without its pickles.
No other command downloads anything. A fetch that was cut off goes on where it was; the model is there
once all hashes hold. HF_ENDPOINT names another hub, HF_TOKEN gives a token to models that want one."""
ACTIONS = ("list", "check", "fetch")
ACCEPTED = "bundled, a folder in diffusers' layout, or OWNER/NAME of a fetched model"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("action", nargs="?", default="list", metavar="ACTION", help="list (default), check or fetch")
    parser.add_argument(
        "model", nargs="?", type=name, metavar="MODEL", help=f"with check: {ACCEPTED}; with fetch: OWNER/NAME of a hub"
    )
    parser.add_argument("--hashes", action="store_true", help="check: read all files and compare them with the hub's")
    parser.add_argument(
        "--revision", type=name, metavar="REV", help="fetch: a branch, tag or commit (default: the main branch)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")


def run(arguments: argparse.Namespace) -> int:
    """List, check or fetch, and tell."""
    check_choice("action", arguments.action, ACTIONS)
    _check_options(arguments)
    if arguments.action == "fetch":
        model_fetch.run(arguments.model, arguments.revision, arguments.json)
    elif arguments.action == "check":
        model_check.run(arguments.model, arguments.hashes, arguments.json)
    else:
        _list(arguments.json)
    return 0


def _check_options(arguments: argparse.Namespace) -> None:
    action, model = arguments.action, arguments.model
    if action == "list" and model is not None:
        raise InputError(f"models list takes no model, {model!r} was given; `retake models check {model}` checks it")
    if action == "check" and model is None:
        raise InputError(f"models check needs a FOLDER or a name; accepted: {ACCEPTED}")
    if action == "fetch" and model is None:
        raise InputError("models fetch needs OWNER/NAME of a hub, such as cvssp/audioldm2")
    if arguments.hashes and action != "check":
        raise InputError(f"models {action} takes no --hashes; models check does")
    if arguments.revision is not None and action != "fetch":
        raise InputError(f"models {action} takes no --revision; models fetch does")


def _list(as_json: bool) -> None:
    """The models that came with the program, then those that were fetched; a damaged one with its damage."""
    from engine.model.folder import BUNDLED, BUNDLED_NAME, check_model, list_models
    from engine.model.store import fetched_models

    models = [check_model(BUNDLED if path.name == BUNDLED_NAME else str(path)) for path in list_models()]
    damaged = []
    for repo, path in fetched_models():
        try:
            models.append(check_model(repo))
        except ModelError as error:
            damaged.append({"name": repo, "path": str(path), "problem": str(error)})
    if as_json:
        print(json.dumps({"models": [model_check.described(model) for model in models] + damaged}))
        return
    for model in models:
        show(model)
    for entry in damaged:
        print(f"{entry['name']}  ({entry['path']})  can't be used: {entry['problem']}")


def show(model: ModelFolder) -> None:
    """Print a model and its components."""
    print(model_check.headline(model))
    for part in model.components.values():
        print(model_check.component_line(part))
