"""What is told to the engine process, and what it tells."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from desktop.worker.messages import Job
from desktop.worker.supervisor import EngineThread
from engine.settings import RestoreSettings, SamplingSettings, with_options
from tests.desktop.worker.ears import LOADED_MS, REGION, Ears, wait_for


def test_a_setting_of_its_own_type_survives_the_way_there_and_back(
    engine: EngineThread, ears: Ears, qtbot: QtBot, music: Path
) -> None:
    settings = with_options(RestoreSettings(method="partial", device="cpu", seed=9), ["steps=1", "fade_ms=5"])
    engine.submit(Job(1, music, REGION, settings))
    wait_for(qtbot, lambda: ears.of("made"), LOADED_MS)
    assert ears.of("made")[0][1].settings == settings
    assert isinstance(ears.of("made")[0][1].settings.method_settings, SamplingSettings)
