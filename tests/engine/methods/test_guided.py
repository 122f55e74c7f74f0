from __future__ import annotations

import pytest
import torch

from engine.errors import Cancelled, InputError
from engine.methods import guided, vae
from engine.methods.guided import strength_at, toward_latent
from engine.progress import Control
from engine.settings import GuidedSettings, RestoreSettings, VaeSettings, with_options
from engine.targets import Target


def taken(target: Target, model, seed: int = 0, control: Control | None = None, **settings) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return guided.take(target, model, GuidedSettings(**settings), generator, control or Control())


def plainly(target: Target, model) -> torch.Tensor:
    return vae.take(target, model, VaeSettings(), torch.Generator(), Control())


def test_what_is_wholly_trusted_comes_nearer_than_the_round_trip(bundled, real_target) -> None:
    """The model is loaded without its UNet: nothing is left to imagine."""
    target = real_target(frames=128)
    before, after = (
        float((mel - target.mel).square().mean())
        for mel in (plainly(target, bundled), taken(target, bundled, steps=15))
    )
    assert after < 0.8 * before


def test_a_gap_is_the_models_and_its_surroundings_the_targets(bundled_whole, real_target) -> None:
    target = real_target(frames=160, gap=slice(80, 100))
    mel, other = taken(target, bundled_whole, steps=6), taken(target, bundled_whole, seed=1, steps=6)
    assert torch.equal(mel, taken(target, bundled_whole, steps=6))
    change = 8.686 * (mel - other).abs().mean(dim=1)
    assert float(change[82:98].mean()) > 0.5
    assert float(change[:60].mean()) < 0.2
    error = 8.686 * (mel - target.mel).abs().mean(dim=1)
    assert float(error[:60].mean()) < 2.5


def test_cells_that_arent_trusted_feel_no_pull(bundled_whole, real_target) -> None:
    """Of two targets that differ only in what isn't trusted, both noised until they are forgotten, the takes agree."""
    target = real_target(frames=96)
    nothing = torch.zeros_like(target.mel)
    other = Target(target.mel.flip(0), nothing, nothing, False)
    first = taken(Target(target.mel, nothing, nothing, False), bundled_whole, steps=4, strength=1.0)
    torch.testing.assert_close(first, taken(other, bundled_whole, steps=4, strength=1.0), atol=0.2, rtol=0)


def test_half_trusted_cells_are_drawn_halfway(bundled_whole, real_target) -> None:
    target = real_target(frames=96)
    keep = torch.zeros_like(target.mel)

    def error(trust: float) -> float:
        made = Target(target.mel, torch.full_like(target.mel, trust), keep, False)
        mel = taken(made, bundled_whole, steps=8, strength=0.8)
        return float((mel - target.mel).square().mean())

    assert error(0.95) < error(0.5) < error(0.0)


def test_published_guidance_is_the_gradient_of_the_latent_distance() -> None:
    generator = torch.Generator().manual_seed(0)
    x0, latent = torch.randn(2, 1, 8, 16, 4, generator=generator)
    trust = torch.rand(1, 1, 16, 4, generator=generator)
    free = x0.clone().requires_grad_()
    (g,) = torch.autograd.grad(0.5 * (trust * (free - latent).square()).sum(), free)
    moved = toward_latent(latent, trust, 30)(x0, 3, 500)
    torch.testing.assert_close(moved, x0 - strength_at(3, 30) * g)


def test_published_strengths() -> None:
    assert strength_at(0, 30) == pytest.approx(0.05)
    assert strength_at(0, 50) == pytest.approx(0.10)
    assert strength_at(0, 40) == pytest.approx(0.075)
    assert strength_at(0, 10) == pytest.approx(0.05)
    strengths = [strength_at(index, 30) for index in range(30)]
    assert strengths == sorted(strengths, reverse=True)
    assert [index for index, strength in enumerate(strengths) if strength == 0] == [25, 26, 27, 28, 29]


def test_the_published_form_is_drawn_to_the_round_trip(bundled_whole, real_target, monkeypatch) -> None:
    target = real_target(frames=128)
    plain = plainly(target, bundled_whole)
    drawn = taken(target, bundled_whole, steps=12, preset="published", strength=0.6)
    monkeypatch.setattr(guided, "strength_at", lambda index, steps: 0.0)
    free = taken(target, bundled_whole, steps=12, preset="published", strength=0.6)
    assert float((drawn - plain).abs().mean()) < float((free - plain).abs().mean())


@pytest.mark.parametrize("preset", ["decoded", "published"])
def test_every_step_is_told_and_cancelling_is_answered(tiny, made_target, preset) -> None:
    target = made_target(64, gap=slice(20, 40))
    target = Target(target.mel, target.trust, 0 * target.keep, False)
    told: list[tuple[int, int]] = []
    taken(target, tiny, steps=6, preset=preset, control=Control(report=lambda stage, done, of: told.append((done, of))))
    assert [done for done, _ in told] == list(range(6))
    control = Control(report=lambda stage, done, of: told.append((done, of)), cancelled=lambda: len(told) >= 8)
    with pytest.raises(Cancelled):
        taken(target, tiny, steps=6, preset=preset, control=control)
    assert len(told) == 8


def test_presets_are_chosen_by_name() -> None:
    settings = with_options(RestoreSettings(method="guided"), ["preset=published", "steps=50"])
    assert (settings.method_settings.preset, settings.method_settings.steps) == ("published", 50)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("preset=publishd", r"preset is 'publishd' \(did you mean published\?\); accepted: decoded, published"),
        ("scales=9", "scales is 9; accepted is 1 to 5"),
        ("loud=2", "loud is 2; accepted is 0 to 1"),
        ("step_size=0", "step_size is 0; accepted is 0.001 to 1"),
        ("strength=0", "strength is 0; accepted is 0.01 to 1"),
        ("steps=0", "steps is 0; accepted is 1 to 1000"),
    ],
)
def test_values_out_of_range_are_refused(option, said) -> None:
    with pytest.raises(InputError, match=said):
        with_options(RestoreSettings(method="guided"), [option])
