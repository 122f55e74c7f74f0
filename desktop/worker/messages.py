"""What the window and the engine process tell each other. Plain frozen values that can be pickled; free of torch.

The window sends `Start` once, then any of `WarmUp`, `Job` and `Cancel`; closing the pipe ends the process. It
answers with `Ready`, `Progressed`, and for each job one of `Made`, `Failed` and `Stopped`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.audio import Patch
from engine.region import Region
from engine.settings import RestoreSettings

FAULT = 3  # exit code of the engine process after a GPU's fault


@dataclass(frozen=True)
class Overlay:
    """Takes to be heard in place of the source while a job works.

    Attributes:
        project: where their audio is, for `desktop.document.store.read_patch`.
        takes: their ids, the lowest first.
    """

    project: Path
    takes: tuple[int, ...]


@dataclass(frozen=True)
class Job:
    """One region to be taken again.

    Attributes:
        id: told in every answer; no two jobs of a session share one.
        source: the recording.
        region, settings: what is to be taken again, and how.
        overlay: takes in use that the region's lies on, or None.
        quick: told in the result, which lacks PESQ and STOI; the settings are those of `desktop.worker.quick`.
        repair_nonfinite, allow_truncated: as `engine.audio.open_clip` takes them.
        stamp: of the recording that is shown, as `engine.audio.Clip.stamp`; another file there is refused, unless None.
    """

    id: int
    source: Path
    region: Region
    settings: RestoreSettings
    overlay: Overlay | None = None
    quick: bool = False
    repair_nonfinite: bool = False
    allow_truncated: bool = False
    stamp: tuple[int, int] | None = None


@dataclass(frozen=True)
class TakeResult:
    """What a job made.

    Attributes:
        job_id: of the job.
        patch: the samples to lay into the recording.
        region, settings: as they were used; where memory ran out, less than was asked for, which a note says.
        model_name, model_hash, licence, device: what computed it, and where.
        seconds: wall time without loading the model and without measuring.
        notes: what the user must be told.
        measures: against what was heard there before; keys are those of `engine.metrics.MEASURE_TEXTS`.
        quick: of the job.
    """

    job_id: int
    patch: Patch
    region: Region
    settings: RestoreSettings
    model_name: str
    model_hash: str
    licence: str
    device: str
    seconds: float
    notes: tuple[str, ...]
    measures: dict[str, float | None]
    quick: bool


@dataclass(frozen=True)
class Segment:
    """Samples in shared memory, float32 (channels, frames); who reads them takes the file away."""

    path: Path
    channels: int
    frames: int


@dataclass(frozen=True)
class Start:
    """The first message: how the names of shared memory begin, and where a crash is traced to, if anywhere."""

    prefix: str
    trace: Path | None


@dataclass(frozen=True)
class WarmUp:
    """Load a model ahead, with all that the methods may ask for."""

    model: str = "bundled"
    device: str = "auto"


@dataclass(frozen=True)
class Cancel:
    """Stop a job at its next step."""

    job_id: int


@dataclass(frozen=True)
class Ready:
    """The model is loaded, on ``device``; or it isn't, and ``problem`` says why."""

    device: str
    problem: str = ""


@dataclass(frozen=True)
class Progressed:
    """Where a job is: ``done`` of ``of`` in a stage, and the seconds that the stage still takes; -1 is unknown."""

    job_id: int
    stage: str
    done: int
    of: int
    seconds_left: float


@dataclass(frozen=True)
class Made:
    """A job is done; the samples of the result's patch are in the segment and none in the message."""

    result: TakeResult
    segment: Segment


@dataclass(frozen=True)
class Failed:
    """A job failed; ``message`` is one line for the user."""

    job_id: int
    message: str


@dataclass(frozen=True)
class Stopped:
    """A job was cancelled."""

    job_id: int


Asked = WarmUp | Job | Cancel
Answer = Ready | Progressed | Made | Failed | Stopped
