"""A recording restored from file to file: what an order refuses, and what is told where only the report fails."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.errors import Cancelled, InputError, OutputError
from engine.progress import Control
from engine.restoring import Order, restored
from engine.settings import RestoreSettings, VaeSettings

VAE = RestoreSettings(method="vae", device="cpu")


@pytest.fixture
def recording(write_sound) -> Path:
    return write_sound(0.1 * np.random.default_rng(0).standard_normal((1, 16000)), 16000)


def test_an_order_comes_back_from_json() -> None:
    order = Order(VAE, start_s=0.2, high_hz=4000.0, subtype="FLOAT", region_only=True, check_all=True)
    again = Order.from_json(json.loads(json.dumps(order.as_json())))
    assert again == order and again.settings.method_settings == VaeSettings()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"rate": 48000}, "--rate 48000 with task reconstruct"),
        ({"start_s": 2.0, "end_s": 2.0}, "from 2 to 2 s is empty"),
    ],
)
def test_an_order_that_no_recording_can_meet_is_refused(how, words) -> None:
    with pytest.raises(InputError, match=words):
        Order(VAE, **how)


def test_a_report_that_fails_leaves_the_result_and_what_is_told_of_it(recording, tmp_path) -> None:
    """Its folder goes away while the model works: what was restored is there, and known to the caller."""
    folder, target = tmp_path / "reports", tmp_path / "out.wav"
    folder.mkdir()

    def report(stage: str, done: int, of: int) -> None:
        if stage == "reporting":
            shutil.rmtree(folder)

    made = restored(recording, target, Order(VAE), Control(report=report), reports=[folder / "r.html"])
    assert isinstance(made.trouble, OutputError) and "r.html" in str(made.trouble)
    assert soundfile.info(target).frames == 16000
    assert made.facts["output"] == str(target) and made.measures.mel_db is not None


def test_reports_of_several_kinds_are_written(recording, tmp_path) -> None:
    paths = [tmp_path / f"r{suffix}" for suffix in (".html", ".png", ".json", ".csv")]
    made = restored(recording, tmp_path / "out.wav", Order(VAE, start_s=0.2, end_s=0.8), Control(), reports=paths)
    assert made.trouble is None
    told = json.loads(paths[2].read_text())
    assert told["measures"] == json.loads(json.dumps(made.measures.as_json()))
    assert all(path.stat().st_size for path in paths)


def test_what_is_stopped_leaves_nothing(recording, tmp_path) -> None:
    told: list[str] = []
    control = Control(report=lambda stage, *_: told.append(stage), cancelled=lambda: "writing" in told)
    with pytest.raises(Cancelled):
        restored(recording, tmp_path / "out.wav", Order(VAE), control)
    assert [path.name for path in tmp_path.iterdir()] == [recording.name]
