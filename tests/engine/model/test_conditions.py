from __future__ import annotations

import dataclasses
import gc
from pathlib import Path

import pytest
import torch

from engine.model.attention import RememberingAttention
from engine.model.conditions import Conditions, conditions_for
from engine.model.load import Model, load_model
from engine.progress import Control
from engine.settings import Description
from tests.engine.checkpoints import build

SAME = 1e-5


@pytest.fixture(scope="module")
def words(words_folder: Path) -> Model:
    return load_model(str(words_folder), "cpu", ("vae", "unet"), torch.float32)


def told(model: Model, **description: object) -> Conditions:
    return conditions_for(model, Description(**description), Control())


def test_a_prompt_is_told_by_both_encoders(words: Model) -> None:
    conditions = told(words, prompt="a dog", guidance=3.5)
    assert conditions.states.shape == (2, 8, 24)
    assert conditions.states_1 is not None and conditions.states_1.shape[::2] == (2, 40)
    assert conditions.mask_1 is not None and conditions.mask_1.shape == conditions.states_1.shape[:2]
    assert conditions.guidance == 3.5


@pytest.mark.parametrize(
    "description", [{"prompt": "a dog"}, {"guidance": 3.5}, {"prompt": "x", "negative_prompt": "x"}]
)
def test_with_nothing_to_steer_away_from_the_model_is_asked_once(words: Model, description: dict[str, object]) -> None:
    conditions = told(words, **description)
    assert conditions.guidance == 1
    assert len(conditions.states) == 1


def test_what_was_cut_off_is_told_the_user(words: Model) -> None:
    control = Control()
    conditions_for(words, Description(prompt="dog " * 50), control)
    assert any("too long" in note for note in control.notes)


def test_one_description_serves_several_items(words: Model) -> None:
    conditions = told(words, prompt="a dog", guidance=2.0)
    three = conditions.of(3)
    assert torch.equal(three.states[:3], conditions.states[:1].expand(3, -1, -1))
    assert torch.equal(three.states[3:], conditions.states[1:].expand(3, -1, -1))
    assert conditions.of(1) is conditions


def test_the_unet_answers_as_diffusers_runs_it(words: Model, words_folder: Path) -> None:
    plain = type(build("unet")).from_pretrained(words_folder / "unet")
    conditions = told(words, prompt="soft rain", negative_prompt="loud music", guidance=2.0)
    z = torch.randn(1, 8, 16, 16, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = plain(
            torch.cat([z, z]),
            500,
            encoder_hidden_states=conditions.states,
            encoder_hidden_states_1=conditions.states_1,
            encoder_attention_mask_1=conditions.mask_1,
        ).sample
    for _ in range(2):  # computed, then remembered
        torch.testing.assert_close(words.predict(z, 500, conditions), expected, atol=SAME, rtol=0)


def test_keys_and_values_of_a_prompt_are_computed_once(words: Model) -> None:
    asked: list[str] = []
    hooks = [
        module.register_forward_hook(lambda *_, name=name: asked.append(name))
        for name, module in words.unet.named_modules()
        if name.endswith(("attn2.to_k", "attn2.to_v")) and module.in_features in (24, 40)
    ]
    z = torch.zeros(1, 8, 16, 16)
    one, other = told(words, prompt="a dog bark"), told(words, prompt="a loud hammer")
    for conditions in (one, other, one, other, one):
        words.predict(z, 300, conditions)
    for hook in hooks:
        hook.remove()
    assert len(hooks) > 0
    assert sorted(asked) == sorted(2 * list(set(asked)))
    assert len(set(asked)) == len(hooks)


def test_what_was_computed_of_a_prompt_goes_with_it(words: Model) -> None:
    held = [
        module.processor._known
        for module in words.unet.modules()
        if isinstance(getattr(module, "processor", None), RememberingAttention)
    ]
    assert held
    conditions = told(words, prompt="a dog")
    words.predict(torch.zeros(1, 8, 16, 16), 300, conditions)
    assert max(len(known) for known in held) == 1
    del conditions
    gc.collect()
    assert max(len(known) for known in held) == 0


def test_tensors_that_only_look_alike_are_told_apart(words: Model) -> None:
    conditions, z = told(words, prompt="a dog"), torch.ones(1, 8, 16, 16)
    words.predict(z, 300, conditions)
    changed = dataclasses.replace(conditions, states=conditions.states * 3)
    assert not torch.allclose(words.predict(z, 300, changed), words.predict(z, 300, conditions))


def test_what_comes_before_the_prompt_is_computed_once_for_both_halves(words: Model) -> None:
    seen: dict[str, int] = {}
    layers = {"stem": words.unet.down_blocks[0].layer, "after": words.unet.down_blocks[1].resnets[0].layer.conv1}
    layers["told"] = words.unet.down_blocks[1].attentions[1]
    hooks = [
        layer.register_forward_pre_hook(lambda _, given, name=name: seen.__setitem__(name, len(given[0])))
        for name, layer in layers.items()
    ]
    z = torch.zeros(3, 8, 16, 16)
    answer = words.predict(z, 300, told(words, prompt="a dog", guidance=2.0).of(3))
    assert answer.shape[0] == 6 and seen == {"stem": 3, "after": 3, "told": 6}
    words.predict(z, 300, told(words, prompt="a dog").of(3))
    assert seen == {"stem": 3, "after": 3, "told": 3}
    for hook in hooks:
        hook.remove()
