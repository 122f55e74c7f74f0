from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.errors import InputError
from engine.model.load import load_model
from engine.training import recipe as recipe_module
from engine.training.data import Corpus
from engine.training.loop import LOG_NAME
from engine.training.pieces import join
from engine.training.recipe import SHARES, Plan, hash_of, make
from engine.training.save import save_vae
from engine.training.vae import SPEC, VaeRecipe, build_vae

CPU = torch.device("cpu")


class Trainings:
    """Stands for the three trainings: writes a file for each component, and stops at one where it is told to.

    Attributes:
        trained: the components in the order in which they were trained.
        stop_at: the component whose training is killed.
    """

    def __init__(self) -> None:
        self.trained: list[str] = []
        self.stop_at: str | None = None

    def of(self, name: str):  # the signature of `TRAININGS`
        def train(plan: Plan, corpus: Corpus, say: object) -> None:
            if name == self.stop_at:
                raise KeyboardInterrupt
            self.trained.append(name)
            for folder in (plan.out / name, plan.runs / name):
                folder.mkdir(parents=True, exist_ok=True)
            (plan.out / name / "weights").write_text(f"{name} {len(self.trained)}")
            rows = [json.dumps({"step": n, "minutes": n / 10, "loss": 1 / n}) for n in (1, 2, 3)]
            (plan.runs / name / LOG_NAME).write_text("\n".join(rows))

        return train


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> Trainings:
    made = Trainings()
    monkeypatch.setattr(recipe_module, "TRAININGS", {name: made.of(name) for name in SHARES})
    return made


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    runs = tmp_path / "runs"
    return Plan(tuple(SHARES), runs, runs / "model", CPU, steps=10, pieces=tmp_path / "pieces")


def test_minutes_are_shared_among_what_is_trained(plan: Plan) -> None:
    bounded = replace(plan, minutes=25.0, steps=None)
    minutes = {name: bounded.bounds(name).minutes for name in SHARES}
    assert sum(minutes.values()) == pytest.approx(25)
    assert minutes["unet"] == pytest.approx(12.5)
    assert replace(bounded, components=("unet",)).bounds("unet").minutes == pytest.approx(25)
    assert replace(plan, steps=None).bounds("vae").steps == recipe_module.STEPS["vae"]


def test_after_a_kill_what_was_done_is_kept_and_not_done_again(
    tmp_path: Path, plan: Plan, small_corpus: Corpus, trainings: Trainings
) -> None:
    trainings.stop_at = "unet"
    with pytest.raises(KeyboardInterrupt):
        make(plan, small_corpus, print)
    join(plan.pieces, tmp_path / "early")
    assert (tmp_path / "early" / "model" / "vae" / "weights").read_text() == "vae 1"
    trainings.stop_at = None
    make(plan, small_corpus, print)
    assert trainings.trained == ["vae", "unet", "vocoder"]
    join(plan.pieces, tmp_path / "late")
    names = sorted(p.relative_to(tmp_path / "late").as_posix() for p in (tmp_path / "late").rglob("*") if p.is_file())
    assert names == [
        "curves.png",
        "model/unet/weights",
        "model/vae/weights",
        "model/vocoder/weights",
        "unet/log.jsonl",
        "vae/log.jsonl",
        "vocoder/log.jsonl",
    ]
    assert (tmp_path / "late" / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_other_choices_train_again(plan: Plan, small_corpus: Corpus, trainings: Trainings) -> None:
    make(plan, small_corpus, print)
    make(replace(plan, steps=20), small_corpus, print)
    other = replace(small_corpus, entries=small_corpus.entries[:3])
    make(replace(plan, steps=20), other, print)
    assert trainings.trained == list(SHARES) * 3
    assert hash_of(other) != hash_of(small_corpus)


def test_a_component_that_was_removed_is_trained_again(plan: Plan, small_corpus: Corpus, trainings: Trainings) -> None:
    make(plan, small_corpus, print)
    shutil.rmtree(plan.out / "unet")
    make(plan, small_corpus, print)
    assert trainings.trained == ["vae", "unet", "vocoder", "unet"]


def test_what_is_not_trained_comes_from_the_model_to_go_on_from(
    plan: Plan, small_corpus: Corpus, trainings: Trainings
) -> None:
    lines: list[str] = []
    make(replace(plan, components=("vocoder",), begin="bundled"), small_corpus, lines.append)
    assert trainings.trained == ["vocoder"]
    assert (plan.out / "vae" / "config.json").exists()
    assert (plan.out / "mel.json").exists()
    assert "vae: that of bundled" in lines


def test_curves_that_cannot_be_drawn_are_left_out_and_told(
    plan: Plan, small_corpus: Corpus, trainings: Trainings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    lines: list[str] = []
    make(plan, small_corpus, lines.append)
    assert any(line.startswith("no curves.png: curves are drawn by matplotlib") for line in lines)


def test_a_unet_without_a_vae_is_refused(plan: Plan, small_corpus: Corpus) -> None:
    pytest.importorskip("engine.training.unet")
    with pytest.raises(InputError, match="has no vae, in whose latent the unet learns"):
        make(replace(plan, components=("unet",)), small_corpus, print)


def test_an_unknown_component_is_refused(plan: Plan) -> None:
    with pytest.raises(InputError, match="component is 'clap'; accepted: vae, unet, vocoder"):
        replace(plan, components=("clap",))


def test_a_vae_goes_on_from_a_given_one_and_is_marked_as_done(
    tmp_path: Path, plan: Plan, small_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = build_vae((8, 8, 16))
    save_vae(given, SPEC, tmp_path / "given")
    recipe = VaeRecipe(shapes=((1, 32),), shares=(1.0,), top_rate=1e-9)
    monkeypatch.setattr("engine.training.vae.VaeRecipe", lambda: recipe)
    lines: list[str] = []
    short = replace(plan, components=("vae",), begin=str(tmp_path / "given"), pieces=None)
    model = load_model(str(make(short, small_corpus, lines.append)), "cpu", dtype=torch.float32)
    assert torch.equal(model.vae.encoder.conv_in.weight, given.encoder.conv_in.weight.half().float())
    make(short, small_corpus, lines.append)
    assert lines[-1] == "vae: done already"
