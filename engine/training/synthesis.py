"""Sound made from nothing but free tools, so that the recipe needs no recordings.

Music: algorithmically composed MIDI over all General MIDI programs, rendered by fluidsynth with the FluidR3
soundfont (MIT licence). Speech: espeak-ng voices. Noises and transients: made directly. Everything follows from
the seed; the limits are those of the sources (no singing, no real rooms).
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import mido
import numpy as np
from numpy.typing import NDArray
from scipy import signal

from engine.errors import InputError

Sound = NDArray[np.float32]

SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
MAKING_HZ = 44100
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 9, 10), (0, 2, 4, 7, 9))
NOTE_BEATS = {"melody": [0.25, 0.5, 1.0, 2.0], "chords": [1.0, 2.0, 4.0], "bass": [0.5, 1.0, 2.0]}
TICKS = 480
DRUM_CHANNEL = 9
TEXT = """
the water under an old bridge carries seven yellow boats toward the harbour while children watch and shout
measure twice cut once said the joiner whose hands knew every grain of oak ash and pine in that narrow shop
please call again after nine because the doctor has gone to fetch fresh bread quickly quietly without reason
three hundred and sixty five thin thistles judge vivid zebras exploring frozen quarries beyond Zurich
"""
VOICES = (
    "en-us",
    "en-gb",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "sv",
    "pl",
    "fi",
    "cs",
    "ru",
    "tr",
    "hi",
    "cmn",
)


def missing_programs() -> list[str]:
    """The programs and files that making sound needs and this machine lacks, as Debian package names."""
    from shutil import which

    packages = {"fluidsynth": which("fluidsynth"), "espeak-ng": which("espeak-ng")}
    packages["fluid-soundfont-gm"] = str(SOUNDFONT) if SOUNDFONT.exists() else None
    return [name for name, found in packages.items() if found is None]


def require_programs() -> None:
    """Refuse with the one line to copy where a program is missing.

    Raises:
        InputError: fluidsynth, its soundfont or espeak-ng is not installed.
    """
    if missing := missing_programs():
        raise InputError(f"making training data needs {', '.join(missing)}: apt-get install {' '.join(missing)}")


def compose(rng: np.random.Generator, seconds: float) -> mido.MidiFile:
    """Compose a piece of melody, chords, bass and perhaps drums over a chord progression."""
    midi = mido.MidiFile(ticks_per_beat=TICKS)
    tempo = int(60e6 / rng.uniform(60, 170))
    beats = int(seconds * 1e6 / tempo)
    scale, root = SCALES[rng.integers(len(SCALES))], int(rng.integers(36, 60))
    degrees = rng.integers(0, len(scale), size=max(1, beats // 4 + 1))

    def pitch(degree: int, octave: int) -> int:
        return int(np.clip(root + 12 * (octave + degree // len(scale)) + scale[degree % len(scale)], 12, 115))

    midi.tracks.append(_tempo_track(rng, tempo, beats))
    for channel, part in enumerate(
        rng.permutation(["melody", "chords", "bass", "melody", "chords"])[: rng.integers(1, 5)]
    ):
        events = _instrument(rng, channel)
        beat, legato = 0.0, rng.uniform(0.2, 1.2)
        while beat < beats:
            degree = int(degrees[int(beat) // 4 % len(degrees)])
            length = float(rng.choice(NOTE_BEATS[part]))
            notes = {
                "melody": [pitch(degree + int(rng.integers(-4, 9)), 1)],
                "chords": [pitch(degree + step, 1) for step in (0, 2, 4, 6)[: rng.integers(2, 5)]],
                "bass": [pitch(degree, -1)],
            }[part]
            if rng.random() < 0.88:
                velocity = int(rng.integers(30, 127))
                for note in notes:
                    note_args = {"channel": channel, "note": note}
                    events.append((int(beat * TICKS), mido.Message("note_on", velocity=velocity, **note_args)))
                    events.append((int((beat + length * legato) * TICKS), mido.Message("note_off", **note_args)))
            beat += length
        midi.tracks.append(_track(events))
    if rng.random() < 0.5:
        midi.tracks.append(_track(_drums(rng, beats)))
    return midi


def _instrument(rng: np.random.Generator, channel: int) -> list[tuple[int, mido.Message]]:
    """A program with its place in the stereo image and its effects, as messages before the first note."""
    controls = {  # General MIDI's numbers
        7: rng.integers(50, 127),  # volume
        10: rng.integers(0, 128),  # pan
        91: rng.integers(0, 100),  # reverb
        93: rng.integers(0, 100) if rng.random() < 0.3 else 0,  # chorus
        1: rng.integers(20, 100) if rng.random() < 0.2 else 0,  # vibrato
        64: 127 if rng.random() < 0.1 else 0,  # sustain pedal
    }
    messages = [mido.Message("program_change", channel=channel, program=int(rng.integers(0, 128)))]
    for control, value in controls.items():
        messages.append(mido.Message("control_change", channel=channel, control=control, value=int(value)))
    return [(0, message) for message in messages]


def _tempo_track(rng: np.random.Generator, tempo: int, beats: int) -> mido.MidiTrack:
    """The tempo, in half of the pieces drifting by up to a twelfth every two bars."""
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=tempo)])
    if rng.random() < 0.5:
        for _ in range(beats // 8):
            drifted = int(tempo * rng.uniform(11 / 12, 13 / 12))
            track.append(mido.MetaMessage("set_tempo", tempo=drifted, time=8 * TICKS))
    return track


def _drums(rng: np.random.Generator, beats: int) -> list[tuple[int, mido.Message]]:
    kit = {36: rng.random(8) < 0.35, 38: rng.random(8) < 0.25, 42: rng.random(8) < 0.7}
    kit[int(rng.integers(35, 82))] = rng.random(8) < 0.3
    events = []
    for step in range(beats * 2):
        for note, pattern in kit.items():
            if pattern[step % 8]:
                hit = {"channel": DRUM_CHANNEL, "note": note}
                events.append((step * TICKS // 2, mido.Message("note_on", velocity=int(rng.integers(50, 127)), **hit)))
                events.append((step * TICKS // 2 + 100, mido.Message("note_off", **hit)))
    return events


def _track(events: list[tuple[int, mido.Message]]) -> mido.MidiTrack:
    track, now = mido.MidiTrack(), 0
    for tick, message in sorted(events, key=lambda event: event[0]):
        track.append(message.copy(time=tick - now))
        now = tick
    return track


def music(rng: np.random.Generator, seconds: float) -> Sound:
    """Render a composed piece: (2, samples) at `MAKING_HZ`."""
    with tempfile.TemporaryDirectory() as folder:
        piece, out = Path(folder, "piece.mid"), Path(folder, "piece.raw")
        compose(rng, seconds).save(piece)
        command = ["fluidsynth", "-ni", "-q", "-g", "0.6", "-r", str(MAKING_HZ), "-O", "float", "-T", "raw"]
        command += ["-F", str(out), str(SOUNDFONT), str(piece)]
        subprocess.run(command, check=True, capture_output=True)
        sound = np.fromfile(out, dtype=np.float32).reshape(-1, 2).T
    return np.ascontiguousarray(sound[:, : int(seconds * MAKING_HZ)])


def speech(rng: np.random.Generator) -> tuple[Sound, int]:
    """Let an espeak-ng voice read random words: (1, samples) and its rate."""
    from io import BytesIO

    import soundfile

    text = " ".join(rng.choice(TEXT.split(), size=int(rng.integers(8, 20))))
    variant = rng.choice(["", "+f1", "+f2", "+f3", "+f4", "+m1", "+m3", "+m5", "+m7", "+croak", "+whisper"])
    command = [
        "espeak-ng",
        "--stdout",
        "-v",
        f"{rng.choice(VOICES)}{variant}",
        "-s",
        str(rng.integers(110, 220)),
    ]
    command += ["-p", str(rng.integers(10, 90)), text]
    wav = subprocess.run(command, check=True, capture_output=True).stdout
    sound, rate = soundfile.read(BytesIO(wav), dtype="float32", always_2d=True)
    return np.ascontiguousarray(sound.T), int(rate)


def noise(rng: np.random.Generator, seconds: float, rate: int) -> Sound:
    """Coloured, gated or modulated noise with clicks, chirps and decaying tones over it: (1, samples)."""
    samples = int(seconds * rate)
    time_s = np.arange(samples) / rate
    colour = np.fft.rfft(rng.standard_normal(samples))
    colour *= np.maximum(np.fft.rfftfreq(samples, 1 / rate), 20.0) ** rng.uniform(-1.2, 0.3)
    sound = np.fft.irfft(colour, samples)
    sound /= np.abs(sound).max()
    if rng.random() < 0.6:
        edges = np.sort(rng.uniform(50, 7500, size=2)) + np.array([0, 200])
        sound = signal.sosfilt(signal.butter(2, edges, "bandpass", fs=rate, output="sos"), sound)
    if rng.random() < 0.6:
        sound *= 0.5 + 0.5 * np.sin(2 * np.pi * rng.uniform(0.2, 12) * time_s + rng.uniform(0, 6))
    for _ in range(int(rng.integers(0, 12))):
        start = int(rng.integers(0, samples - rate // 10))
        tail = time_s[: samples - start]
        sweep = rng.uniform(60, 6000) * tail + rng.uniform(-400, 400) * tail**2
        decay = np.exp(-tail * rng.choice([3.0, 12.0, 60.0, 800.0]))
        sound[start:] += rng.uniform(0.1, 1.5) * decay * np.sin(2 * np.pi * sweep)
    return np.asarray(sound, dtype=np.float32)[None]
