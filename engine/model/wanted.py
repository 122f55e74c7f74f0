"""Which files of a repository a model needs, so that nothing else is downloaded. Free of torch.

Pickles never; variants in another number format, which carry its name (``model.fp16.safetensors``), only where the
plain weights are missing. What lies deeper than one folder is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.errors import ModelError
from engine.model.folder import PICKLES
from engine.model.parts import COMPONENTS, FOLDERS, MODEL_INDEX

SAFETENSORS = ".safetensors"
BESIDE = re.compile(
    rf"{re.escape(MODEL_INDEX)}|README\.md|mel\.json|conditioning\.json|(licen[cs]e|notice)[\w.-]*", re.I
)
# No path that leads out of the folder can have this form.
INSIDE = re.compile(rf"({'|'.join(FOLDERS)})/(\w[\w.+-]*)", re.ASCII)
SETTINGS = (".json", ".txt", ".model")


def wanted_files(repo: str, paths: Sequence[str]) -> list[str]:
    """Those of ``paths`` that are needed, the index of the model first.

    Raises:
        ModelError: there is no VAE, or a network has pickled weights alone.
    """
    for network in COMPONENTS:
        _check_weights(repo, network, [path for path in paths if path.startswith(f"{network}/")])
    plain = {path.partition("/")[0] for path in paths if _is_plain(path)}
    wanted = [path for path in paths if _is_wanted(path, plain)]
    return sorted(wanted, key=lambda path: (path != MODEL_INDEX, path))


def _check_weights(repo: str, network: str, paths: list[str]) -> None:
    if any(path.endswith(SAFETENSORS) for path in paths):
        return
    if pickles := [path for path in paths if any(path.endswith(suffix) for suffix in PICKLES)]:
        raise ModelError(
            f"{repo} has the {network} only as the pickle {pickles[0]}, which runs code when it is loaded; only "
            "safetensors are accepted; nothing was fetched (where the hub's page of the model offers a conversion, "
            "its revision can be named: --revision refs/pr/N)"
        )
    if network == "vae":
        raise ModelError(f"{repo} has no vae/ with safetensors; a model in AudioLDM2's layout is expected")


def _is_plain(path: str) -> bool:
    return path.endswith(SAFETENSORS) and "." not in path.removesuffix(SAFETENSORS)


def _is_wanted(path: str, plain: set[str]) -> bool:
    if BESIDE.fullmatch(path):
        return True
    found = INSIDE.fullmatch(path)
    if not found:
        return False
    folder, name = found.groups()
    if name.endswith(SAFETENSORS):
        return _is_plain(path) or folder not in plain
    return name.endswith(SETTINGS) and ".bin.index." not in name
