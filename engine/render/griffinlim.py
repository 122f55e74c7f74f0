"""The renderer `griffinlim`: phase found by iteration, so that any mel can be heard, with no trained vocoder.

Mel magnitudes are spread over the bins by non-negative factor updates (Lee & Seung 2001, with a fixed basis), then
fast Griffin-Lim (Perraudin, Balazs & Sondergaard 2013, algorithm 1) finds a phase that goes with them. What the
found sound's mel still misses is made good by a gain per cell. Cells that the target keeps are held to the
recording's own spectrum throughout, so that sound and phase continue from the surroundings into the region. Long
regions go in blocks, each continuing from the one before.

Against the recording, waveform measures mean nothing here: the phase is invented.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.bands import bin_weights
from engine.mel import MelSpec, filterbank, hann_window, log_mel_from_magnitude
from engine.progress import Control
from engine.render.invented import lay_in, starting_mono, with_energy_of_surroundings, with_level_kept
from engine.render.scene import Scene
from engine.render.treble import with_treble
from engine.settings import GriffinLimSettings

BLOCK_MEL_FRAMES = 1024
LEAD_MEL_FRAMES = 48
SPREADING_ROUNDS = 30
CORRECTING_ROUNDS = 2
LARGEST_CORRECTION = 1.0  # nepers
AUDIBLE_SHARE = 0.1  # of the wanted magnitude: what is bridged softer than that has no phase to start from
BORDER_FRAMES = 2  # beside a gap that hold much of it
PEAK_BINS = 15  # around a bin that a partial stands out of
PEAK_SHARE = 2.5  # times their mean
LEAST_FINE, LARGEST_FINE = 0.03, 30.0
TRANSLATED_HZ = 2000.0  # of the spectrum below a cut-off is moved up


def render(
    scene: Scene, settings: GriffinLimSettings, generator: torch.Generator, control: Control
) -> NDArray[np.float32]:
    """Render (channels, scene.frames) float32 at the recording's rate.

    Raises:
        RecordingError: the recording can't be read.
        Cancelled: the user stopped.
    """
    invented = 1 - scene.target.keep
    mono = found_sound(scene, invented, settings, generator, control)
    laid = lay_in(scene, with_level_kept(scene, mono), invented, generator, control)
    return with_treble(scene, laid, generator, control)


def found_sound(
    scene: Scene, invented: Tensor, settings: GriffinLimSettings, generator: torch.Generator, control: Control
) -> NDArray[np.float32]:
    """Levelled mono sound of the whole analysis, (samples,), that has the scene's mel where cells are invented.

    Args:
        invented: (T, bands) in 0..1; cells under one half stay as recorded.

    Raises:
        Cancelled: the user stopped.
    """
    spec, absent = scene.analysis.spec, scene.target.absent
    mono = starting_mono(scene.analysis, absent, control)
    kept = kept_bins(1 - invented, spec)
    if not bool(kept.all()):
        continue_into(mono, scene.mel, kept, spec, settings, generator, control, continues=bool(absent.any()))
    return with_energy_of_surroundings(scene, mono)


def continue_into(
    mono: NDArray[np.float32],
    mel: Tensor,
    kept: Tensor,
    spec: MelSpec,
    settings: GriffinLimSettings,
    generator: torch.Generator,
    control: Control,
    *,
    continues: bool = False,
) -> None:
    """Give sound (samples,) at the model's rate another one, in place, where its bins are not kept.

    Args:
        mono: (T * hop,) levelled.
        mel: (T, bands) log-mel to be made heard.
        kept: (T, bins) bool; at least one is not.
        continues: whether phases go on from the surroundings; see `find_phase`.

    Raises:
        Cancelled: the user stopped.
    """
    rendered_rows = torch.nonzero(~kept.all(dim=1))[:, 0]
    first_row, end_row = int(rendered_rows[0]), int(rendered_rows[-1]) + 1
    for first in range(first_row, end_row, BLOCK_MEL_FRAMES):
        last = min(first + BLOCK_MEL_FRAMES, end_row)
        rows = slice(max(0, first - LEAD_MEL_FRAMES), min(last + LEAD_MEL_FRAMES, len(mel)))
        held = kept[rows].clone()
        held[: first - rows.start] = True
        samples = slice(rows.start * spec.hop, rows.stop * spec.hop)

        def report(done: int, base: int = first) -> None:
            share = (min(base + BLOCK_MEL_FRAMES, end_row) - base) * done / max(1, settings.iterations)
            control.step("rendering", int(base - first_row + share), end_row - first_row)

        surroundings = torch.from_numpy(mono[samples]).to(mel.device)
        fine = fine_structure(surroundings, held, spec) if continues else None
        magnitudes = spread_over_bins(mel[rows], spec, fine)
        found = find_phase(magnitudes, surroundings, held, spec, settings, generator, report, continues=continues)
        mono[samples] = found.cpu().numpy()


def analysis_bin_weights(spec: MelSpec, device: torch.device) -> Tensor:
    """`bin_weights` of the analysis' own bins, (bins, bands)."""
    bins_hz = np.fft.rfftfreq(spec.n_fft, 1 / spec.rate)
    return torch.from_numpy(bin_weights(bins_hz, spec.bands, spec.low_hz, spec.high_hz)).to(device)


