from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.errors import InputError, RecordingError
from engine.training.data import FULL_SCALE, held_out, load_corpus, make_corpus


def test_every_sound_is_levelled_and_found_by_the_index(small_corpus) -> None:
    assert [entry.kind for entry in small_corpus.entries] == ["environment", "environment", "music", "music"]
    for entry in small_corpus.entries:
        sound = small_corpus.samples[entry.start : entry.start + entry.length] / FULL_SCALE
        assert np.abs(sound).max() == pytest.approx(0.5, abs=1e-4)
        assert entry.length == 96000
        assert entry.real


def test_recordings_that_judge_are_never_trained_on(tmp_path: Path) -> None:
    judging = sorted(held_out())[0]
    for name in (judging, "speech-other.flac"):
        soundfile.write(tmp_path / name, np.sin(np.arange(16000) / 5) * 0.3, 16000)
    corpus = make_corpus(tmp_path / "data", [tmp_path], made_minutes=0, seed=0)
    assert [entry.name for entry in corpus.entries] == ["speech-other.flac"]


def test_the_hold_out_list_has_twenty_of_each_kind() -> None:
    kinds = [name.split("-")[0] for name in held_out()]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"environment": 20, "music": 20, "speech": 20}


def test_a_corpus_of_the_same_choices_is_not_made_again(tmp_path: Path, small_corpus) -> None:
    before = (tmp_path / "data" / "corpus.i16").stat().st_mtime_ns
    make_corpus(tmp_path / "data", [tmp_path / "audio"], made_minutes=0, seed=0)
    assert (tmp_path / "data" / "corpus.i16").stat().st_mtime_ns == before


def test_a_folder_without_recordings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no recordings in"):
        make_corpus(tmp_path / "data", [tmp_path], made_minutes=0, seed=0)


def test_a_corpus_cut_short_is_refused(tmp_path: Path, small_corpus) -> None:
    path = tmp_path / "data" / "corpus.i16"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(RecordingError, match=r"holds 500 samples; its index says 384000"):
        load_corpus(tmp_path / "data")
