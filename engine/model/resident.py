"""The model that stays loaded from job to job."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from engine.model.device import choose_placement
from engine.model.folder import Stamps, check_model, stamps, weights_hash
from engine.model.load import Model, load_model


class Resident:
    """One model, loaded when a job first needs it, and again when it, its files or the device change."""

    def __init__(self) -> None:
        self._model: Model | None = None
        self._stamps: Stamps = ()
        self._hashes: dict[tuple[str, ...], str] = {}

    def has(self, name: str, device: str, components: Sequence[str]) -> bool:
        """Whether `model` would answer without loading."""
        model = self._model
        return (
            model is not None
            and model.folder.name == name
            and model.placement == choose_placement(device)
            and all(getattr(model, component) is not None for component in components)
            and stamps(model.folder.path) == self._stamps
        )

    def model(self, name: str, device: str, components: Sequence[str]) -> Model:
        """A model with ``components`` and no others, as `engine.model.load.load_model` gives it, errors too.

        What was loaded of the same model for earlier jobs stays loaded.
        """
        if not self.has(name, device, components):
            self._load(name, device, components)
        model = self._model
        assert model is not None
        there = tuple(sorted(components))
        if there not in self._hashes:
            self._hashes[there] = weights_hash(model.folder, there)
        return dataclasses.replace(
            model,
            hash=self._hashes[there],
            vae=model.vae if "vae" in there else None,
            unet=model.unet if "unet" in there else None,
            vocoder=model.vocoder if "vocoder" in there else None,
        )

    def forget(self) -> None:
        """Let go of the model and its memory."""
        self._model = None
        self._hashes.clear()

    def _load(self, name: str, device: str, components: Sequence[str]) -> None:
        kept: set[str] = set()
        if self._model is not None and self.has(name, device, ()):
            kept = {part for part in ("vae", "unet", "vocoder") if getattr(self._model, part) is not None}
        self.forget()  # before, so that never two are held
        folder = check_model(name)
        self._stamps = stamps(folder.path)
        self._model = load_model(name, device, tuple(sorted(kept | set(components))))
