"""What a model's folder weighs, and whether everything in it is what it should be."""

from __future__ import annotations

from typing import Any

from engine.model.folder import PICKLES, ModelFolder


def sizes(folder: ModelFolder) -> dict[str, Any]:
    """Megabytes of all weights, parameters of each component, and pickles, of which there must be none.

    That diffusers' and transformers' own classes load it is shown by `engine.model.load.load_model`, which uses them.
    """
    weights = list(folder.path.rglob("*.safetensors"))
    pickles = [path.relative_to(folder.path).as_posix() for path in folder.path.rglob("*") if path.suffix in PICKLES]
    return {
        "medians": {"all": {"megabytes": sum(path.stat().st_size for path in weights) / 1e6, "pickles": len(pickles)}},
        "pickles": pickles,
        "parameters": {name: component.parameters for name, component in folder.components.items()},
    }
