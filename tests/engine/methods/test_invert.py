from __future__ import annotations

import dataclasses

import pytest
import torch

from engine.errors import Cancelled, InputError
from engine.methods import invert, vae
from engine.methods.canvas import canvas_for
from engine.model.load import Model, load_model
from engine.progress import Control
from engine.settings import InvertSettings, VaeSettings

SAME_NEPERS = 2e-3  # of the decoded mel: rounding, over all steps


def taken(target, model, seed=0, control=None, **settings):
    settings = {"steps": 4, **settings}
    generator = torch.Generator().manual_seed(seed)
    return invert.take(target, model, InvertSettings(**settings), generator, control or Control())


def round_trip(target, model):
    return vae.take(target, model, VaeSettings(), torch.Generator(), Control())


def in_float32(model: Model, **scheduler: object) -> Model:
    """The model in float32 wherever it is: random weights make a neper of bfloat16's last bit."""
    exact = load_model(str(model.folder.path), "cpu", ("vae", "unet"), torch.float32)
    return dataclasses.replace(exact, scheduler={**model.scheduler, **scheduler})


@pytest.mark.parametrize("prediction", ["v_prediction", "epsilon", "sample"])
@pytest.mark.parametrize("eta", [1.0, 0.4, 0.0])
def test_replay_under_the_same_kind_is_the_round_trip(tiny: Model, made_target, prediction: str, eta: float) -> None:
    model = in_float32(tiny, prediction_type=prediction, rescale_betas_zero_snr=prediction != "epsilon")
    target = made_target(100)
    same = {"kind": "music", "source": "music", "guidance": 2.0, "source_guidance": 2.0}
    replayed = taken(target, model, skip=0.0, eta=eta, **same)
    torch.testing.assert_close(replayed, round_trip(target, model), atol=SAME_NEPERS, rtol=0)


def test_replay_of_a_real_recording_of_several_windows_is_its_round_trip(bundled_whole, real_target) -> None:
    """Windows of the method `vae` are cross-faded after the decoder, those of a canvas before it too."""
    target, model = real_target(frames=560), in_float32(bundled_whole)
    canvas = canvas_for(target, model, Control())
    replayed = taken(target, model, steps=2)
    torch.testing.assert_close(replayed, canvas.decoded(canvas.latent, Control()), atol=SAME_NEPERS, rtol=0)
    assert float((replayed - round_trip(target, model)).abs().mean()) < 0.02


def test_another_kind_changes_the_sound_and_skipping_steps_keeps_more_of_it(bundled_whole, real_target) -> None:
    target = real_target(frames=192)
    plain = round_trip(target, bundled_whole)
    other = {"kind": "environment", "guidance": 5.0, "source": "speech", "steps": 8}
    far, near = (float((taken(target, bundled_whole, skip=s, **other) - plain).abs().mean()) for s in (0.0, 0.8))
    assert 0.005 < near < far / 2


def test_what_the_renderer_keeps_stays_that_of_the_round_trip(bundled_whole, real_target) -> None:
    target = real_target(frames=256, gap=slice(120, 150))
    target = dataclasses.replace(target, trust=torch.ones_like(target.trust))
    change = taken(target, bundled_whole, kind="music", guidance=5.0) - round_trip(target, bundled_whole)
    change_db = 8.686 * change.abs().mean(dim=1)
    assert float(change_db[:80].mean()) < 0.05 * float(change_db[120:150].mean())


def test_the_same_seed_gives_the_same_mel_and_another_one_another(tiny, made_target) -> None:
    target = made_target(100)
    first, again, other = (taken(target, tiny, seed=seed, kind="speech", guidance=3.0) for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_skipping_never_leaves_no_step_at_all(tiny, made_target) -> None:
    steps: list[tuple[int, int]] = []
    control = Control(report=lambda stage, done, of: steps.append((done, of)))
    taken(made_target(64), tiny, steps=1, skip=0.99, control=control)
    assert steps == [(0, 1)]


def test_only_the_steps_that_are_walked_are_counted(tiny, made_target) -> None:
    steps: list[tuple[int, int]] = []
    control = Control(report=lambda stage, done, of: steps.append((done, of)))
    taken(made_target(64), tiny, steps=8, skip=0.5, control=control)
    assert steps == [(0, 4), (1, 4), (2, 4), (3, 4)]


def test_cancelling_is_answered_within_a_step(tiny, made_target) -> None:
    begun: list[int] = []
    control = Control(report=lambda stage, done, of: begun.append(done), cancelled=lambda: len(begun) >= 2)
    with pytest.raises(Cancelled):
        taken(made_target(64), tiny, control=control)
    assert begun == [0, 1]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"skip": 1.0}, "skip is 1; accepted is 0 to 0.99"),
        ({"skip": -0.1}, "skip is -0.1"),
        ({"source_guidance": 21.0}, "source_guidance is 21; accepted is 0 to 20"),
        ({"steps": 0}, "steps is 0; accepted is 1 to 1000"),
        ({"belief": 2.0}, "belief is 2; accepted is 0 to 1"),
    ],
)
def test_a_value_out_of_range_is_refused(wrong: dict[str, float], said: str) -> None:
    with pytest.raises(InputError, match=said):
        InvertSettings(**wrong)  # type: ignore[arg-type]


def test_an_unknown_source_is_refused_by_name(tiny, made_target) -> None:
    with pytest.raises(InputError, match=r"kind is 'speach' \(did you mean speech"):
        taken(made_target(64), tiny, source="speach")
