"""A recording restored from file to file, as ``retake restore`` does it with one and ``retake batch`` with many."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import InputError
from engine.progress import Control
from engine.region import Region, is_interpolated, region_of, renderer_of, stretch_frames
from engine.settings import RestoreSettings, components_for, described, settings_from

if TYPE_CHECKING:
    from engine.audio import Clip
    from engine.export import Written
    from engine.jobs import Take
    from engine.metrics import Measures
    from engine.model.resident import Resident
    from engine.recording.formats import Format

GIGA = 1e9
Says = Callable[[Iterable[str]], None]


@dataclass(frozen=True)
class Order:
    """What is asked of a recording; with the recording, the result follows from this alone.

    Attributes:
        settings: of the restoration.
        start_s, end_s, low_hz, high_hz: the region; None is the recording's own limit.
        rate: of the result in Hz; None is the recording's.
        subtype: libsndfile's name for the result's sample type; None is the recording's where it can be kept.
        region_only: whether the result is the region alone.
        allow_truncated, repair_nonfinite: as for `engine.audio.open_clip`.
        check_all: whether the whole recording is looked through for NaN and Inf before the work.
    """

    settings: RestoreSettings
    start_s: float | None = None
    end_s: float | None = None
    low_hz: float | None = None
    high_hz: float | None = None
    rate: int | None = None
    subtype: str | None = None
    region_only: bool = False
    allow_truncated: bool = False
    repair_nonfinite: bool = False
    check_all: bool = False

    def __post_init__(self) -> None:
        if self.rate is not None and self.settings.task != "extend":
            raise InputError(f"--rate {self.rate} with task {self.settings.task}; it is accepted with task extend")
        if self.start_s is not None and self.end_s is not None and self.start_s >= self.end_s:
            where = f"from {self.start_s:g} to {self.end_s:g} s"
            raise InputError(f"region {where} is empty; its end must lie after its start")

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {**dataclasses.asdict(self), "settings": described(self.settings)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Order:
        """The other way round.

        Raises:
            InputError: settings that this version doesn't know.
            TypeError: it is no order.
        """
        return cls(**{**values, "settings": settings_from(values.get("settings"))})


@dataclass(frozen=True)
class Restored:
    """What came of an order.

    Attributes:
        facts: what ``retake restore --json`` prints; its keys are a contract.
        measures: of the result against the recording.
        notes: what the user must be told, what `restored` said before the work left out.
        trouble: why no report was written, though the result was; None where it was, or none was asked for.
    """

    facts: dict[str, Any]
    measures: Measures
    notes: tuple[str, ...]
    trouble: Exception | None = None


def restored(
    source: Path,
    target: Path,
    order: Order,
    control: Control,
    *,
    force: bool = False,
    say: Says = lambda notes: None,
    models: Resident | None = None,
    reports: Sequence[Path] = (),
) -> Restored:
    """Restore, measure, write.

    Args:
        source: the recording, which is never written to.
        target: where the result goes; whole or not at all.
        order: what is asked for.
        control: told of progress and asked whether to stop.
        force: whether a file that is there may be replaced.
        say: told at once what is to be known before the work.
        models: keeps the model from one recording to the next; None loads it for this one.
        reports: where a page about the take goes, its picture or numbers, once the result is written.

    Raises:
        InputError: the order can't be carried out for this recording.
        RecordingError: it can't be read. OutputError, DiskFullError: the result can't be written.
        Cancelled: the user stopped; nothing is left behind.
    """
    began = time.monotonic()
    from engine.audio import open_clip
    from engine.export import check_target
    from engine.model.conditioning import check_method
    from engine.model.folder import check_model
    from engine.recording.resampled import at_rate

    settings = order.settings
    check_target(target, sources=[source], force=force)
    with (
        open_clip(source, allow_truncated=order.allow_truncated, repair_nonfinite=order.repair_nonfinite) as recorded,
        at_rate(recorded, order.rate, control) as clip,
    ):
        region = region_of(
            clip.frames,
            clip.rate,
            start_s=order.start_s,
            end_s=order.end_s,
            low_hz=order.low_hz,
            high_hz=order.high_hz,
        )
        check_noise_stretch(settings, clip)
        # All that can be refused is refused before torch is loaded and the work begins.
        choice = output_format(recorded, target, clip.rate, region.frames if order.region_only else clip.frames, order)
        folder = check_model(settings.model)
        short = is_interpolated(region, clip.frames, clip.rate, settings)
        if not short:
            check_method(settings, folder)
        if order.check_all:
            control.report("checking", 0, 1)
            clip.check_all()
        say(memory_notes(region, clip, settings))
        control.report("loading", 0, 1)
        from engine.jobs import measure, restore
        from engine.model.resident import Resident
        from engine.stepping import Allowance, stepping_down

        resident = models or Resident()

        def attempt(lesser: RestoreSettings, allowance: Allowance, notes: list[str]) -> Take:
            model = resident.model(lesser.model, lesser.device, () if short else components_for(lesser))
            return restore(clip, region, lesser, allowance.of(model), dataclasses.replace(control, notes=notes))

        take = stepping_down(attempt, settings, resident.forget)
        measures = measure(clip, region, take.patch, control)
        # Last, so that whatever fails or is stopped before it leaves no output behind.
        control.report("writing", 0, 1)
        written = write(clip, take, target, choice, order, force, control)
        said = written.notes if clip is recorded else written_notes(clip, written, choice)
        notes = tuple(dict.fromkeys([*take.notes, *said, *headroom_notes(take, written)]))
        facts = facts_of(clip, take, measures, source, target, time.monotonic() - began)
        trouble: Exception | None = None
        if reports:
            control.report("reporting", 0, 1)
            try:
                write_reports_of(reports, clip, take, measures, notes, source.name)
            except Exception as error:  # the result is there, and is told of first
                trouble = error
    return Restored(facts, measures, notes, trouble)


def write_reports_of(
    paths: Sequence[Path], clip: Clip, take: Take, measures: Measures, notes: Iterable[str], title: str
) -> None:
    """Write the page about a take, its picture or numbers."""
    from engine.patched import Patched
    from engine.take_report import take_settings, write_take_report

    write_take_report(
        paths,
        clip,
        Patched(clip, take.patch),
        take.region,
        measures,
        title=title,
        settings=take_settings(take),
        renderer=renderer_of(take.region, clip.frames, clip.rate, described(take.settings)),
        notes=tuple(notes),
    )


def memory_notes(region: Region, clip: Clip, settings: RestoreSettings) -> list[str]:
    """What is to be said before a job that may take more memory than there is."""
    from engine.memory import available_bytes, estimate_bytes

    needed, free = estimate_bytes(region.frames, clip.rate, clip.channels, settings), available_bytes()
    if free is None or needed <= free:
        return []
    return [
        f"about {needed / GIGA:.1f} GB of memory are needed, {free / GIGA:.1f} GB are free; it may be made with less"
    ]


def check_noise_stretch(settings: RestoreSettings, clip: Clip) -> None:
    """Refuse a stretch to learn noise from that the recording doesn't have.

    Raises:
        InputError: it reaches outside the recording, or is too short.
    """
    stretch_s = getattr(settings.task_settings, "stretch_s", None)
    if stretch_s is not None:
        stretch_frames(clip.frames, clip.rate, stretch_s)


def output_format(clip: Clip, target: Path, rate: int, frames: int, order: Order) -> Format:
    """The format of the output: the recording's own where the output's extension has it.

    At another rate every sample is a new one: 16 bits at least hold it, whatever a telephone's did.

    Raises:
        OutputError: it can't hold ``frames`` frames of this recording at ``rate``; with what it can hold.
    """
    from engine.recording.formats import Format, Shape, choose_format, describe, resampled_subtype

    shape = Shape(rate, clip.channels, frames)
    source = Format(clip.container, clip.subtype)
    nearest = source if rate == clip.rate else Format(clip.container, resampled_subtype(clip.subtype))
    choice = choose_format(target, shape, nearest, container=None, subtype=order.subtype)
    return dataclasses.replace(choice, notes=tuple(describe(choice.container, choice.subtype, source)))


def written_notes(clip: Clip, written: Written, choice: Format) -> list[str]:
    """What writing a resampled recording has to say: ``choice`` knows the user's own format, it is itself of floats."""
    from engine.recording.formats import Format, describe

    by_clip = describe(choice.container, choice.subtype, Format(clip.container, clip.subtype))
    return [*choice.notes, *(note for note in written.notes if note not in (*by_clip, *choice.notes))]


