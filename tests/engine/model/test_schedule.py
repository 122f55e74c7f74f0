from __future__ import annotations

import pytest
import torch
from diffusers.schedulers.scheduling_ddim import DDIMScheduler

from engine.errors import ModelError
from engine.model.schedule import PREDICTIONS, ddim_step, noised, schedule_from
from engine.training.unet import SCHEDULER

AUDIOLDM2 = {
    "num_train_timesteps": 1000,
    "beta_start": 0.0015,
    "beta_end": 0.0195,
    "beta_schedule": "scaled_linear",
    "prediction_type": "epsilon",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
}


def answer(prediction: str, x0: torch.Tensor, eps: torch.Tensor, signal: float, spread: float) -> torch.Tensor:
    return {"epsilon": eps, "sample": x0, "v_prediction": signal * eps - spread * x0}[prediction]


@pytest.mark.parametrize("prediction", PREDICTIONS)
@pytest.mark.parametrize("t", [0, 300, 981])
def test_a_right_answer_gives_back_signal_and_noise(prediction: str, t: int) -> None:
    schedule = schedule_from({**AUDIOLDM2, "prediction_type": prediction})
    x0, eps = torch.randn(2, 1, 8, 4, 4, dtype=torch.float64)
    z = noised(x0, eps, schedule, t)
    found = schedule.split(answer(prediction, x0, eps, *schedule.weights(t)), z, t)
    torch.testing.assert_close(found[0], x0)
    torch.testing.assert_close(found[1], eps)


def test_our_schedule_ends_in_pure_noise_and_audioldm2s_does_not() -> None:
    assert float(schedule_from(SCHEDULER).abar[-1]) == pytest.approx(0, abs=1e-12)
    assert float(schedule_from(AUDIOLDM2).abar[-1]) ** 0.5 == pytest.approx(0.012, abs=0.001)


@pytest.mark.parametrize("eta", [0.0, 1.0])
def test_steps_are_those_of_diffusers(eta: float) -> None:
    theirs = DDIMScheduler.from_config(AUDIOLDM2)
    theirs.set_timesteps(20)
    schedule = schedule_from(AUDIOLDM2)
    generator = torch.Generator().manual_seed(0)
    z, eps, noise = (torch.randn(1, 8, 4, 4, generator=generator) for _ in range(3))
    t, t_next = int(theirs.timesteps[3]), int(theirs.timesteps[4])
    wanted = theirs.step(eps, t, z, eta=eta, variance_noise=noise).prev_sample
    x0, found_eps = schedule.split(eps, z, t)
    torch.testing.assert_close(ddim_step(x0, found_eps, schedule, t, t_next, eta, noise), wanted, atol=1e-5, rtol=1e-5)


def test_steps_from_pure_noise_are_those_of_diffusers() -> None:
    theirs = DDIMScheduler.from_config(SCHEDULER)
    theirs.set_timesteps(20)
    schedule = schedule_from(SCHEDULER)
    z, v = torch.randn(2, 1, 8, 4, 4, generator=torch.Generator().manual_seed(0))
    t, t_next = int(theirs.timesteps[0]), int(theirs.timesteps[1])
    assert t == 999
    x0, eps = schedule.split(v, z, t)
    wanted = theirs.step(v, t, z, eta=0.0).prev_sample
    torch.testing.assert_close(ddim_step(x0, eps, schedule, t, t_next, 0.0, x0), wanted, atol=1e-5, rtol=1e-5)


def test_a_model_without_a_schedule_is_refused() -> None:
    with pytest.raises(ModelError, match="lacks num_train_timesteps"):
        schedule_from({})


def test_the_last_step_gives_the_clean_latent() -> None:
    schedule = schedule_from(SCHEDULER)
    x0, eps = torch.randn(2, 1, 8, 2, 2)
    torch.testing.assert_close(ddim_step(x0, eps, schedule, 40, -1, 0.0, x0), x0)


def test_steps_fall_from_where_they_start() -> None:
    schedule = schedule_from(SCHEDULER)
    whole = schedule.steps_from(1.0, 20)
    assert whole[0] == 999
    assert whole[-1] == pytest.approx(50, abs=2)
    assert whole == sorted(set(whole), reverse=True)
    assert schedule.steps_from(0.3, 10)[0] == 299
    assert len(schedule.steps_from(0.005, 20)) <= 5


def test_an_unknown_prediction_type_is_refused() -> None:
    with pytest.raises(ModelError, match="prediction_type is 'flow'"):
        schedule_from({**AUDIOLDM2, "prediction_type": "flow"})
