from __future__ import annotations

import pytest
import torch

from engine.errors import Cancelled, InputError
from engine.methods import enhance, vae
from engine.methods.enhance import FELL_BACK, FREQUENCY, TIME, directions, ripple
from engine.progress import Control
from engine.settings import ENHANCE_MODES, EnhanceSettings, RestoreSettings, VaeSettings, with_options
from engine.targets import Target


def taken(target: Target, model, control: Control | None = None, seed: int = 0, **settings) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return enhance.take(target, model, EnhanceSettings(**settings), generator, control or Control())


def plainly(target: Target, model) -> torch.Tensor:
    return vae.take(target, model, VaeSettings(), torch.Generator(), Control())


@pytest.mark.parametrize("axis", [FREQUENCY, TIME])
def test_a_laplacian_finds_ripple_but_no_ramp(axis) -> None:
    ramp = torch.arange(16.0).expand(1, 1, 16, 16)
    ramp = ramp if axis == FREQUENCY else ramp.transpose(-1, -2)
    ripples = 1 - 2 * ramp.remainder(2)
    inner = (slice(None), slice(None), slice(1, -1), slice(1, -1))
    assert float(ripple(ramp, axis)[inner].abs().max()) < 1e-5
    torch.testing.assert_close(ripple(ripples, axis)[inner], 2 * ripples[inner])


def test_a_coarser_scale_finds_what_a_finer_one_passes_over() -> None:
    slow = torch.cos(torch.arange(64.0) * torch.pi / 4).expand(1, 1, 64, 64).contiguous()
    fine, _, coarse, _ = directions(slow, 2)
    assert float(coarse.square().mean()) > 4 * float(fine.square().mean())


@pytest.mark.parametrize("mode", [mode for mode in ENHANCE_MODES if mode != "adaptive"])
def test_strength_zero_is_the_round_trip_and_more_is_further_away(bundled, real_target, mode) -> None:
    target = real_target(frames=96)
    plain = plainly(target, bundled)
    torch.testing.assert_close(taken(target, bundled, mode=mode, strength=0.0), plain, atol=0.05, rtol=0)
    near, far = (float((taken(target, bundled, mode=mode, strength=s) - plain).abs().mean()) for s in (0.3, 1.5))
    assert 0 < near < far


def test_frequency_sharpening_raises_what_lies_high(bundled, real_target) -> None:
    target = real_target(frames=128)
    plain, sharp = plainly(target, bundled), taken(target, bundled, mode="frequency", strength=1.5)
    energies = [float((2 * mel[:, 42:]).exp().sum()) for mel in (plain, sharp)]
    assert energies[1] != pytest.approx(energies[0], rel=0.05)


def test_adaptive_worsens_nothing_and_mends_the_energy_above_4_khz(bundled, real_target) -> None:
    from engine.methods.canvas import canvas_for
    from engine.methods.enhance import Judge

    target = real_target("music-loop-mika.flac", frames=192)  # the round trip gives it 2 % too much above 4 kHz
    canvas = canvas_for(target, bundled, Control())
    judge = Judge(canvas, canvas.trust * (1 - canvas.keep), target.keeps_level)
    control = Control()
    before, after = (
        judge.errors(mel[None, None]) for mel in (plainly(target, bundled), taken(target, bundled, control))
    )
    assert all(x <= y + 1e-6 for x, y in zip(after, before, strict=True))
    assert after[2] < 0.5 * before[2]
    assert control.notes == []


def test_adaptive_falls_back_to_the_round_trip_and_says_so(bundled, real_target, monkeypatch) -> None:
    target, control = real_target(frames=64), Control()
    monkeypatch.setattr(enhance.Judge, "improves", lambda self, mel, on: False)
    torch.testing.assert_close(taken(target, bundled, control), plainly(target, bundled))
    assert control.notes == [FELL_BACK]


def test_only_cells_that_are_trusted_and_rendered_are_heard(tiny, made_target) -> None:
    target = made_target(96)
    trust = target.trust.clone()
    trust[40:60] = 0
    keep = target.keep.clone()
    keep[70:80] = 1
    from engine.methods.canvas import canvas_for
    from engine.methods.enhance import Judge

    canvas = canvas_for(Target(target.mel, trust, keep, True), tiny, Control())
    judge = Judge(canvas, canvas.trust * (1 - canvas.keep), True)
    mel = canvas.mel + 0.1
    other = mel.clone()
    other[..., 40:60, :] += 5
    other[..., 70:80, :] += 5
    assert judge.errors(mel) == pytest.approx(judge.errors(other))


@pytest.mark.parametrize("mode", ENHANCE_MODES)
def test_the_same_seed_gives_the_same_mel(tiny, made_target, mode) -> None:
    target = made_target(64)
    assert torch.equal(taken(target, tiny, mode=mode), taken(target, tiny, mode=mode))


def test_silence_and_nothing_trusted_are_the_round_trip(bundled) -> None:
    mel = torch.full((64, 64), bundled.spec.silence)
    for trust in (1.0, 0.0):
        target = Target(mel, torch.full_like(mel, trust), 0 * mel, True)
        out = taken(target, bundled)
        assert torch.isfinite(out).all()
        assert float(out.mean()) < bundled.spec.silence + 1.5


def test_cancelling_is_answered_within_a_step(tiny, made_target) -> None:
    told: list[int] = []
    control = Control(report=lambda stage, done, of: told.append(done), cancelled=lambda: len(told) >= 4)
    with pytest.raises(Cancelled):
        taken(made_target(64), tiny, control)
    assert len(told) == 4


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("mode=adaptve", r"mode is 'adaptve' \(did you mean adaptive\?\); accepted: adaptive, frequency"),
        ("strength=-1", "strength is -1; accepted is 0 to 10"),
        ("scales=0", "scales is 0; accepted is 1 to 4"),
    ],
)
def test_values_out_of_range_are_refused(option, said) -> None:
    with pytest.raises(InputError, match=said):
        with_options(RestoreSettings(method="enhance"), [option])
