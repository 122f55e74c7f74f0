"""The way of a repair, in one straight line.

``clip -> region + context -> mel -> target -> method -> mel -> renderer -> splice -> patch -> take``
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.analysis import Analysis, analyse
from engine.audio import BLOCK_FRAMES, Clip, Patch, count_of
from engine.bridge import bridged
from engine.clipping import Clipping
from engine.filterbank import mel_edges_hz
from engine.mel import MelSpec
from engine.methods import METHODS
from engine.metrics import Measures, compare_streams
from engine.model.licence import is_non_commercial
from engine.model.load import Model
from engine.patched import Patched
from engine.progress import Control
from engine.region import Region, is_interpolated
from engine.render import RENDERERS
from engine.render.scene import Scene
from engine.settings import RestoreSettings, asks_unet
from engine.splice import limited_to_band, margin_frames, splice
from engine.targets import Target, region_rows
from engine.tasks import TASKS

ENERGY_ROWS = 8192
LARGEST_LEVEL_CHANGE = 1.0  # nepers: a method that is further off has failed, and its level says so


@dataclass(frozen=True)
class Take:
    """One result for one region; it follows from the recording and what stands here.

    Attributes:
        region: what was taken again.
        settings: all choices, seed included.
        model_name, model_hash, licence: of the model that was used.
        device: where it computed.
        patch: the samples to lay into the recording.
        seconds: wall time of the job without loading the model.
        notes: what the user must be told.
    """

    region: Region
    settings: RestoreSettings
    model_name: str
    model_hash: str
    licence: str
    device: str
    patch: Patch
    seconds: float
    notes: tuple[str, ...]


def licence_notes(model: Model) -> list[str]:
    """What the user must be told of a model's licence."""
    if not is_non_commercial(model.folder.licence):
        return []
    return [f"model {model.folder.name} is under {model.folder.licence}: results are for non-commercial use only"]


def restore(
    clip: Clip, region: Region, settings: RestoreSettings, model: Model, control: Control | None = None
) -> Take:
    """Take a region again.

    Args:
        clip: the recording; only the region and its context are read.
        region: from `engine.region.region_of`.
        settings: every choice.
        model: with the components that `components_for` names; with none where `is_interpolated` says so.
        control: told of progress and asked whether to stop.

    Raises:
        RecordingError: what is read isn't finite or can't be read.
        ModelError: the model lacks what the settings need.
        Cancelled: the user stopped; nothing is left behind.
    """
    began = time.monotonic()
    control = control or Control()
    interpolated = is_interpolated(region, clip.frames, clip.rate, settings)
    for note in unused_words(settings, interpolated):
        control.note(note)
    if interpolated:
        patch = patch_without_model(clip, region, control)
    else:
        patch = patch_from_model(clip, region, settings, model, control)
    return Take(
        region=region,
        settings=settings,
        model_name=model.folder.name,
        model_hash=model.hash,
        licence=model.folder.licence,
        device=str(model.placement.device),
        patch=patch,
        seconds=time.monotonic() - began,
        notes=(*clip.notes, *licence_notes(model), *control.notes),
    )


def unused_words(settings: RestoreSettings, interpolated: bool) -> list[str]:
    """What is to be said of words that change nothing."""
    told = getattr(settings.method_settings, "description", None)
    if told is None or not (told.prompt or told.negative_prompt or told.transcription):
        return []
    if interpolated:
        return ["the prompt is not used: the gap is interpolated from the recording alone"]
    if not asks_unet(settings):
        return [f"the prompt is not used: with task {settings.task}, {settings.method} follows the recording alone"]
    if told.negative_prompt and told.guidance == 1:
        return ["the negative prompt is not used: guidance is 1, which steers away from nothing"]
    return []


def patch_without_model(clip: Clip, region: Region, control: Control) -> Patch:
    """The patch of a region that is interpolated from the samples around it."""
    control.step("interpolating", 0, 1)
    source = bridged(clip, region, exact=True)
    control.note(
        f"a gap of {count_of(region.frames, 'frame')}, {1000 * region.frames / clip.rate:.3g} ms: "
        "interpolated by autoregression from the samples around; "
        "no model was asked (ar_ms=0 asks it)"
    )
    return Patch(region.start_frame, source.read(region.start_frame, region.end_frame))


def patch_from_model(clip: Clip, region: Region, settings: RestoreSettings, model: Model, control: Control) -> Patch:
    """The patch of a region as the model takes it again; arguments and errors are those of `restore`."""
    generator = torch.Generator().manual_seed(settings.seed)
    analysis = analyse_with_context(clip, region, settings, model, control)
    target = TASKS[settings.task](analysis, region, settings.task_settings, generator, control)
    mel = taken_again(analysis, target, region, settings, model, generator, control)
    return rendered_patch(analysis, target, mel, region, settings, model, generator, control)


