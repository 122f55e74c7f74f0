from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from engine.ddcm.coding import blank_canvas, decode_latent, encode_latent, tiled, untiled
from engine.ddcm.plan import Plan, tiles_of
from engine.errors import Cancelled, InputError, ModelError
from engine.model.denoiser import decoded, scaled_latent
from engine.model.load import Model, load_model
from engine.progress import Control
from engine.settings import Description

PLANS = [Plan(variant, 5, 64, 2, 3, atoms=31) for variant in ("turbo", "published")]
EVERYTHING = torch.ones(())
DRIFT_DB = 0.2


@pytest.fixture
def aim() -> Tensor:
    return torch.randn(1, 8, 24, 16, generator=torch.Generator().manual_seed(3))


def encoded(aim: Tensor, model: Model, plan: Plan, seed: int = 0, control: Control | None = None):
    return encode_latent(aim, EVERYTHING, model, plan, seed, Description(), control or Control(), "encoding")


def test_tiles_hold_eight_frames_ordered_by_channel_frame_band(aim: Tensor) -> None:
    tiles = tiled(aim, 3)
    assert tiles.shape == (3, 1024)
    assert torch.equal(tiles[1], aim[0, :, 8:16].flatten())
    assert torch.equal(untiled(tiles, aim), aim)


@pytest.mark.parametrize("plan", PLANS)
def test_decoding_gives_the_encoders_latent_bit_by_bit(tiny: Model, aim: Tensor, plan: Plan) -> None:
    latent, codes = encoded(aim, tiny, plan, seed=11)
    assert len(codes) == -(-plan.bits // 8)
    _, found = decode_latent(codes, tiny, 96, plan, 11, Description(), Control(), "decoding")
    assert torch.equal(found, latent)


@pytest.mark.parametrize("plan", PLANS)
def test_the_same_seed_gives_the_same_codes_and_another_one_others(tiny: Model, aim: Tensor, plan: Plan) -> None:
    assert encoded(aim, tiny, plan)[1] == encoded(aim, tiny, plan)[1]
    assert encoded(aim, tiny, plan)[1] != encoded(aim, tiny, plan, seed=1)[1]


def test_more_atoms_come_closer(bundled_whole: Model, real_mel: Tensor) -> None:
    aim = scaled_latent(bundled_whole, real_mel)

    def error(atoms: int) -> float:
        plan = Plan("turbo", 8, 1024, 2, 3).with_each(atoms)
        return float((encoded(aim, bundled_whole, plan)[0] - aim).square().mean())

    few, many = error(1), error(16)
    assert many < few / 4


def test_cells_without_weight_are_left_to_the_model(bundled_whole: Model, real_mel: Tensor) -> None:
    aim = scaled_latent(bundled_whole, real_mel)
    weight = torch.ones(1, 1, 24, 16)
    weight[..., 8:16, :] = 0
    plan = Plan("turbo", 8, 1024, 2, 3).with_each(12)
    latent, _ = encode_latent(aim, weight, bundled_whole, plan, 0, Description(), Control(), "encoding")
    error = (latent - aim).square().mean(dim=(0, 1, 3))
    assert float(error[8:16].mean()) > 4 * float(error[:8].mean())
    nothing, _ = encode_latent(aim, 0 * weight, bundled_whole, plan, 0, Description(), Control(), "encoding")
    assert bool(nothing.isfinite().all())


def test_decoding_in_another_number_format_drifts_by_less_than_it_costs(real_mel: Tensor) -> None:
    """Encoded in one of bfloat16 and float32, decoded in both: the mels differ by less than DRIFT_DB."""
    exact, rough = (load_model("bundled", "cpu", ("vae", "unet"), dtype) for dtype in (torch.float32, torch.bfloat16))
    plan = Plan("turbo", 15, 1024, 2, 3).with_each(12)
    latent, codes = encoded(scaled_latent(exact, real_mel), exact, plan)
    _, other = decode_latent(codes, rough, 96, plan, 0, Description(), Control(), "decoding")
    drift_db = 8.686 * float((decoded(exact, latent) - decoded(exact, other)).abs().mean())
    assert 0 < drift_db < DRIFT_DB


def test_a_blank_canvas_tells_the_model_nothing(tiny: Model) -> None:
    canvas = blank_canvas(tiny, 70)
    assert canvas.frames == 70 and canvas.latent.shape == (1, 8, 24, 16)
    assert not canvas.trust.any() and not canvas.latent.any()
    assert tiles_of(70) == 3


def test_progress_is_told_at_each_step_and_cancel_answers_within_one(tiny: Model, aim: Tensor) -> None:
    seen: list[tuple[str, int, int]] = []
    control = Control(report=lambda *told: seen.append(told), cancelled=lambda: len(seen) >= 3)
    with pytest.raises(Cancelled):
        encoded(aim, tiny, PLANS[0], control=control)
    assert seen == [("encoding", 0, 5), ("encoding", 1, 5), ("encoding", 2, 5)]


def test_a_schedule_shorter_than_the_steps_is_refused(tiny: Model, aim: Tensor) -> None:
    with pytest.raises(ModelError, match="1000 training steps; ddcm with 1001 steps"):
        encoded(aim, tiny, dataclasses.replace(PLANS[0], steps=1001))


def test_codes_that_lead_upward_are_refused(tiny: Model) -> None:
    plan = PLANS[0]
    codes = b"\xff" * -(-plan.bits // 8)
    with pytest.raises(InputError, match="step 1 leads from noise level 999 to 1023"):
        decode_latent(codes, tiny, 96, plan, 0, Description(), Control(), "decoding")
