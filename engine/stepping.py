"""What is done where memory ran out: the same job once more with less, and said so in the take.

In order: shorter windows, both halves of the guidance one after the other, the CPU in place of another device, and less
context around the region. The first two hardly change the sound; the last costs some of it.
"""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

import torch

from engine.errors import RetakeError
from engine.model.device import choose_placement
from engine.model.load import Model
from engine.model.seen import LEAST_WINDOW_FRAMES, MULTIPLE
from engine.settings import GenerationSettings, RestoreSettings

LESS_CONTEXT = 0.25
NO_MEMORY = "out of memory; a shorter region needs less"


class OutOfMemory(RetakeError):
    """There is not enough memory for the job, nor for a lesser one."""


@dataclass(frozen=True)
class Allowance:
    """How a job may use the memory that there is.

    Attributes:
        halvings: how many times the windows are halved, as far as that goes; then one is worked on at a time.
        sliced: whether the UNet is asked for one half of the guidance after the other.
    """

    halvings: int = 0
    sliced: bool = False

    def of(self, model: Model) -> Model:
        """The model as it may be used."""
        frames = model.window_frames
        for _ in range(self.halvings):
            frames = max(LEAST_WINDOW_FRAMES, frames // 2 // MULTIPLE * MULTIPLE)
        together = 1 if self.halvings else model.windows_together
        return dataclasses.replace(model, window_frames=frames, windows_together=together, sliced=self.sliced)


Settings = TypeVar("Settings", bound=RestoreSettings | GenerationSettings)
Made = TypeVar("Made")


def stepping_down(
    attempt: Callable[[Settings, Allowance, list[str]], Made], settings: Settings, forget: Callable[[], None]
) -> Made:
    """Attempt, and where memory ran out attempt with less, until nothing can be left out.

    Args:
        attempt: takes settings, an allowance and the notes so far, which become those of what it makes.
        settings: of the first attempt.
        forget: lets go of what an attempt left loaded.

    Raises:
        OutOfMemory: it ran out with the least, too.
    """
    failed: Exception | None = None
    for lesser, allowance, note in chain([(settings, Allowance(), "")], steps_down(settings)):
        if failed is not None:
            _let_go(forget)
        try:
            return attempt(lesser, allowance, [note] if note else [])
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            failed = error.with_traceback(None)  # what failed, and all that it held, is let go
    raise OutOfMemory(NO_MEMORY) from failed


def steps_down(settings: Settings) -> Iterator[tuple[Settings, Allowance, str]]:
    """Settings and allowances that need less and less memory, each with the note that says so."""
    why = "stepped down: out of memory"
    device = choose_placement(settings.device).device.type
    on = "" if device == "cpu" else f" on {device}"
    yield settings, Allowance(1), f"{why}{on}, made in windows of at most half the length"
    least = Allowance(2, sliced=True)
    yield (
        settings,
        least,
        f"{why}{on}, made in windows of at most a quarter of the length, one half of the guidance at a time",
    )
    if device != "cpu":
        settings = dataclasses.replace(settings, device="cpu")
        yield settings, Allowance(), f"{why}{on}, made on the CPU"
        yield settings, least, f"{why}{on} and on the CPU, made there in windows of at most a quarter of the length"
    if not isinstance(settings, RestoreSettings):
        return
    before_s = settings.splice.context_s
    if before_s > 0:
        after_s = round(before_s * LESS_CONTEXT, 3)
        splice = dataclasses.replace(settings.splice, context_s=after_s)
        note = f"{why}, made in the shortest windows with a context of {after_s:g} s in place of {before_s:g} s"
        yield dataclasses.replace(settings, splice=splice), least, note


def _let_go(forget: Callable[[], None]) -> None:
    """Give back what the attempt before held."""
    forget()
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error says that memory ran out, on the CPU or on a GPU."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error)
    # The last two are oneDNN's, which doesn't say why it could not make its kernels; what else it may be fails again.
    known = (
        "DefaultCPUAllocator",
        "backend out of memory",
        "could not create a primitive",
        "could not create a memory",
    )
    return isinstance(error, RuntimeError) and any(words in text for words in known)


def is_device_fault(error: Exception) -> bool:
    """Whether an error says that a GPU is in no state to go on with: only a new process gets a good one."""
    if is_out_of_memory(error):
        return False
    accelerator: type[Exception] | None = getattr(torch, "AcceleratorError", None)
    if accelerator is not None and isinstance(error, accelerator):
        return True
    return isinstance(error, RuntimeError) and any(word in str(error) for word in ("CUDA error", "CUBLAS_", "CUDNN_"))