def analyse_with_context(
    clip: Clip, region: Region, settings: RestoreSettings, model: Model, control: Control
) -> Analysis:
    """Analyse the region and the context on both sides that the model and the splice need."""
    source = bridged(clip, region) if settings.task == "fill" else clip
    context = max(round(settings.splice.context_s * clip.rate), margin_frames(region, clip.rate))
    start = max(0, region.start_frame - context)
    end = min(clip.frames, region.end_frame + context)
    return analyse(source, start, end, model.spec, model.placement.device, control)


def taken_again(
    analysis: Analysis,
    target: Target,
    region: Region,
    settings: RestoreSettings,
    model: Model,
    generator: torch.Generator,
    control: Control,
) -> Tensor:
    """The method's mel, (T, bands), at the recording's level where the task keeps that."""
    mel = METHODS[settings.method](target, model, settings.method_settings, generator, control)
    if not target.keeps_level:
        return mel
    rows = region_rows(analysis, region)
    shift = level_shift(mel[rows], analysis.mel[rows], analysis.spec)
    return (mel + shift).clamp_min(analysis.spec.silence)


def level_shift(mel: Tensor, reference: Tensor, spec: MelSpec) -> float:
    """What to add to ``mel`` so that it holds the energy of ``reference``, both (T, bands); nepers."""
    edges = mel_edges_hz(spec.bands, spec.low_hz, spec.high_hz)
    widths = torch.from_numpy(edges[2:] - edges[:-2])

    def energy(values: Tensor) -> float:
        total = 0.0
        for block in torch.split(values, ENERGY_ROWS):
            exact = block.cpu().double()  # on the CPU: not every device has float64
            total += float(((2 * exact).exp() * (exact > spec.silence + 1e-3) * widths).sum())
        return total

    has, wants = energy(mel), energy(reference)
    if has <= 0 or wants <= 0:
        return 0.0
    return float(np.clip(0.5 * np.log(wants / has), -LARGEST_LEVEL_CHANGE, LARGEST_LEVEL_CHANGE))


def rendered_patch(
    analysis: Analysis,
    target: Target,
    mel: Tensor,
    region: Region,
    settings: RestoreSettings,
    model: Model,
    generator: torch.Generator,
    control: Control,
) -> Patch:
    """Make a mel heard and lay it into the region."""
    clip = analysis.clip
    margin = margin_frames(region, clip.rate)
    start = max(analysis.start_frame, region.start_frame - margin)
    end = min(analysis.end_frame, region.end_frame + margin)
    heard = analysis if target.repaired is None else target.repaired.analysis
    scene = Scene(heard, target, mel, start, end, model)
    rendered = RENDERERS[settings.renderer](scene, settings.renderer_settings, generator, control)
    patch = splice(
        clip.read,
        rendered,
        start,
        region,
        rate=clip.rate,
        total_frames=clip.frames,
        fade_s=settings.splice.fade_ms / 1000,
    )
    if target.repaired is not None:
        unclip(patch, clip.read, target.repaired.clipping, control)
    return patch


def unclip(patch: Patch, read: Callable[[int, int], NDArray[np.float32]], clipping: Clipping, control: Control) -> None:
    """Hold a patch, in place, to what is known: samples that weren't clipped, and the least that the others were."""
    peak, declipped, frames = 0.0, False, patch.samples.shape[1]
    for first in range(0, frames, BLOCK_FRAMES):
        control.check("rendering")
        last = min(first + BLOCK_FRAMES, frames)
        recorded = read(patch.start_frame + first, patch.start_frame + last)
        declipped = declipped or bool(clipping.hit(recorded).any())
        patch.samples[:, first:last] = clipping.projected(patch.samples[:, first:last], recorded)
        peak = max(peak, float(np.abs(patch.samples[:, first:last]).max()))
    if declipped and peak > 1:
        control.note(f"the take peaks {20 * np.log10(peak):.1f} dB above full scale")


def measure(
    clip: Clip, region: Region, patch: Patch, control: Control | None = None, *, speech: bool = True
) -> Measures:
    """Measures of a region's patch against what the recording holds there, within the region's band.

    ``speech``: PESQ and STOI too, where they are installed.

    Raises:
        RecordingError: the recording can't be read.
        Cancelled: the user stopped.
    """
    control = control or Control()
    read_recorded = limited_to_band(clip.read, clip.frames, region, clip.rate)

    def read_recorded_with_progress(first: int, last: int) -> NDArray[np.float32]:
        control.step("measuring", first, region.frames)
        return read_recorded(first, last)

    return compare_streams(
        read_recorded_with_progress,
        limited_to_band(Patched(clip, patch).read, clip.frames, region, clip.rate),
        region.frames,
        clip.rate,
        clip.channels,
        speech=speech,
    )
