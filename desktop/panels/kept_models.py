"""What is remembered of models over sessions: folders that were chosen by hand, and licences that were agreed to.

A small JSON file beside the preferences, read anew each time, since all documents share it. What of it can't be read
is as if it weren't there; the log tells.
"""

from __future__ import annotations

import dataclasses
import json
import logging
from dataclasses import dataclass

from desktop.places import config_folder, written

log = logging.getLogger(__name__)
FILE_NAME = "models.json"
MOST_FOLDERS = 12


@dataclass(frozen=True)
class KeptModels:
    """What is remembered.

    Attributes:
        folders: chosen by hand, the newest first.
        agreed: models, each with its licence as it was then.
    """

    folders: tuple[str, ...] = ()
    agreed: tuple[tuple[str, str], ...] = ()

    def with_folder(self, folder: str) -> KeptModels:
        """The same with a folder as the newest."""
        others = [each for each in self.folders if each != folder]
        return dataclasses.replace(self, folders=(folder, *others)[:MOST_FOLDERS])

    def with_agreed(self, model: str, licence: str) -> KeptModels:
        """The same with a licence that was agreed to."""
        others = [each for each in self.agreed if each != (model, licence)]
        return dataclasses.replace(self, agreed=(*others, (model, licence)))


def load() -> KeptModels:
    """What is remembered."""
    path = config_folder() / FILE_NAME
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        folders = tuple(str(folder) for folder in stored["folders"])
        agreed = tuple((str(model), str(licence)) for model, licence in stored["agreed"])
    except FileNotFoundError:
        return KeptModels()
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s can't be read (%s); going on without it", path, error)
        return KeptModels()
    return KeptModels(folders, agreed)


def save(kept: KeptModels) -> None:
    """Remember.

    Raises:
        OSError: it can't be written.
    """
    text = json.dumps(dataclasses.asdict(kept), indent=1, ensure_ascii=False)
    written(config_folder() / FILE_NAME, text + "\n")
