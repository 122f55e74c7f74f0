"""``retake models check``: what a model has and lacks, and whether what it has is whole and fits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.console import Progress
from engine.errors import ModelError

if TYPE_CHECKING:
    from engine.model.folder import Component, ModelFolder
    from engine.model.manifest import Manifest

MEGA = 1e6
CONDITIONING = "conditioning"  # the one part that is a file
SHOWN_PROBLEMS = 3


def run(name: str, hashes: bool, as_json: bool) -> None:
    """Check a model and print what was found.

    Raises:
        ModelError: it is missing, damaged, another pipeline's, or not as it was fetched.
    """
    from engine.model.folder import check_model
    from engine.model.manifest import read_manifest
    from engine.model.widths import check_widths

    model = check_model(name)
    check_others(model)
    check_widths(model)
    manifest = read_manifest(model.path)
    with Progress(in_bytes=True) as progress:
        if manifest:
            _check_files(model, manifest, hashes, progress)
    with Progress() as progress:
        prove(model, progress)
    if as_json:
        print(json.dumps({"models": [described(model) | _found(model, manifest, hashes)]}))
    else:
        _print(model, manifest, hashes)


def prove(model: ModelFolder, progress: Progress) -> None:
    """Load everything, because only that shows missing weights; what prompts need one after the other.

    Raises:
        ModelError: a part can't be loaded, or doesn't fit the others.
    """
    from engine.model.folder import require_component, sound_components
    from engine.model.parts import TEXT_COMPONENTS, TOKENIZERS

    words = [name for name in (*TEXT_COMPONENTS, *TOKENIZERS) if _is_there(model.path, name)]
    progress.report("loading", 0, 1 + len(words))
    from engine.model.load import load_model
    from engine.model.network import load_network
    from engine.model.schedule import schedule_from
    from engine.text.tokens import load_tokenizer

    loaded = load_model(model.name, "cpu", sound_components(model))
    if loaded.unet is not None:
        schedule_from(loaded.scheduler)
    for index, name in enumerate(words, start=1):
        progress.report("loading", index, 1 + len(words))
        if name in TOKENIZERS:
            load_tokenizer(model.path / name)
        else:
            require_component(model, name, "a prompt")
            load_network(model, name)


def check_others(model: ModelFolder) -> None:
    """Refuse parts that have no weights, such as tokenizers, whose files are damaged.

    Raises:
        ModelError: names the file.
    """
    from engine.model.conditioning import read_kinds

    read_kinds(model.path)
    for part in others(model):
        for path in sorted((model.path / part).glob("*.json")):
            try:
                json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise ModelError(f"{path} can't be read as JSON: {error}") from error


def others(model: ModelFolder) -> list[str]:
    """The parts that are there and not among the components, which are described by themselves."""
    from engine.model.parts import WITHOUT

    return [part for part in WITHOUT if part not in model.components and _is_there(model.path, part)]


def missing(model: ModelFolder) -> dict[str, str]:
    """The parts that are not there, and what can't be done without each."""
    from engine.model.parts import WITHOUT

    return {part: loss for part, loss in WITHOUT.items() if not _is_there(model.path, part)}


def headline(model: ModelFolder) -> str:
    """A model's name, place and licence."""
    from engine.model.licence import told

    return f"{model.name}  ({model.path})  licence: {told(model.licence)}"


def component_line(part: Component) -> str:
    """A component's class and size."""
    size = f"{part.parameters / MEGA:8.2f} M parameters {part.bytes / MEGA:9.2f} MB"
    return f"  {part.name:<16} {part.class_name:<30} {size}"


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


def _is_there(folder: Path, part: str) -> bool:
    if part == CONDITIONING:
        return (folder / f"{part}.json").is_file()
    return any((folder / part).glob("*"))


def _check_files(model: ModelFolder, manifest: Manifest, hashes: bool, progress: Progress) -> None:
    from engine.model.manifest import wrong_hashes, wrong_sizes

    found = wrong_hashes(model.path, manifest, progress.control()) if hashes else wrong_sizes(model.path, manifest)
    if found:
        more = f" and {len(found) - SHOWN_PROBLEMS} more" if len(found) > SHOWN_PROBLEMS else ""
        raise ModelError(
            f"{model.path} is not as it was fetched: {', '.join(found[:SHOWN_PROBLEMS])}{more}; "
            f"`retake models fetch {manifest.repo}` fetches what is damaged"
        )


def _found(model: ModelFolder, manifest: Manifest | None, hashes: bool) -> dict[str, object]:
    """What check adds for ``--json``; hashes are null where they were not checked or there are none."""
    return {
        "others": others(model),
        "missing": missing(model),
        "revision": manifest.revision if manifest else None,
        "hashes_hold": True if manifest and hashes else None,
    }


def _print(model: ModelFolder, manifest: Manifest | None, hashes: bool) -> None:
    print(headline(model))
    for part in model.components.values():
        print(component_line(part))
    for name in others(model):
        print(f"  {name:<16} there")
    for name, loss in missing(model).items():
        print(f"  {name:<16} not there: {loss}")
    if manifest:
        held = "all hashes hold" if hashes else "all files have their size (--hashes reads them)"
        print(f"fetched from {manifest.repo} at {manifest.revision[:12]}: {held}")
    elif hashes:
        print("hashes: none to compare with, this model was not fetched by Retake")
    print("whole: all parts load and fit")