def write(clip: Clip, take: Take, target: Path, choice: Format, order: Order, force: bool, control: Control) -> Written:
    """Write the whole recording with the patch, or the patch alone."""
    from engine.export import write_patched, write_samples

    if order.region_only:
        writing = partial(write_samples, take.patch.samples, clip.rate)
    else:
        writing = partial(write_patched, clip, [take.patch])
    return writing(
        target,
        container=choice.container,
        subtype=choice.subtype,
        force=force,
        dither_seed=take.settings.seed,
        cancelled=control.cancelled,
    )


def headroom_notes(take: Take, written: Written) -> list[str]:
    """What to do where an output can't hold how far above full scale declipped samples lie."""
    from engine.audio import BLOCK_FRAMES
    from engine.recording.samples import sample_type

    if take.settings.task != "declip" or sample_type(written.subtype).dtype.startswith("float"):
        return []
    samples = take.patch.samples
    blocks = (samples[:, at : at + BLOCK_FRAMES] for at in range(0, samples.shape[1], BLOCK_FRAMES))
    if max(float(abs(block).max()) for block in blocks) <= 1:
        return []
    return [f"{written.subtype} holds nothing above full scale: --subtype FLOAT does, or lower the recording before"]


def facts_of(
    clip: Clip, take: Take, measures: Measures, source: Path, output: Path, seconds: float
) -> dict[str, object]:
    """The object that ``--json`` prints; its keys are a contract."""
    from engine.measuring.meaning import meaningless

    region, settings = take.region, take.settings
    asked = not is_interpolated(region, clip.frames, clip.rate, settings)
    renderer = renderer_of(region, clip.frames, clip.rate, described(settings))
    return {
        "input": str(source),
        "output": str(output),
        "rate": clip.rate,
        "channels": clip.channels,
        "region": {
            "start_s": region.start_frame / clip.rate,
            "end_s": region.end_frame / clip.rate,
            "start_frame": region.start_frame,
            "end_frame": region.end_frame,
            "low_hz": region.low_hz,
            "high_hz": region.high_hz,
        },
        "task": settings.task,
        "method": settings.method,
        "renderer": settings.renderer,
        "model": take.model_name,
        "seed": settings.seed,
        "steps": getattr(settings.method_settings, "steps", None) if asked else None,
        "device": take.device,
        "seconds": round(seconds, 3),
        "measures": measures.as_json(),
        "meaningless": sorted(meaningless(renderer)),
    }
