"""One job inside the engine process: the recording opened, what lies under it laid in, restored and measured."""

from __future__ import annotations

import dataclasses
from typing import ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from desktop.worker.messages import Job, Overlay
from engine.analysis import Recorded
from engine.audio import Clip, changed_since, open_clip
from engine.jobs import Take, measure, restore
from engine.metrics import MEASURE_TEXTS, Measures, measure_value
from engine.model.conditioning import check_method, read_kinds
from engine.model.folder import check_model
from engine.model.resident import Resident
from engine.patched import Patched
from engine.progress import Control
from engine.region import Region, is_interpolated, region_of
from engine.restoring import check_noise_stretch
from engine.settings import RestoreSettings, components_for, with_options
from engine.stepping import Allowance, stepping_down


class Heard(Patched):
    """A recording with a take laid in, as a job takes it for the recording."""

    @property
    def notes(self) -> list[str]:
        """What the user must be told of the recording."""
        return cast(Clip, self.clip).notes


class Hum:
    """A second of quiet noise to practise on, as a recording."""

    rate, channels, frames, subtype = 16000, 1, 16000, "FLOAT"
    notes: ClassVar[list[str]] = []

    def read(self, start: int, stop: int) -> NDArray[np.float32]:
        """Frames ``start`` to ``stop``, (channels, frames)."""
        sound = np.random.default_rng(0).standard_normal((self.channels, self.frames)).astype(np.float32)
        return np.float32(0.01) * sound[:, start:stop]


class Engine:
    """Does jobs, one after the other, with the model that stays loaded between them."""

    def __init__(self) -> None:
        self._resident = Resident()

    def warm_up(self, model: str, device: str) -> str:
        """Load a model with all that the methods may ask for without a prompt, and practise; returns where it is.

        The first job of a process takes seconds longer than the next one: libraries are loaded when they are first
        used, and kernels chosen.

        Raises:
            RetakeError: it can't be loaded.
        """
        # A model that takes prompts would read one first, by networks that take seconds to load.
        knows_kinds = read_kinds(check_model(model).path) is not None
        loaded = self._resident.model(model, device, ("vae", "unet") if knows_kinds else ("vae",))
        hum = cast(Clip, Hum())
        for task in ("reconstruct", "fill") if knows_kinds else ("reconstruct",):
            region = Region(Hum.frames // 4, Hum.frames // 2, 0.0, Hum.rate / 2)
            settings = with_options(RestoreSettings(task=task, model=model, device=device), ["steps=2"])
            take = restore(hum, region, settings, loaded)
            measure(hum, region, take.patch)
        return str(loaded.placement.device)

    def restored(self, job: Job, control: Control) -> tuple[Take, dict[str, float | None]]:
        """Do a job; measures by the keys of `engine.metrics.MEASURE_TEXTS`.

        Raises:
            RetakeError: as `engine.jobs.restore`, or the recording can't be opened, doesn't have the region, or memory
                doesn't suffice.
        """
        with open_clip(job.source, allow_truncated=job.allow_truncated, repair_nonfinite=job.repair_nonfinite) as clip:
            check(job, clip)
            heard = overlaid(clip, job.overlay)

            def attempt(settings: RestoreSettings, allowance: Allowance, notes: list[str]) -> Take:
                told = dataclasses.replace(control, notes=notes)
                return taken(heard, job, settings, allowance, self._resident, told)

            take = stepping_down(attempt, job.settings, self._resident.forget)
            return take, flat(measure(heard, job.region, take.patch, control, speech=not job.quick))


def check(job: Job, clip: Clip) -> None:
    """Refuse what can be refused before the work begins.

    Raises:
        RecordingError: the file was changed since the window opened it.
        InputError: the recording lacks the region or the stretch of noise.
        ModelError: the model is missing, damaged, or can't be told what the settings say.
    """
    if job.stamp is not None and job.stamp != clip.stamp:
        raise changed_since(clip.path)
    region, settings = job.region, job.settings
    region_of(
        clip.frames,
        clip.rate,
        start_s=region.start_frame / clip.rate,
        end_s=region.end_frame / clip.rate,
        low_hz=region.low_hz,
        high_hz=region.high_hz,
    )
    check_noise_stretch(settings, clip)
    folder = check_model(settings.model)
    if not is_interpolated(region, clip.frames, clip.rate, settings):
        check_method(settings, folder)


def overlaid(clip: Clip, overlay: Overlay | None) -> Clip:
    """The recording with the takes of an overlay laid in, the lowest first."""
    heard: Recorded = clip
    if overlay is not None:
        from desktop.document.store import read_patch

        for take_id in overlay.takes:
            heard = Heard(heard, read_patch(overlay.project, take_id))
    return cast(Clip, heard)  # it has all of a Clip that a job reads


def taken(
    clip: Clip, job: Job, settings: RestoreSettings, allowance: Allowance, resident: Resident, control: Control
) -> Take:
    """Restore with the resident model; loads it where it isn't the one."""
    components = () if is_interpolated(job.region, clip.frames, clip.rate, settings) else components_for(settings)
    if not resident.has(settings.model, settings.device, components):
        control.step("loading", 0, 1)
    model = resident.model(settings.model, settings.device, components)
    return restore(clip, job.region, settings, allowance.of(model), control)


def flat(measures: Measures) -> dict[str, float | None]:
    """Measures by key, parts too: ``band_retention.low``."""
    return {text.key: measure_value(measures, text.key) for text in MEASURE_TEXTS}
