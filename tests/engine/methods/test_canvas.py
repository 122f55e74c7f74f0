from __future__ import annotations

import dataclasses

import pytest
import torch

from engine.errors import Cancelled, InputError
from engine.methods.canvas import canvas_for
from engine.methods.sampling import descended
from engine.model.denoiser import scaled_latent
from engine.progress import Control
from engine.settings import Description


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_short_target_is_lengthened_and_its_latent_is_the_vaes(tiny, made_target) -> None:
    canvas = canvas_for(made_target(100), tiny, Control())
    assert canvas.mel.shape == (1, 1, 128, 64)
    assert (canvas.frames, canvas.factor, canvas.windows) == (100, 4, 1)
    assert float(canvas.mel[0, 0, 100:].max()) == pytest.approx(tiny.spec.silence)
    assert float(canvas.trust[0, 0, 100:].min()) == float(canvas.keep[0, 0, 100:].min()) == 1
    torch.testing.assert_close(canvas.latent, scaled_latent(tiny, canvas.mel))


def test_a_long_target_is_encoded_in_windows_that_agree(tiny, made_target) -> None:
    """Far from the joins the latent is that of the window alone."""
    target = made_target(1400)
    canvas = canvas_for(target, tiny, Control())
    assert canvas.windows == 4
    assert canvas.latent.shape == (1, 8, 352, 16)
    alone = scaled_latent(tiny, canvas.mel[:, :, :512])
    torch.testing.assert_close(canvas.latent[:, :, :90], alone[:, :, :90])


def test_decoding_gives_the_targets_length_back(tiny, made_target) -> None:
    for frames in (1, 31, 100, 700):
        canvas = canvas_for(made_target(frames), tiny, Control())
        assert canvas.decoded(canvas.latent, Control()).shape == (frames, 64)


def test_held_cells_stay_the_targets_to_the_end(tiny, made_target) -> None:
    canvas = canvas_for(made_target(700, gap=slice(300, 360)), tiny, Control())
    belief = canvas.held(canvas.believe(Control(), Description()))
    times = canvas.schedule.steps_from(1.0, 3)
    latent = descended(canvas, canvas.noise(seeded()), times, belief, seeded(1), Control(), eta=1.0)
    torch.testing.assert_close(latent[..., :70, :], canvas.latent[..., :70, :], atol=1e-4, rtol=0)
    assert not torch.allclose(latent[..., 76:89, :], canvas.latent[..., 76:89, :], atol=1e-2)


def test_what_a_step_is_steered_to_is_where_it_ends(tiny, made_target) -> None:
    canvas = canvas_for(made_target(64), tiny, Control())
    wanted = torch.full_like(canvas.latent, 0.5)
    belief = canvas.believe(Control(), Description())
    times = canvas.schedule.steps_from(0.5, 4)
    latent = descended(
        canvas, canvas.noise(seeded()), times, belief, seeded(), Control(), steer=lambda x0, index, t: wanted
    )
    torch.testing.assert_close(latent, wanted, atol=1e-4, rtol=0)


def test_windows_give_the_same_whether_asked_together_or_one_by_one(made_target, bundled_whole) -> None:
    alone = dataclasses.replace(bundled_whole, windows_together=1)
    beliefs, asked = [], []
    for model in (bundled_whole, alone):
        canvas = canvas_for(made_target(2400), model, Control())
        z = canvas.noise(seeded())
        control = Control(cancelled=lambda: bool(asked.append(1)))
        beliefs.append(canvas.believe(control, Description(kind="music", guidance=2.0))(z, 700))
        asked.append(0)
    together, apart = beliefs
    for one, other in zip(together, apart, strict=True):
        torch.testing.assert_close(one, other, atol=0.1, rtol=0.02)  # bfloat16 sums in another order
    assert asked == [1, 1, 0, *[1] * 6, 0]  # six windows, four of them at once


def test_cancelling_is_answered_within_a_step(tiny, made_target) -> None:
    canvas = canvas_for(made_target(700), dataclasses.replace(tiny, windows_together=1), Control())
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 2

    belief = canvas.believe(Control(cancelled=cancelled), Description())
    with pytest.raises(Cancelled):
        belief(canvas.latent, 500)
        belief(canvas.latent, 500)
    assert len(asked) == 3


def test_an_unknown_kind_is_refused_by_name(tiny, made_target) -> None:
    canvas = canvas_for(made_target(64), tiny, Control())
    with pytest.raises(InputError, match=r"kind is 'musik' \(did you mean music"):
        canvas.believe(Control(), Description(kind="musik"))
