"""What each stage of a repair costs on a recording: the mel and the renderer alone, then with VAE and method.

Beside the VAE's round trip stands its ceiling: the latent optimised until it decodes to the mel as nearly as it can.
What a method loses less than the round trip it owes to a better latent; what the ceiling loses only another VAE brings
back.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import pairwise

import torch
from torch import Tensor

from engine.audio import Clip
from engine.jobs import analyse_with_context, measure, rendered_patch, taken_again
from engine.metrics import DB_PER_NEPER
from engine.model.load import Model
from engine.progress import Control
from engine.region import Region
from engine.settings import RestoreSettings
from engine.targets import region_rows
from engine.tasks import TASKS

AUDIBLE_DB = 0.3  # a smaller difference between stages is not worth a word
CEILING = "optimise"


@dataclass(frozen=True)
class Stage:
    """What a way through some of the stages arrives at.

    Attributes:
        name: the stages, such as ``mel > vae > gain``.
        mel_db: mean |error| of the mel that the renderer is given, against the recording's, in dB.
        sound_mel_db: the same of the sound it makes, analysed again; None if undefined.
        si_sdr_db: of that sound; None if undefined or infinite.
        seconds: wall time.
    """

    name: str
    mel_db: float
    sound_mel_db: float | None
    si_sdr_db: float | None
    seconds: float


def bottleneck(
    clip: Clip, region: Region, settings: RestoreSettings, model: Model, control: Control | None = None
) -> list[Stage]:
    """Go through the stages one by one; arguments and errors are those of `engine.jobs.restore`."""
    control = control or Control()
    analysis = analyse_with_context(clip, region, settings, model, control)
    generator = torch.Generator().manual_seed(settings.seed)
    target = TASKS[settings.task](analysis, region, settings.task_settings, generator, control)
    rows = region_rows(analysis, region)

    def stage(name: str, mel: Tensor, began: float) -> Stage:
        generator = torch.Generator().manual_seed(settings.seed)
        patch = rendered_patch(analysis, target, mel, region, settings, model, generator, control)
        measures = measure(clip, region, patch, control)
        error = (mel[rows] - analysis.mel[rows]).abs().mean()
        return Stage(
            f"{name} > {settings.renderer}",
            float(error) * DB_PER_NEPER,
            measures.mel_db,
            measures.si_sdr_db,
            time.monotonic() - began,
        )

    stages = [stage("mel", analysis.mel, time.monotonic())]
    for method in dict.fromkeys(["vae", CEILING, settings.method]):
        began = time.monotonic()
        generator = torch.Generator().manual_seed(settings.seed)
        chosen = replace(settings, method=method, method_settings=None) if method != settings.method else settings
        mel = taken_again(analysis, target, region, chosen, model, generator, control)
        stages.append(stage(f"mel > {method}", mel, began))
    return stages


def advice(stages: list[Stage], settings: RestoreSettings) -> str:
    """One sentence: which stage loses most of the mel, and what would help."""
    ceiling = [stage for stage in stages if _method_of(stage) == CEILING]
    if settings.method != CEILING:
        stages = [stage for stage in stages if stage not in ceiling]
    losses = [stage.sound_mel_db for stage in stages]
    if any(loss is None for loss in losses):
        return "the recording is silent here; there is nothing to lose"
    values = [loss for loss in losses if loss is not None]
    added = [values[0], *(after - before for before, after in pairwise(values))]
    worst = max(range(len(added)), key=added.__getitem__)
    if added[worst] < AUDIBLE_DB:
        return "no stage loses more than can be heard"
    if worst == 0:
        return (
            f"most is lost in the renderer {settings.renderer} ({added[0]:.2f} dB of mel error with a perfect mel); "
            "renderer gain loses nothing where the recording holds sound"
        )
    lost = f"most is lost in {_method_of(stages[worst])} ({added[worst]:.2f} dB of mel error)"
    least = ceiling[0].sound_mel_db if ceiling else None
    if least is None or settings.method == CEILING:
        return lost
    return f"{lost}; with the best latent this VAE loses {max(0.0, least - values[0]):.2f} dB"


def _method_of(stage: Stage) -> str:
    """The last stage before the renderer."""
    return stage.name.split(" > ")[-2]
