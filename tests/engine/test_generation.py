from __future__ import annotations

import numpy as np
import pytest

from engine.errors import Cancelled, InputError
from engine.generation import LEAST_FRAMES, fade_ends, generate, levelled, nothing_known, samples_of
from engine.mel import MelSpec
from engine.model.load import Model, load_model
from engine.progress import Control
from engine.settings import GenerateSettings, GenerationSettings
from engine.training.save import save_unet
from engine.training.unet import UnetRecipe, build_unet


@pytest.fixture
def with_vocoder(made_model) -> Model:
    """A small model with random weights that has all parts."""
    folder = made_model(vocoder=True)
    save_unet(build_unet(UnetRecipe(channels=(32, 32), attention=(False, True))), folder)
    return load_model(str(folder), "cpu", ("vae", "unet", "vocoder"))


def asked(seconds: float = 0.3, seed: int = 0, **method: object) -> GenerationSettings:
    return GenerationSettings(seconds, GenerateSettings(**{"steps": 2, **method}), seed=seed)  # type: ignore[arg-type]


def test_a_model_with_a_vocoder_is_heard_by_it(with_vocoder: Model) -> None:
    made = generate(asked(), with_vocoder)
    assert made.renderer == "vocoder"
    assert made.samples.shape == (1, 4800)
    again, other = generate(asked(), with_vocoder), generate(asked(seed=1), with_vocoder)
    np.testing.assert_array_equal(made.samples, again.samples)
    assert not np.array_equal(made.samples, other.samples)


def test_what_is_shorter_than_the_model_learned_from_is_the_start_of_a_longer_sound(with_vocoder: Model) -> None:
    target = nothing_known(30, with_vocoder)
    assert target.mel.shape == (LEAST_FRAMES, 64)
    assert nothing_known(LEAST_FRAMES + 1, with_vocoder).mel.shape == (LEAST_FRAMES + 32, 64)
    assert not target.trust.any() and not target.keep.any()


def test_a_single_sample_can_be_asked_for_and_a_long_sound_too(with_vocoder: Model) -> None:
    assert samples_of(asked(0.01), MelSpec()) == 160
    assert generate(asked(0.01), with_vocoder).samples.shape == (1, 160)
    long = generate(asked(11.0), with_vocoder).samples
    assert long.shape == (1, 176000)
    assert np.isfinite(long).all()


def test_steps_and_stages_are_reported_and_cancelling_is_answered_within_one(with_vocoder: Model) -> None:
    said: list[tuple[str, int, int]] = []

    def report(stage: str, done: int, of: int) -> None:
        said.append((stage, done, of))

    generate(asked(steps=3), with_vocoder, Control(report=report))
    assert said == [*(("taking again", index, 3) for index in range(3)), ("rendering", 0, 1)]
    said.clear()
    with pytest.raises(Cancelled):
        generate(asked(steps=3), with_vocoder, Control(report=report, cancelled=lambda: len(said) >= 2))
    assert len(said) == 2


def test_the_level_is_that_of_the_recordings_that_the_model_knows(made_noise) -> None:
    for rms in (0.05, 3.0):
        sound = levelled(made_noise(rms=rms)[0] + np.float32(0.1))
        assert float(np.abs(sound).max()) == pytest.approx(0.5, abs=1e-5)
        assert abs(float(sound.mean())) < 1e-6


def test_what_is_meant_to_be_soft_stays_soft_and_silence_silent(made_noise) -> None:
    soft = made_noise(rms=1e-3)[0]
    assert float(np.abs(levelled(soft.copy())).max()) == pytest.approx(8 * float(np.abs(soft).max()), rel=0.01)
    assert not levelled(np.zeros(100, np.float32)).any()


@pytest.mark.parametrize("samples", [1, 2, 100, 1000])
def test_ends_are_faded_and_the_middle_is_not(samples: int) -> None:
    sound = np.ones(samples, np.float32)
    fade_ends(sound, 160)
    np.testing.assert_allclose(sound, sound[::-1], rtol=1e-6)
    if samples >= 320:
        assert sound[0] < 1e-3 and (sound[160:-160] == 1).all()
        assert (np.diff(sound[:160]) > 0).all()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"seconds": 0.0}, "seconds is 0; accepted is 0.01 to 3600"),
        ({"seconds": 4000.0}, "seconds is 4000"),
        ({"seconds": 1.0, "seed": -1}, "seed is -1"),
        ({"seconds": 1.0, "device": "gpu"}, "device is 'gpu'"),
    ],
)
def test_a_value_that_is_not_accepted_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        GenerationSettings(**wrong)  # type: ignore[arg-type]


def test_an_unknown_kind_is_refused(with_vocoder: Model) -> None:
    with pytest.raises(InputError, match="kind is 'noise'; accepted: any, music, speech, environment"):
        generate(asked(kind="noise"), with_vocoder)
