"""Samplers against diffusers' schedulers, and each with fewer steps nearer to where many lead."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from engine.methods.samplers import corrector_weights, sampler_named
from engine.model.schedule import schedule_from
from engine.settings import SAMPLERS
from tests.engine.checkpoints import published

SAME = 1e-5
CONFIG = {**published()["scheduler"], "prediction_type": "sample"}


def believed(z: Tensor, t: int) -> Tensor:
    """A belief that bends with the latent and the step, as a model's does."""
    return torch.tanh(0.7 * z + 0.3 * t / 1000)


def no_noise() -> Tensor:
    raise AssertionError("noise was drawn")


def walked(name: str, times: list[int], z: Tensor) -> Tensor:
    schedule = schedule_from(CONFIG)
    walk = sampler_named(name, schedule, 0.0, no_noise)
    for index, t in enumerate(times):
        x0 = believed(z, t)
        signal, spread = schedule.weights(t)
        z = walk.step(z, x0, (z - signal * x0) / spread, t, times[index + 1] if index + 1 < len(times) else -1)
    return z


def start() -> Tensor:
    return torch.randn(1, 8, 8, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def theirs(name: str) -> Any:
    import diffusers

    last = {"final_sigmas_type": "zero", "lower_order_final": True, "solver_order": 2}
    if name == "dpm++":
        return diffusers.DPMSolverMultistepScheduler.from_config({**CONFIG, "timestep_spacing": "leading"}, **last)
    if name == "unipc":
        return diffusers.UniPCMultistepScheduler.from_config({**CONFIG, "timestep_spacing": "leading"}, **last)
    return diffusers.DDIMScheduler.from_config({**CONFIG, "timestep_spacing": "leading", "set_alpha_to_one": True})


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # the library's own
@pytest.mark.parametrize("steps", [1, 2, 7, 25])
@pytest.mark.parametrize("name", SAMPLERS)
def test_it_leads_where_the_library_s_leads(name: str, steps: int) -> None:
    scheduler = theirs(name)
    scheduler.set_timesteps(steps)
    z = start()
    for t in scheduler.timesteps:
        z = scheduler.step(believed(z, int(t)), t, z).prev_sample
    ours = walked(name, [int(t) for t in scheduler.timesteps], start())
    torch.testing.assert_close(ours, z.double(), atol=SAME, rtol=0)


@pytest.mark.parametrize("name", ["dpm++", "unipc"])
def test_a_few_steps_come_nearer_to_where_many_lead(name: str) -> None:
    times, many = (torch.linspace(999, 1, count).round().int().tolist() for count in (12, 900))
    truth = walked("ddim", many, start())
    few, plain = (float((walked(one, times, start()) - truth).square().mean()) for one in (name, "ddim"))
    assert few < plain / 2


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_last_step_is_the_last_belief(name: str) -> None:
    schedule = schedule_from(CONFIG)
    walk = sampler_named(name, schedule, 0.0, no_noise)
    x0 = torch.full((1, 1, 2, 2), 0.25, dtype=torch.float64)
    assert torch.equal(walk.step(x0 + 1, x0, x0, 100, -1), x0)


def test_noise_is_drawn_at_each_step_where_it_is_asked_for() -> None:
    drawn: list[int] = []

    def noise() -> Tensor:
        drawn.append(1)
        return torch.ones(1, 8, 8, 4, dtype=torch.float64)

    walk = sampler_named("ddim", schedule_from(CONFIG), 1.0, noise)
    z = start()
    first = walk.step(z, believed(z, 500), z, 500, 400)
    assert len(drawn) == 1
    assert not torch.allclose(
        first, sampler_named("ddim", schedule_from(CONFIG), 0.0, no_noise).step(z, z, z, 500, 400)
    )


def test_the_corrector_solves_its_two_equations() -> None:
    """Zhao et al. 2023, eq. 10: both weights together, and the older one times r, are what the exponentials say."""
    import math

    r, hh = -0.7, -0.4
    first, second = corrector_weights(r, hh)
    phi = math.expm1(hh)
    assert first + second == pytest.approx((phi / hh - 1) / phi)
    assert first * r + second == pytest.approx(2 * ((phi / hh - 1) / hh - 0.5) / phi)


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_walk_can_begin_at_pure_noise(name: str) -> None:
    """The bundled schedule reaches it: there is no signal at all at its first step."""
    schedule = schedule_from({**CONFIG, "rescale_betas_zero_snr": True})
    assert schedule.weights(999)[0] == 0
    walk, z = sampler_named(name, schedule, 0.0, no_noise), start()
    times = schedule.steps_from(1.0, 12)
    for index, t in enumerate(times):
        signal, spread = schedule.weights(t)
        x0 = believed(z, t)
        z = walk.step(z, x0, (z - signal * x0) / spread, t, times[index + 1] if index + 1 < len(times) else -1)
        assert bool(z.isfinite().all())
