"""Less memory: what is left out, in which order, that it is said, and that it is enough, under a real limit."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from subprocess import CompletedProcess

import numpy as np
import pytest
import torch

from engine.audio import Patch
from engine.jobs import Take
from engine.model.conditions import conditions_for
from engine.model.load import Model
from engine.model.seen import LEAST_WINDOW_FRAMES
from engine.progress import Control
from engine.region import Region
from engine.settings import Description, GenerationSettings, RestoreSettings, SpliceSettings
from engine.stepping import Allowance, OutOfMemory, is_device_fault, is_out_of_memory, stepping_down, steps_down

PLAIN = RestoreSettings(method="vae", device="cpu")


class Attempts:
    """Stands for a job: fails as often as it is told, then gives a take."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.seen: list[tuple[RestoreSettings, Allowance]] = []
        self.forgot = 0

    def __call__(self, settings: RestoreSettings, allowance: Allowance, notes: list[str]) -> Take:
        self.seen.append((settings, allowance))
        if self.errors:
            raise self.errors.pop(0)
        patch = Patch(0, np.zeros((1, 1), np.float32))
        return Take(Region(0, 1, 0, 1), settings, "m", "h", "l", "cpu", patch, 0.0, tuple(notes))

    def forget(self) -> None:
        self.forgot += 1


def test_a_job_that_fits_is_made_as_it_was_asked_for() -> None:
    attempts = Attempts()
    assert stepping_down(attempts, PLAIN, attempts.forget).notes == ()
    assert attempts.seen == [(PLAIN, Allowance())] and attempts.forgot == 0


def test_windows_are_halved_first_and_the_take_says_so() -> None:
    attempts = Attempts(MemoryError())
    take = stepping_down(attempts, PLAIN, attempts.forget)
    assert take.settings == PLAIN
    assert take.notes == ("stepped down: out of memory, made in windows of at most half the length",)
    assert attempts.seen[1] == (PLAIN, Allowance(1)) and attempts.forgot == 1


def test_context_is_given_up_last() -> None:
    attempts = Attempts(MemoryError(), MemoryError(), MemoryError())
    take = stepping_down(attempts, PLAIN, attempts.forget)
    assert [allowance for _, allowance in attempts.seen] == [
        Allowance(),
        Allowance(1),
        Allowance(2, sliced=True),
        Allowance(2, sliced=True),
    ]
    assert take.settings.splice.context_s == 0.32
    assert "with a context of 0.32 s in place of 1.28 s" in take.notes[0]


def test_a_job_that_runs_out_of_memory_to_the_end_fails_with_what_to_do() -> None:
    attempts = Attempts(*[MemoryError()] * 9)
    with pytest.raises(OutOfMemory, match="out of memory; a shorter region needs less"):
        stepping_down(attempts, PLAIN, attempts.forget)
    assert len(attempts.seen) == 4
    attempts = Attempts(*[MemoryError()] * 9)
    with pytest.raises(OutOfMemory):
        stepping_down(attempts, dataclasses.replace(PLAIN, splice=SpliceSettings(context_s=0.0)), attempts.forget)
    assert len(attempts.seen) == 3


def test_another_error_is_passed_on_at_once() -> None:
    attempts = Attempts(ValueError("something else"))
    with pytest.raises(ValueError, match="something else"):
        stepping_down(attempts, PLAIN, attempts.forget)
    assert attempts.forgot == 0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_a_gpus_job_goes_on_on_the_cpu() -> None:
    on_cpu = [
        note for settings, _, note in steps_down(dataclasses.replace(PLAIN, device="cuda")) if settings.device == "cpu"
    ]
    assert on_cpu[0] == "stepped down: out of memory on cuda, made on the CPU"


def test_what_failed_is_let_go_before_the_next_attempt() -> None:
    import weakref

    class Large:
        pass

    held: list[weakref.ref[Large]] = []

    def attempt(settings: RestoreSettings, allowance: Allowance, notes: list[str]) -> Take:
        if not held:
            large = Large()
            held.append(weakref.ref(large))
            raise MemoryError
        assert held[0]() is None
        return Attempts()(settings, allowance, notes)

    stepping_down(attempt, PLAIN, lambda: None)


