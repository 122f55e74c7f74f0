"""Models that the hub's own library has fetched before, for another program. Never any network. Free of torch.

Limits: the branch ``main`` alone is looked for, and files are taken to be whole when they are there.
"""

from __future__ import annotations

from pathlib import Path

from engine.errors import ModelError
from engine.model.folder import read_json
from engine.model.parts import COMPONENTS, FOLDERS, MODEL_INDEX


def cached_folder(repo: str) -> Path | None:
    """The folder of the model called OWNER/NAME in the hub library's cache, whole or not; None if there is none."""
    from huggingface_hub import try_to_load_from_cache

    for file in (MODEL_INDEX, "vae/config.json"):
        found = try_to_load_from_cache(repo, file)
        if isinstance(found, str):
            return Path(found).parents[len(Path(file).parts) - 1]
    return None


def lacking(folder: Path) -> list[str]:
    """The parts that a model's index names, or its VAE without one, of which a file is not there."""
    return [part for part in _named(folder) if not _is_whole(folder / part, part)]


def _named(folder: Path) -> list[str]:
    try:
        index = read_json(folder / MODEL_INDEX)
    except ModelError:
        return ["vae"]
    return [
        part for part in FOLDERS if part == "vae" or (isinstance(index.get(part), list) and index[part][1:] != [None])
    ]


def _is_whole(folder: Path, part: str) -> bool:
    if part not in COMPONENTS:
        return any(path.is_file() for path in folder.glob("*"))
    if not (folder / "config.json").is_file():
        return False
    weights = {path.name for path in folder.glob("*.safetensors") if path.is_file()}
    return bool(weights) and _shards(folder) <= weights


def _shards(folder: Path) -> set[str]:
    """The names of the weights that indices list."""
    names: set[str] = set()
    for path in folder.glob("*.safetensors.index.json"):
        try:
            listed = read_json(path).get("weight_map")
        except ModelError:
            return {path.name}
        names |= set(map(str, listed.values())) if isinstance(listed, dict) else set()
    return names
