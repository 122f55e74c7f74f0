"""What each stage of a repair costs on a recording: the renderer with a perfect mel, the VAE, the method.

The stages add up. The renderer's cost is what is lost with the recording's own mel; the VAE's what is lost beyond it
with the best latent that is found for that mel, by optimising it until it decodes as nearly as it can: no method that
goes through this VAE comes nearer; the method's what it loses beyond that. Beside them stands the VAE's plain round
trip. All is measured of the sound, against the recording as it is.

What is advised was measured too: where the renderer costs most, the others are tried on the same mel.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.audio import Clip
from engine.jobs import analyse_with_context, measure, rendered_patch, taken_again
from engine.metrics import DB_PER_NEPER
from engine.model.load import Model
from engine.progress import Control
from engine.region import Region
from engine.render import RENDERERS
from engine.settings import RestoreSettings, with_stages
from engine.targets import region_rows
from engine.tasks import TASKS

AUDIBLE_DB = 0.3  # a smaller difference between stages is not worth a word
CEILING = "optimise"
STAGES = ("renderer", "vae", "method")
KEEPS_WHAT_IS_THERE = ("reconstruct",)


@dataclass(frozen=True)
class Stage:
    """What a way through some of the stages arrives at.

    Attributes:
        name: the stages, such as ``mel > vae > gain``.
        mel_db: mean |error| of the mel that the renderer is given, against the recording's, in dB.
        sound_mel_db: the same of the sound it makes, analysed again; None if undefined.
        si_sdr_db: of that sound; None if undefined or infinite.
        seconds: wall time.
        method, renderer: that it goes through; no method in the renderer's own stage.
    """

    name: str
    mel_db: float
    sound_mel_db: float | None
    si_sdr_db: float | None
    seconds: float
    method: str
    renderer: str


@dataclass(frozen=True)
class Costs:
    """What the stages lose one after the other, in dB of the sound's mel error; below 0 where one makes up for another.

    Attributes:
        renderer_db, vae_db, method_db: of each.
    """

    renderer_db: float
    vae_db: float
    method_db: float

    @property
    def total_db(self) -> float:
        """With the settings in use."""
        return self.renderer_db + self.vae_db + self.method_db

    @property
    def worst(self) -> str:
        """The stage that loses most."""
        return max(STAGES, key=lambda stage: getattr(self, f"{stage}_db"))


def bottleneck(
    clip: Clip, region: Region, settings: RestoreSettings, model: Model, control: Control | None = None
) -> list[Stage]:
    """Go through the stages one by one, and where the renderer costs most through the other renderers.

    Arguments and errors are those of `engine.jobs.restore`.
    """
    control = control or Control()
    analysis = analyse_with_context(clip, region, settings, model, control)
    generator = torch.Generator().manual_seed(settings.seed)
    target = TASKS[settings.task](analysis, region, settings.task_settings, generator, control)
    rows = region_rows(analysis, region)

    def stage(method: str, renderer: str, mel: Tensor, began: float) -> Stage:
        generator = torch.Generator().manual_seed(settings.seed)
        chosen = with_stages(settings, {"renderer": renderer})
        patch = rendered_patch(analysis, target, mel, region, chosen, model, generator, control)
        measures = measure(clip, region, patch, control, speech=False)
        return Stage(
            " > ".join(filter(None, ["mel", method, renderer])),
            float((mel[rows] - analysis.mel[rows]).abs().mean()) * DB_PER_NEPER,
            measures.mel_db,
            measures.si_sdr_db,
            time.monotonic() - began,
            method,
            renderer,
        )

    stages = [stage("", settings.renderer, analysis.mel, time.monotonic())]
    mel = analysis.mel
    for method in dict.fromkeys(["vae", CEILING, settings.method]):
        began = time.monotonic()
        generator = torch.Generator().manual_seed(settings.seed)
        chosen = with_stages(settings, {"method": method})
        taken = taken_again(analysis, target, region, chosen, model, generator, control)
        stages.append(stage(method, settings.renderer, taken, began))
        mel = taken if method == settings.method else mel
    found = costs(stages, settings)
    if found is not None and found.worst == "renderer" and found.renderer_db >= AUDIBLE_DB:
        others = [name for name in RENDERERS if name != settings.renderer and (name != "vocoder" or model.vocoder)]
        stages += [stage(settings.method, name, mel, time.monotonic()) for name in others]
    return stages


def costs(stages: list[Stage], settings: RestoreSettings) -> Costs | None:
    """What each stage loses; None where the recording is silent."""
    lost = {stage.method: stage.sound_mel_db for stage in stages if stage.renderer == settings.renderer}
    renderer, best, all_of_it = lost[""], lost[CEILING], lost[settings.method]
    if renderer is None or best is None or all_of_it is None:
        return None
    return Costs(renderer, best - renderer, all_of_it - best)


def advice(stages: list[Stage], settings: RestoreSettings) -> str:
    """One sentence: which stage loses most, and what would help, as far as it was measured to."""
    found = costs(stages, settings)
    if found is None:
        return "the recording is silent here; there is nothing to lose"
    if max(found.renderer_db, found.vae_db, found.method_db) < AUDIBLE_DB:
        return "no stage loses more than can be heard"
    if found.worst == "renderer":
        lost = f"most is lost in the renderer {settings.renderer} ({found.renderer_db:.2f} dB with a perfect mel)"
        return f"{lost}; {_of_renderers(stages, settings, found)}"
    if found.worst == "vae":
        lost = f"most is lost in the VAE ({found.vae_db:.2f} dB with the best latent that was found)"
        return f"{lost}; no setting brings that back, a model with another VAE may"
    lost = f"most is lost in the method {settings.method} ({found.method_db:.2f} dB more than with the best latent)"
    best_db = found.total_db - found.method_db
    return f"{lost}; --method {CEILING} loses {best_db:.2f} dB in place of {found.total_db:.2f}"


def _of_renderers(stages: list[Stage], settings: RestoreSettings, found: Costs) -> str:
    """Which other renderer loses less of the same mel, if one does."""
    tried = [(stage.sound_mel_db, stage.renderer) for stage in stages if stage.renderer != settings.renderer]
    known = [(lost, renderer) for lost, renderer in tried if lost is not None]
    if not known or min(known)[0] > found.total_db - AUDIBLE_DB:
        return "no other renderer that this model has loses less"
    lost, renderer = min(known)
    return f"--renderer {renderer} loses {lost:.2f} dB in all in place of {found.total_db:.2f}"


def told_of_task(task: str) -> str:
    """What is to be said of a task that is meant to differ from the recording; empty for others."""
    if task in KEEPS_WHAT_IS_THERE:
        return ""
    return f"measured against the recording as it is, which task {task} is meant to differ from where there is damage"