def test_windows_are_never_shorter_than_what_networks_take(bundled: Model) -> None:
    assert [Allowance(halvings).of(bundled).window_frames for halvings in (0, 1, 2, 9)] == [512, 256, 256, 256]
    assert Allowance(2).of(dataclasses.replace(bundled, window_frames=1024)).window_frames == LEAST_WINDOW_FRAMES


def test_sliced_guidance_gives_the_same_answer(bundled_whole: Model) -> None:
    sliced = Allowance(sliced=True).of(bundled_whole)
    conditions = conditions_for(bundled_whole, Description(kind="speech", guidance=3.0), Control())
    seen = torch.randn(1, 17, 32, 16, generator=torch.Generator().manual_seed(0))
    together, apart = (model.predict(seen, 400, conditions) for model in (bundled_whole, sliced))
    torch.testing.assert_close(apart, together, atol=0.05, rtol=0.02)  # bfloat16 sums in another order


def test_torchs_own_words_for_no_memory_are_understood() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 50)
    assert is_out_of_memory(caught.value)
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
    assert not is_out_of_memory(RuntimeError("size mismatch"))


def test_a_gpus_fault_is_told_from_what_another_job_could_survive() -> None:
    assert is_device_fault(RuntimeError("CUDA error: an illegal memory access was encountered"))
    assert is_device_fault(RuntimeError("CUBLAS_STATUS_EXECUTION_FAILED when calling cublasGemmEx"))
    assert not is_device_fault(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"))
    assert not is_device_fault(RuntimeError("size mismatch"))
    assert not is_device_fault(ValueError("CUDA error"))


def test_under_a_real_limit_a_job_is_made_with_less(run_python: Callable[..., CompletedProcess[str]]) -> None:
    """What half a window takes was taken before; of more there is only a little in the address space."""
    done = run_python("""
import dataclasses, json, resource
from types import SimpleNamespace
import torch
from engine.methods import METHODS
from engine.model.load import load_model
from engine.progress import Control
from engine.settings import OptimiseSettings, RestoreSettings
from engine.stepping import Allowance, stepping_down
from engine.targets import Target

torch.set_num_threads(1)
model = dataclasses.replace(load_model("bundled", "cpu"), window_frames=2048)
mel = -5 + torch.randn(2048, 64, generator=torch.Generator().manual_seed(0))
target = Target(mel, torch.ones_like(mel), torch.zeros_like(mel), keeps_level=True)
tried = []

def attempt(settings, allowance, notes):
    used = allowance.of(model)
    tried.append(used.window_frames)
    how, control = OptimiseSettings(steps=2), Control()
    made = METHODS["optimise"](target, used, how, torch.Generator().manual_seed(0), control)
    return SimpleNamespace(notes=tuple(notes), mel=made)

attempt(None, Allowance(1), [])
tried.clear()
used = int(open("/proc/self/statm").read().split()[0]) * 4096
resource.setrlimit(resource.RLIMIT_AS, (used + 200 * 10**6, -1))
take = stepping_down(attempt, RestoreSettings(device="cpu"), lambda: None)
print(json.dumps({"tried": tried, "notes": take.notes, "finite": bool(take.mel.isfinite().all())}))
""")
    row = json.loads(done.stdout.splitlines()[-1])
    assert row["tried"] in ([2048, 1024], [2048, 1024, 512]), row
    assert "stepped down: out of memory, made in windows" in row["notes"][0] and row["finite"]


def test_what_is_generated_steps_down_too_and_has_no_context_to_give_up() -> None:
    settings = GenerationSettings(seconds=1.0, device="cpu")
    seen: list[Allowance] = []

    def attempt(lesser: GenerationSettings, allowance: Allowance, notes: list[str]) -> list[str]:
        seen.append(allowance)
        if len(seen) < 3:
            raise MemoryError
        return notes

    assert "a quarter of the length" in stepping_down(attempt, settings, lambda: None)[0]
    assert len(list(steps_down(settings))) == 2
