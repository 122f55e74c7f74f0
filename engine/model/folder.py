"""Find a model's folder and check it without loading it. Free of torch, and never any network.

A model is a folder in diffusers' layout: ``vae/``, and where there are any ``unet/``, ``vocoder/``,
``scheduler/``, each with its ``config.json`` and ``*.safetensors``, and ``mel.json`` beside them
(`engine.mel.MelSpec`). One that takes prompts, as AudioLDM2, has four parts more and two tokenizers
(`engine.text`). Weights in pickles are refused: loading one runs whatever code it holds.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from engine.errors import ModelError
from engine.model.hashes import hash_of_files
from engine.model.licence import is_non_commercial as is_non_commercial
from engine.model.licence import licence_of
from engine.model.parts import COMPONENTS, MODEL_INDEX, PIPELINE, SOUND_COMPONENTS, TEXT_COMPONENTS, TOKENIZERS
from engine.model.store import fetched_folder, is_hub_id
from engine.settings import check_choice

BUNDLED = "bundled"
BUNDLED_NAME = "retake-mini"
PICKLES = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"}
UNET_FILES = ("scheduler/scheduler_config.json", "conditioning.json")
LONGEST_HEADER = 100_000_000
Stamps = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Component:
    """One part of a model on disk.

    Attributes:
        name: a key of `COMPONENTS`.
        class_name: from its configuration.
        weights: its safetensors files.
        parameters: how many numbers they hold.
        bytes: their size on disk.
    """

    name: str
    class_name: str
    weights: tuple[Path, ...]
    parameters: int
    bytes: int


@dataclass(frozen=True)
class ModelFolder:
    """A model's folder that has been checked.

    Attributes:
        name: what the user called it.
        path: where it is.
        components: what is there, by name.
        licence: what its card says, or ``unknown``.
    """

    name: str
    path: Path
    components: dict[str, Component]
    licence: str


def bundled_root() -> Path:
    """The folder of the bundled models inside the installed package."""
    return Path(str(resources.files("resources"))) / "models"


def find_model(name: str) -> Path:
    """The folder of a model called ``bundled``, by its path, or by its OWNER/NAME on a hub.

    One from a hub is where it was fetched to, or where the hub's own library keeps it; nothing is fetched here.

    Raises:
        ModelError: there is no such folder.
    """
    path = bundled_root() / BUNDLED_NAME if name == BUNDLED else Path(name).expanduser()
    if path.is_dir():
        return path
    if name == BUNDLED:
        raise ModelError(f"the bundled model is missing from the installation: {path} is not there")
    if is_hub_id(name):
        return _from_hub(name)
    raise ModelError(
        f"model is {name!r}; accepted: bundled, or a folder in diffusers' layout (no such folder), "
        "or OWNER/NAME of a fetched model"
    )


def _from_hub(repo: str) -> Path:
    fetched = fetched_folder(repo)
    if fetched.is_dir():
        return fetched
    from engine.model.cache import cached_folder, lacking

    cached = cached_folder(repo)
    missing = lacking(cached) if cached else []
    if cached and not missing:
        return cached
    part = f" (which lacks {', '.join(missing)} of it)" if missing else ""
    raise ModelError(
        f"model {repo} is not on this machine: no folder {repo}, no {fetched}, nor whole in the hub's cache{part}; "
        f"nothing is downloaded unasked, `retake models fetch {repo}` fetches it; --model FOLDER loads one from disk"
    )


def stamps(folder: Path) -> Stamps:
    """Path, length and time of change of every file that a model may be made of."""
    parts = [folder, *(folder / name for name in (*COMPONENTS, *TOKENIZERS, "scheduler"))]
    files = sorted(file for part in parts for file in part.glob("*") if file.is_file())
    return tuple((str(file), (status := file.stat()).st_size, status.st_mtime_ns) for file in files)


def list_models() -> list[Path]:
    """The folders of the models that came with the program, by name."""
    return sorted(path for path in bundled_root().iterdir() if path.is_dir() and not path.name.startswith("_"))


def check_model(name: str) -> ModelFolder:
    """Check a model's folder: every component whole, no pickles; text models that aren't are left out.

    Raises:
        ModelError: the folder, its VAE, or a part of a component is missing or damaged, or it is another pipeline's.
    """
    path = find_model(name)
    check_pipeline(path)
    present = [component for component in COMPONENTS if (path / component).is_dir()]
    if "vae" not in present:
        raise ModelError(f"{path} has no vae/ folder; a model in diffusers' layout is expected")
    components = {}
    for component in present:
        # Damage to what only prompts need is told where a prompt is asked for: sound is restored without it.
        with suppress(ModelError) if component in TEXT_COMPONENTS else nullcontext():
            components[component] = _check_component(path / component, component)
    return ModelFolder(name, path, components, licence_of(path, name))


def check_pipeline(folder: Path) -> None:
    """Refuse the folder of another pipeline; one without a `MODEL_INDEX` may be anything still.

    Raises:
        ModelError: it is one, or its index is damaged.
    """
    index = folder / MODEL_INDEX
    pipeline = read_json(index).get("_class_name") if index.exists() else PIPELINE
    if pipeline != PIPELINE:
        raise ModelError(f"{folder} holds {pipeline or 'an unnamed pipeline'}; accepted is {PIPELINE}")


def _check_component(folder: Path, name: str) -> Component:
    config = read_json(folder / "config.json")
    class_name = config.get("_class_name") or (config.get("architectures") or [""])[0]
    if class_name not in COMPONENTS[name]:
        accepted = " or ".join(COMPONENTS[name])
        raise ModelError(f"{folder} holds {class_name or 'an unnamed class'}; accepted is {accepted}")
    weights = tuple(sorted(folder.glob("*.safetensors")))
    if not weights:
        pickles = sorted(file.name for file in folder.iterdir() if file.suffix in PICKLES)
        if pickles:
            raise ModelError(
                f"{folder / pickles[0]} is a pickle, which runs code when it is loaded; only safetensors are accepted"
            )
        raise ModelError(f"{folder} has no weights; a .safetensors file is expected")
    return Component(
        name,
        class_name,
        weights,
        sum(count_parameters(file) for file in weights),
        sum(file.stat().st_size for file in weights),
    )


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        ModelError: missing, not readable, or no object.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{path} is missing") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} can't be read as JSON: {error}") from error
    if not isinstance(value, dict):
        raise ModelError(f"{path} must hold a JSON object; it holds a {type(value).__name__}")
    return value


def count_parameters(path: Path) -> int:
    """How many numbers a safetensors file holds, from its header alone.

    Raises:
        ModelError: the header is damaged or the file shorter than the header says.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > min(size, LONGEST_HEADER):
                raise ValueError("header longer than the file")
            header = json.loads(file.read(length))
        tensors = [value for key, value in header.items() if key != "__metadata__"]
        needed = 8 + length + max((tensor["data_offsets"][1] for tensor in tensors), default=0)
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise ModelError(f"{path} is no whole safetensors file: {error}") from error
    if needed != size:
        raise ModelError(f"{path} is damaged or cut short: it holds {size} bytes, its header says {needed}")
    counts = []
    for tensor in tensors:
        count = 1
        for side in tensor["shape"]:
            count *= side
        counts.append(count)
    return sum(counts)


def weights_hash(folder: ModelFolder, components: Sequence[str]) -> str:
    """SHA-256 over the names and contents of the weights and configurations of ``components``, hexadecimal."""
    files = [weight for name in components for weight in folder.components[name].weights]
    files += [folder.path / name / "config.json" for name in components]
    # What changes the sound beside the weights.
    beside = ["mel.json", *(UNET_FILES if "unet" in components else ())]
    files += [path for file in beside if (path := folder.path / file).exists()]
    return hash_of_files(files, folder.path)


def sound_components(folder: ModelFolder) -> tuple[str, ...]:
    """The parts that sound goes through, of those that are there."""
    return tuple(name for name in SOUND_COMPONENTS if name in folder.components)


def require_component(folder: ModelFolder, name: str, wanted_by: str) -> None:
    """Refuse a job that needs a component that the model lacks.

    Raises:
        ModelError: the component is not there, or damaged.
    """
    check_choice("component", name, COMPONENTS)
    if name not in folder.components:
        if (folder.path / name).is_dir():
            _check_component(folder.path / name, name)
        there = ", ".join(folder.components)
        raise ModelError(f"{wanted_by} needs a {name}, which model {folder.name} lacks; it has {there}")
