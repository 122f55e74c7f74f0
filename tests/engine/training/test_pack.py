from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import InputError, RecordingError
from engine.mel import log_mel
from engine.training.data import FULL_SCALE, Corpus, Entry
from engine.training.pack import INDEX, read_pack, write_pack

RATE = 16000
NEPER_DB = 8.685890
MEL_ERROR_DB = 1.0
BAND_BIAS_DB = 0.5


def sounds(length: int = 4 * RATE) -> list[np.ndarray]:
    """Steady noise that falls with frequency, a chord over faint noise, and noise that comes and goes."""
    rng, at_s = np.random.default_rng(0), np.arange(length) / RATE
    spectrum = np.fft.rfft(rng.standard_normal(length)) / (1 + np.arange(length // 2 + 1) / 4000)
    falling = np.fft.irfft(spectrum, length)
    chord = sum(np.sin(2 * np.pi * hz * at_s) / hz**0.5 for hz in (220, 331, 523, 1760, 5300))
    chord = chord + 0.01 * rng.standard_normal(length)
    pulsing = rng.standard_normal(length) * (0.02 + (np.sin(2 * np.pi * 3 * at_s) > 0))
    return [sound / np.abs(sound).max() * 0.5 for sound in (falling, chord, pulsing)]


def corpus_of(parts: list[np.ndarray], real: tuple[bool, ...]) -> Corpus:
    entries, start = [], 0
    for number, (part, is_real) in enumerate(zip(parts, real, strict=True)):
        entries.append(Entry(start, len(part), "music", is_real, f"music-{number}"))
        start += len(part)
    return Corpus(np.rint(np.concatenate(parts) * FULL_SCALE).astype(np.int16), RATE, tuple(entries))


@pytest.fixture
def corpus() -> Corpus:
    return corpus_of(sounds(), (True, True, True))


def mel_db(samples: np.ndarray) -> np.ndarray:
    return log_mel(torch.from_numpy(samples.astype(np.float32) / FULL_SCALE)[None]).numpy() * NEPER_DB


def test_a_pack_is_small_and_its_log_mel_is_that_of_the_corpus(tmp_path: Path, corpus: Corpus) -> None:
    path = tmp_path / "corpus.pack"
    write_pack(corpus, path)
    assert path.stat().st_size < corpus.samples.nbytes / 5
    unpacked = read_pack(path)
    assert (unpacked.rate, unpacked.entries) == (corpus.rate, corpus.entries)
    assert unpacked.samples.dtype == np.int16
    for entry in corpus.entries:
        before, after = (mel_db(c.samples[entry.start : entry.start + entry.length]) for c in (corpus, unpacked))
        heard = before > before.max() - 50
        difference = (after - before)[heard]
        assert np.abs(difference).mean() < MEL_ERROR_DB
        assert abs(difference.mean()) < BAND_BIAS_DB


def test_recordings_come_first_and_made_sounds_fill_the_rest(tmp_path: Path) -> None:
    corpus = corpus_of(sounds() * 2, (False, True) * 3)
    everything = write_pack(corpus, tmp_path / "all.pack")
    assert everything == corpus.entries
    size = (tmp_path / "all.pack").stat().st_size
    some = write_pack(corpus, tmp_path / "some.pack", megabytes=size * 0.75e-6)
    assert (tmp_path / "some.pack").stat().st_size <= size * 0.75
    assert sum(entry.real for entry in some) == 3
    assert 3 < len(some) < 6
    assert read_pack(tmp_path / "some.pack").entries == some


def test_a_few_made_sounds_are_not_worth_their_place(tmp_path: Path) -> None:
    corpus = corpus_of(sounds() * 2, (True,) * 5 + (False,))
    write_pack(corpus, tmp_path / "all.pack")
    size = (tmp_path / "all.pack").stat().st_size
    taken = write_pack(corpus, tmp_path / "some.pack", megabytes=size * 1.0e-6)
    assert [entry.real for entry in taken] == [True] * 5


def test_a_size_that_holds_no_sound_is_refused(tmp_path: Path, corpus: Corpus) -> None:
    with pytest.raises(InputError, match=r"megabytes is 0\.001, too little for one sound"):
        write_pack(corpus, tmp_path / "corpus.pack", megabytes=0.001)
    assert list(tmp_path.iterdir()) == []


def test_a_rate_that_opus_lacks_is_refused(tmp_path: Path, corpus: Corpus) -> None:
    with pytest.raises(InputError, match=r"rate is 22050 Hz; a pack takes 8000, 16000 or 32000 Hz"):
        write_pack(Corpus(corpus.samples, 22050, corpus.entries), tmp_path / "corpus.pack")


def test_a_pack_cut_short_is_refused(tmp_path: Path, corpus: Corpus) -> None:
    path = tmp_path / "corpus.pack"
    write_pack(corpus, path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(RecordingError, match=r"corpus\.pack is no whole pack"):
        read_pack(path)


def test_a_pack_with_a_changed_byte_is_refused(tmp_path: Path, corpus: Corpus) -> None:
    path = tmp_path / "corpus.pack"
    write_pack(corpus, path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(RecordingError, match="is no whole pack of a corpus: Bad CRC-32"):
        read_pack(path)


def test_a_pack_whose_index_says_otherwise_is_refused(tmp_path: Path, corpus: Corpus) -> None:
    write_pack(corpus, tmp_path / "corpus.pack")
    with zipfile.ZipFile(tmp_path / "corpus.pack") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    index = json.loads(members[INDEX])
    index["entries"][1]["length"] += 1
    for name, change, words in (
        ("longer.pack", index, r"00001\.opus has 64000 samples; its index says 64001"),
        ("other.pack", {**index, "format": "zip"}, r"has the format 'zip'; accepted is 'retake corpus 1'"),
    ):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for member, content in {**members, INDEX: json.dumps(change).encode()}.items():
                archive.writestr(member, content)
        with pytest.raises(RecordingError, match=words):
            read_pack(tmp_path / name)


def test_a_missing_library_is_named(tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pack(corpus, tmp_path / "corpus.pack")
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(InputError, match="decoded by soundfile, which can't be imported"):
        read_pack(tmp_path / "corpus.pack")