def kept_bins(keep: Tensor, spec: MelSpec) -> Tensor:
    """Which bins of the analysis stay as recorded: keep (T, bands) -> (T, bins), bool."""
    return keep @ analysis_bin_weights(spec, keep.device).T > 0.5


def spread_over_bins(mel: Tensor, spec: MelSpec, fine: Tensor | None = None) -> Tensor:
    """Magnitudes (T, bins) >= 0 whose mel is near ``exp(mel)``, (T, bands).

    Args:
        fine: (T, bins) how they go within the bands, see `fine_structure`; smoothly if None.
    """
    bank = filterbank(spec, mel.device)
    wanted = torch.where(mel <= spec.silence + 1e-4, torch.zeros_like(mel), mel.exp())
    inside = bank.sum(dim=0) > 0
    magnitudes = (wanted / bank.sum(dim=1)) @ analysis_bin_weights(spec, mel.device).T * inside
    magnitudes = magnitudes if fine is None else magnitudes * fine
    numerator = wanted @ bank
    for _ in range(SPREADING_ROUNDS):
        magnitudes = magnitudes * numerator / (magnitudes @ bank.T @ bank).clamp_min(1e-12)
    return magnitudes


def fine_structure(surroundings: Tensor, held: Tensor, spec: MelSpec) -> Tensor:
    """How magnitudes go within the bands, relative to the bands' own: (T, bins), 1 where nothing is known.

    In a gap it is that of the surroundings, mirrored at the gap's borders up to its middle, so that partials go on and
    noise stays as uneven as it is. A mel says nothing of it, and even magnitudes have less energy at the same mel.

    Args:
        surroundings: (T * hop,) the recording.
        held: (T, bins) bool, where it is known.
    """
    missing = torch.nonzero(~held.all(dim=1))[:, 0]
    ones = torch.ones(held.shape, device=held.device)
    first, last = int(missing[0]), int(missing[-1]) + 1
    before, after = first - BORDER_FRAMES, len(held) - last - BORDER_FRAMES
    if max(before, after) < 1:
        return ones
    magnitudes = (
        _Transform(spec, len(surroundings), held.device).forward(surroundings).abs().T
    )  # (bins, T) -> (T, bins)
    bank = filterbank(spec, held.device)
    envelope = (magnitudes @ bank.T / bank.sum(dim=1)) @ analysis_bin_weights(spec, held.device).T
    fine = (magnitudes / envelope.clamp_min(1e-9)).clamp(LEAST_FINE, LARGEST_FINE)
    place = torch.arange(last - first, device=held.device)
    to_left = first - 1 - BORDER_FRAMES - _mirrored(place, before)
    to_right = last + BORDER_FRAMES + _mirrored(place.flip(0), after)
    from_left = (place < (last - first) / 2) if min(before, after) > 0 else torch.full_like(place, before > 0).bool()
    ones[first:last] = fine[torch.where(from_left, to_left, to_right)]
    return ones


