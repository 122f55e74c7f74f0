"""Under which licence a model is: what its card says, else its manifest. Free of torch.

A card is a ``README.md`` with YAML between two lines ``---`` at its top. Limits: the text of a licence is not read,
so one that goes by a name of its own is taken for one that allows commercial use.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from engine.model.store import MANIFEST

UNKNOWN = "unknown"
FRONT_MATTER = re.compile(r"\s*---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
LONGEST_CARD = 65536  # characters of it that are looked at
NON_COMMERCIAL = re.compile(r"(?<![a-z])(nc|non[-_ ]?commercial)(?![a-z])")
# What the models' own cards say on the hub (revisions of 2024), for a hub that leaves out what cards say.
PUBLISHED = {
    "cvssp/audioldm2": "cc-by-nc-sa-4.0",
    "cvssp/audioldm2-large": "cc-by-nc-sa-4.0",
    "cvssp/audioldm2-music": "cc-by-nc-sa-4.0",
    "anhnct/audioldm2_gigaspeech": "creativeml-openrail-m",
    "anhnct/audioldm2_ljspeech": "creativeml-openrail-m",
}


def licence_of(folder: Path, name: str = "") -> str:
    """What the model card in ``folder`` says, else what was noted when it was fetched, else what is known.

    Args:
        name: that the model has on a hub; other programs fetch AudioLDM2's without their cards.
    """
    return _of_card(folder / "README.md") or _of_manifest(folder / MANIFEST) or PUBLISHED.get(name, UNKNOWN)


def is_non_commercial(licence: str) -> bool:
    """Whether a licence, by its name, rules out commercial use."""
    return NON_COMMERCIAL.search(licence.lower()) is not None


def told(licence: str) -> str:
    """A licence, with what most people must know of it."""
    return f"{licence} (non-commercial use only)" if is_non_commercial(licence) else licence


def name_of(fields: dict[str, Any]) -> str:
    """The licence that the fields of a card name; empty where they name none."""
    value = fields.get("license")
    names = value if isinstance(value, list) else [value]
    own = fields.get("license_name")
    named = [own if own and str(name).lower() == "other" else name for name in names]
    return ", ".join(" ".join(str(name).split()) for name in named if name)


def _of_card(path: Path) -> str:
    import yaml

    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            found = FRONT_MATTER.match(file.read(LONGEST_CARD))
        # BaseLoader makes nothing but text, lists and mappings.
        fields = yaml.load(found[1], Loader=yaml.BaseLoader) if found else None
    except (OSError, yaml.YAMLError, RecursionError):
        return ""
    return name_of(fields) if isinstance(fields, dict) else ""


def _of_manifest(path: Path) -> str:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    licence = value.get("licence") if isinstance(value, dict) else None
    return licence if isinstance(licence, str) else ""
