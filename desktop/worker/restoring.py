"""One job inside the engine process: the recording opened, what lies under it laid in, restored and measured."""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Callable
from typing import ClassVar, cast

import numpy as np
import torch
from numpy.typing import NDArray

from desktop.worker.messages import Job, Overlay
from desktop.worker.resident import Resident
from engine.analysis import Recorded
from engine.audio import Clip, changed_since, open_clip
from engine.errors import RetakeError
from engine.jobs import Take, components_for, measure, restore
from engine.metrics import MEASURE_TEXTS, Measures, measure_value
from engine.model.conditioning import check_method
from engine.model.device import choose_placement
from engine.model.folder import check_model
from engine.patched import Patched
from engine.progress import Control
from engine.region import Region, is_interpolated, region_of, stretch_frames
from engine.settings import RestoreSettings, with_options

LESS_CONTEXT = 0.25
NO_MEMORY = "out of memory; a shorter region needs less"


class OutOfMemory(RetakeError):
    """There is not enough memory for the job, nor for a lesser one."""


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
        """Load a model with all that the methods may ask for, and practise; returns where it is.

        The first job of a process takes seconds longer than the next one: libraries are loaded when they are first
        used, and kernels chosen.

        Raises:
            RetakeError: it can't be loaded.
        """
        loaded = self._resident.model(model, device, ("vae", "unet"))
        hum = cast(Clip, Hum())
        for task in ("reconstruct", "fill"):
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

            def attempt(settings: RestoreSettings, notes: list[str]) -> Take:
                return taken(heard, job, settings, self._resident, dataclasses.replace(control, notes=notes))

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
    stretch_s = getattr(settings.task_settings, "stretch_s", None)
    if stretch_s is not None:
        stretch_frames(clip.frames, clip.rate, stretch_s)
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


def taken(clip: Clip, job: Job, settings: RestoreSettings, resident: Resident, control: Control) -> Take:
    """Restore with the resident model; loads it where it isn't the one."""
    components = () if is_interpolated(job.region, clip.frames, clip.rate, settings) else components_for(settings)
    if not resident.has(settings.model, settings.device, components):
        control.step("loading", 0, 1)
    model = resident.model(settings.model, settings.device, components)
    return restore(clip, job.region, settings, model, control)


def stepping_down(
    attempt: Callable[[RestoreSettings, list[str]], Take], settings: RestoreSettings, forget: Callable[[], None]
) -> Take:
    """Attempt once more with less where memory ran out: on the CPU if it wasn't, else with less context.

    Args:
        attempt: takes settings and the notes so far, which become the take's.
        settings: of the first attempt.
        forget: lets go of what the first attempt left loaded.

    Raises:
        OutOfMemory: it ran out again, or nothing can be left out.
    """
    try:
        return attempt(settings, [])
    except Exception as error:
        if not is_out_of_memory(error):
            raise
    # Out of the handler: what failed, and all that it held, is let go.
    lesser, note = less(settings)
    if lesser is None:
        raise OutOfMemory(NO_MEMORY)
    forget()
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    try:
        return attempt(lesser, [note])
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        raise OutOfMemory(NO_MEMORY) from error


def less(settings: RestoreSettings) -> tuple[RestoreSettings | None, str]:
    """Settings that need less memory, and the note that says so; None where there are none."""
    device = choose_placement(settings.device).device.type
    if device != "cpu":
        return dataclasses.replace(settings, device="cpu"), f"stepped down: out of memory on {device}, made on the CPU"
    before_s = settings.splice.context_s
    if before_s == 0:
        return None, ""
    after_s = round(before_s * LESS_CONTEXT, 3)
    splice = dataclasses.replace(settings.splice, context_s=after_s)
    note = f"stepped down: out of memory, made with a context of {after_s:g} s in place of {before_s:g} s"
    return dataclasses.replace(settings, splice=splice), note


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error says that memory ran out, on the CPU or on a GPU."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and ("DefaultCPUAllocator" in text or "backend out of memory" in text)


def flat(measures: Measures) -> dict[str, float | None]:
    """Measures by key, parts too: ``band_retention.low``."""
    return {text.key: measure_value(measures, text.key) for text in MEASURE_TEXTS}