def _mirrored(place: Tensor, count: int) -> Tensor:
    """0, 1, .. count - 1, count - 1, .. 0, 0, 1 .."""
    if count < 1:
        return torch.zeros_like(place)
    turn = place % (2 * count)
    return torch.minimum(turn, 2 * count - 1 - turn)


def find_phase(
    magnitudes: Tensor,
    surroundings: Tensor,
    held: Tensor,
    spec: MelSpec,
    settings: GriffinLimSettings,
    generator: torch.Generator,
    report: Callable[[int], None],
    *,
    continues: bool = False,
) -> Tensor:
    """Fast Griffin-Lim.

    Args:
        magnitudes: (T, bins) wanted, root mean square over the channels.
        surroundings: (T * hop,) the recording, whose spectrum is taken where ``held``.
        held: (T, bins) bool.
        continues: start from the phase that the surroundings continue with, see `starting_phase`; else at random.

    Returns:
        (T * hop,) sound.
    """
    transform = _Transform(spec, len(surroundings), magnitudes.device)
    recorded = transform.forward(surroundings)
    rows = magnitudes.T  # (T, bins) -> (bins, T)
    held = held.T
    angle = torch.rand(rows.shape, generator=generator).to(rows.device) * (2 * math.pi)
    if continues:
        angle = starting_phase(recorded, rows, held, angle, spec)
    wanted = torch.where(held, recorded, torch.polar(rows, angle))
    previous = wanted
    current = wanted
    for done in range(settings.iterations):
        report(done)
        consistent = transform.forward(transform.backward(_with_magnitudes(current, rows, recorded, held)))
        current = consistent + settings.momentum * (consistent - previous)
        previous = consistent
    sound = transform.backward(_with_magnitudes(current, rows, recorded, held))
    wanted_mel = log_mel_from_magnitude(rows, spec)
    for _ in range(CORRECTING_ROUNDS if settings.iterations else 0):
        spectrum = transform.forward(sound)
        missing = wanted_mel - log_mel_from_magnitude(spectrum.abs(), spec)
        limited = missing.clamp(-LARGEST_CORRECTION, LARGEST_CORRECTION)
        gains = torch.exp(limited @ analysis_bin_weights(spec, rows.device).T).T  # (T, bins) -> (bins, T)
        sound = transform.backward(torch.where(held, recorded, spectrum * gains))
    return sound


