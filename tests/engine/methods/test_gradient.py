from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from engine.errors import Cancelled
from engine.methods.canvas import Canvas, canvas_for
from engine.methods.gradient import Aim, aim_at, distance, nudged, pulled, refined
from engine.methods.windows import blended, window_shares
from engine.model.load import load_model
from engine.progress import Control
from engine.settings import PullSettings


def canvas_of(model, target) -> Canvas:
    return canvas_for(target, model, Control())


def aim_for(canvas: Canvas, counts: torch.Tensor | None = None, scales: int = 1, **settings) -> Aim:
    counts = torch.ones_like(canvas.mel) if counts is None else counts
    aim = aim_at(canvas, canvas.mel, counts, canvas.latent, PullSettings(scales=scales, **settings), Control())
    assert aim is not None
    return aim


@pytest.mark.parametrize("frames", [96, 512, 544, 1408])
def test_the_shares_of_windows_are_those_of_the_cross_fade(frames: int) -> None:
    shares = window_shares(frames, 512, torch.device("cpu"))
    blend = torch.zeros(frames, 1)
    for index, (start, share) in enumerate(shares):
        blend[start : start + len(share)] += share * (index + 1)
    expected = blended(torch.ones(frames, 1), lambda index, piece: piece * (index + 1), window=512)
    torch.testing.assert_close(blend, expected)


def test_the_gradient_is_that_of_the_distance(tiny, made_target) -> None:
    """Against the difference of two distances along it, in float32 and without a floor, which lets gradients pass."""
    exact = load_model(str(tiny.folder.path), "cpu", ("vae",), torch.float32)
    exact = replace(exact, spec=replace(tiny.spec, floor=1e-20))
    canvas = canvas_of(exact, made_target(64))
    aim = aim_for(canvas, scales=2)
    error, g = pulled(canvas, canvas.latent, aim, Control())
    step = 0.02 / float(g.norm())
    there, _ = pulled(canvas, canvas.latent + step * g, aim, Control())
    back, _ = pulled(canvas, canvas.latent - step * g, aim, Control())
    assert back < error < there
    assert (there - back) / (2 * step) == pytest.approx(float(g.square().sum()), rel=0.02)


def test_a_distance_starts_near_one_and_is_zero_at_what_is_wanted(tiny, made_target) -> None:
    canvas = canvas_of(tiny, made_target(64))
    aim = aim_for(canvas)
    assert pulled(canvas, canvas.latent, aim, Control())[0] == pytest.approx(1, abs=0.02)
    assert float(distance(aim.wanted, aim.wanted, aim.weight, 3)) == 0


def test_a_coarse_scale_doesnt_see_what_averages_out() -> None:
    wanted, weight = torch.zeros(1, 1, 8, 8), torch.full((1, 1, 8, 8), 1 / 64)
    chequered = (torch.arange(8)[:, None] + torch.arange(8)).remainder(2).float()[None, None] * 2 - 1
    assert float(distance(chequered, wanted, weight, 1)) == pytest.approx(1)
    assert float(distance(chequered, wanted, weight, 2)) == pytest.approx(0.5)
    assert float(distance(wanted + 1, wanted, weight, 3)) == pytest.approx(1)


@pytest.mark.parametrize("scales", [1, 3])
def test_cells_that_dont_count_exert_no_pull(tiny, made_target, scales) -> None:
    canvas = canvas_of(tiny, made_target(96))
    counts = torch.ones_like(canvas.mel)
    counts[..., 40:60, :] = 0
    aim = aim_for(canvas, counts, scales=scales)
    wanted = aim.wanted.clone()
    wanted[..., 40:60, :] += 3
    changed = Aim(wanted, aim.weight, scales)
    ours, theirs = (pulled(canvas, canvas.latent, each, Control()) for each in (aim, changed))
    assert ours[0] == pytest.approx(theirs[0], rel=1e-6)
    assert torch.equal(ours[1], theirs[1])


def test_there_is_no_aim_where_nothing_counts(tiny, made_target) -> None:
    canvas = canvas_of(tiny, made_target(64))
    assert aim_at(canvas, canvas.mel, 0 * canvas.mel, canvas.latent, PullSettings(), Control()) is None