def starting_phase(recorded: Tensor, wanted: Tensor, held: Tensor, random: Tensor, spec: MelSpec) -> Tensor:
    """Phases to start from where the recording is to be continued, (bins, T).

    Above a cut-off, the spectrum below it is moved up as by a modulation (spectral translation), so that pitch pulses
    and attacks stay where they are. In a gap, the phase of what was bridged, as far as that reaches. Else ``random``.

    Args:
        recorded: (bins, T) complex, of the surroundings.
        wanted: (bins, T) magnitudes.
        held: (bins, T) bool.
        random: (bins, T).
    """
    bins, frames = recorded.shape
    angle = torch.where(recorded.abs() > AUDIBLE_SHARE * wanted, recorded.angle(), random)
    if bool(held.all(dim=0).any()) and not bool(held.all()):
        angle = carried_phase(recorded, wanted, held, angle, spec)
    heard = torch.nonzero(held.any(dim=1))[:, 0]
    top = int(heard[-1]) + 1 if len(heard) else 0
    width = min(top // 2, round(TRANSLATED_HZ * spec.n_fft / spec.rate))
    if width < 1 or top >= bins:
        return angle
    place = torch.arange(top, bins, device=recorded.device)
    source = top - width + (place - top) % width
    turns = (place - source)[:, None] * (spec.hop * torch.arange(frames, device=recorded.device)) / spec.n_fft
    angle[top:] = recorded[source].angle() + 2 * math.pi * (turns % 1)
    return angle


def carried_phase(recorded: Tensor, wanted: Tensor, held: Tensor, angle: Tensor, spec: MelSpec) -> Tensor:
    """Let the partials' phase run on from both sides of a gap to its middle (Beauregard, Harish & Wyse 2015).

    Where a wanted magnitude peaks high above its surroundings, its frequency is read off the peak's shape and its phase
    turns with that from frame to frame; the bins beside it follow. All other phases stay as in ``angle``, (bins, T).
    """
    missing = torch.nonzero(~held.all(dim=0))[:, 0]
    first, last = int(missing[0]), int(missing[-1]) + 1
    out = torch.where(held, recorded.angle(), angle)
    middle = (first + last) // 2 if first > 0 and last < held.shape[1] else (last if first > 0 else first)
    smooth = torch.nn.functional.avg_pool1d(wanted.T[:, None], PEAK_BINS, 1, PEAK_BINS // 2, count_include_pad=False)
    tonal = wanted > PEAK_SHARE * smooth[:, 0].T
    for rows, step in ((range(first, middle), 1), (range(last - 1, middle - 1, -1), -1)):
        for row in rows:
            bins, exact = _peaks(wanted[:, row], tonal[:, row])
            turn = out[bins, row - step] + step * 2 * math.pi * exact * spec.hop / spec.n_fft
            for beside in (-2, 2, -1, 1, 0):
                place = (bins + beside).clamp(0, len(out) - 1)
                out[place, row] = torch.where(held[place, row], out[place, row], turn + math.pi * (beside % 2))
    return out


def _peaks(magnitudes: Tensor, tonal: Tensor) -> tuple[Tensor, Tensor]:
    """Bins of the tonal peaks of a frame, and where they lie exactly, by a parabola through the logarithms."""
    log = magnitudes.clamp_min(1e-9).log()
    inner = (log[1:-1] > log[:-2]) & (log[1:-1] >= log[2:]) & tonal[1:-1]
    bins = torch.nonzero(inner)[:, 0] + 1
    left, peak, right = log[bins - 1], log[bins], log[bins + 1]
    offset = 0.5 * (left - right) / (left - 2 * peak + right).clamp_max(-1e-6)
    return bins, bins + offset.clamp(-0.5, 0.5)


def _with_magnitudes(spectrum: Tensor, magnitudes: Tensor, recorded: Tensor, held: Tensor) -> Tensor:
    return torch.where(held, recorded, spectrum * (magnitudes / spectrum.abs().clamp_min(1e-12)))


class _Transform:
    """STFT on the mel's own frames (centred at ``k * hop + hop / 2``) and its least-squares inverse."""

    def __init__(self, spec: MelSpec, samples: int, device: torch.device) -> None:
        self.spec, self.samples = spec, samples
        self.window = hann_window(spec.n_fft, device)
        frames = samples // spec.hop
        ones = self.window.square()[None, :, None].expand(1, -1, frames)
        self._weight = self._overlap(ones).clamp_min(1e-3)

    def forward(self, sound: Tensor) -> Tensor:
        """(samples,) -> (bins, T)."""
        padded = torch.nn.functional.pad(sound, (self.spec.pad, self.spec.pad))
        return torch.stft(padded, self.spec.n_fft, self.spec.hop, window=self.window, center=False, return_complex=True)

    def backward(self, spectrum: Tensor) -> Tensor:
        """(bins, T) -> (samples,)."""
        frames = torch.fft.irfft(spectrum, n=self.spec.n_fft, dim=0) * self.window[:, None]
        return self._overlap(frames[None]) / self._weight

    def _overlap(self, frames: Tensor) -> Tensor:
        length = self.samples + 2 * self.spec.pad
        sound = torch.nn.functional.fold(frames, (1, length), (1, self.spec.n_fft), stride=(1, self.spec.hop))
        return sound[0, 0, 0, self.spec.pad : length - self.spec.pad]