def test_a_long_latent_feels_what_a_window_of_it_feels(tiny, made_target) -> None:
    """Rows that only one window covers are drawn as by that window alone; its norms hear a little of its other end."""
    whole = canvas_of(tiny, made_target(1400))
    weight = torch.full_like(whole.mel, 1e-4)
    _, g = pulled(whole, whole.latent, Aim(whole.mel, weight), Control())
    first = Canvas(
        tiny, 512, *(each[..., :512, :] for each in (whole.mel, whole.trust, whole.keep)), whole.latent[..., :128, :]
    )
    _, alone = pulled(first, first.latent, Aim(first.mel, weight[..., :512, :]), Control())
    ours, theirs = g[..., :80, :].flatten(), alone[..., :80, :].flatten()
    assert float(torch.cosine_similarity(ours, theirs, dim=0)) > 0.99
    assert float(ours.norm()) == pytest.approx(float(theirs.norm()), rel=0.1)


def test_windows_without_weight_are_not_asked(tiny, made_target) -> None:
    canvas = canvas_of(tiny, made_target(1400))
    weight = torch.zeros_like(canvas.mel)
    weight[..., :100, :] = 1
    asked: list[int] = []

    def watch() -> bool:
        asked.append(1)
        return False

    _, g = pulled(canvas, canvas.latent, Aim(canvas.mel, weight), Control(cancelled=watch))
    assert len(asked) == 1
    assert float(g[..., 128:, :].abs().max()) == 0


def test_refining_comes_nearer_with_more_steps(bundled, real_target) -> None:
    canvas = canvas_of(bundled, real_target(frames=96))
    aim = aim_for(canvas)
    errors = [1.0]
    for steps in (2, 8):
        latent = refined(canvas, canvas.latent, aim, PullSettings(), Control(), steps=steps)
        errors.append(pulled(canvas, latent, aim, Control())[0])
    assert all(after < before for before, after in pairwise(errors))
    assert errors[-1] < 0.85


def test_refining_never_ends_further_off(tiny, made_target) -> None:
    """A rate far too high."""
    canvas = canvas_of(tiny, made_target(64))
    aim = aim_for(canvas)
    start = pulled(canvas, canvas.latent, aim, Control())[0]
    latent = refined(canvas, canvas.latent, aim, PullSettings(step_size=1.0, tolerance=0), Control(), steps=3)
    assert pulled(canvas, latent, aim, Control())[0] <= start


def test_refining_stops_when_it_no_longer_helps(tiny, made_target) -> None:
    canvas = canvas_of(tiny, made_target(64))
    steps: list[int] = []
    control = Control(report=lambda stage, done, of: steps.append(done))
    refined(canvas, canvas.latent, aim_for(canvas), PullSettings(tolerance=1.0), control, steps=40)
    assert steps == list(range(6))


def test_steps_that_overshoot_at_first_are_not_the_end(bundled, real_target) -> None:
    canvas = canvas_of(bundled, real_target(frames=64))
    aim = aim_for(canvas)
    start = pulled(canvas, canvas.latent, aim, Control())[0]
    assert pulled(canvas, canvas.latent + 0.3, aim, Control())[0] > start
    latent = refined(canvas, canvas.latent, aim, PullSettings(step_size=0.3, tolerance=0.5), Control(), steps=24)
    assert pulled(canvas, latent, aim, Control())[0] < start


def test_cancelling_is_answered_within_a_step(tiny, made_target) -> None:
    canvas = canvas_of(tiny, made_target(64))
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 3

    with pytest.raises(Cancelled):
        refined(canvas, canvas.latent, aim_for(canvas), PullSettings(), Control(cancelled=cancelled), steps=40)
    assert len(asked) == 4


def test_a_nudge_moves_only_what_is_free_and_no_further_than_its_rate(bundled, real_target) -> None:
    canvas = canvas_of(bundled, real_target(frames=96))
    free = torch.zeros(1, 1, *canvas.latent.shape[-2:], dtype=torch.bool)
    free[..., 8:16, :] = True
    aim = aim_for(canvas)
    start = canvas.latent + 0.3 * torch.randn(canvas.latent.shape, generator=torch.Generator().manual_seed(0)) * free
    moved = nudged(canvas, start, aim, free, 0.05, Control())
    step = moved - start
    assert float(step[..., :8, :].abs().max()) == float(step[..., 16:, :].abs().max()) == 0
    assert float(step[..., 8:16, :].square().mean().sqrt()) <= 0.05 * 1.001
    assert pulled(canvas, moved, aim, Control())[0] < pulled(canvas, start, aim, Control())[0]
