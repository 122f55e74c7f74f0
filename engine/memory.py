"""How much memory a job will take, told before it begins, and how much there is. Free of torch.

Fitted to the peak resident memory of a fresh process with the bundled model, on the CPU, two threads, 48 kHz stereo
but where it says otherwise, with the default context; 568 MB of each are there before the job (MB are 10^6 bytes):

==================================  ==============  ==================
task, method, renderer              seconds         peak in MB
==================================  ==============  ==================
reconstruct, vae, gain              1, 10, 60, 300  595, 678, 785, 911
reconstruct, vae, gain; mono        60              781
reconstruct, vae, gain; 192 kHz     60              864
reconstruct, vae, griffinlim        10, 60          646, 807
reconstruct, guided, gain           1, 10, 60       641, 710, 828
reconstruct, optimise, gain         10              709
reconstruct, invert, gain           10              679
reconstruct, enhance, gain          60              807
reconstruct, ddcm, gain             60              822
fill, guided, gain                  1, 10, 60       696, 748, 937
fill, vae, griffinlim               60              919
fill, vae, gain                     300             2075
fill, vae, gain; 8 channels         60              1895
denoise, partial, gain              10, 60          721, 929
denoise, guided, gain               1, 10, 60       668, 780, 991
denoise, vae, gain                  300             2239
declip, vae, gain                   60              800
extend, vae, gain                   60              754
==================================  ==============  ==================

The estimate is never below these by more than 3 %. With random weights in AudioLDM2's published size, 48 kHz stereo:

===============================================  ================  =======================
reconstruct, vae, gain                           2.56, 10.24, 60   793, 862, 885
reconstruct, vae, vocoder                        10.24, 60         1169, 1453
reconstruct, guided, gain                        2.56, 10.24, 60   1189, 1915, 1999
fill, partial, gain                              10.24             2704
fill, guided, gain                               10.24             2704
a prompt that wasn't known, UNet loaded          -                 2708
===============================================  ================  =======================

A job has its peak while a network is loaded, whose weights are there as they are stored and as they are computed with;
while a prompt is read; while the model works, on windows, which costs little more however long the region is; or while
the sound is repaired or rendered, which costs so much a sample. What windows take of other models is scaled by the
width and depth of their VAE. Takes that lie under the region are not counted.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from engine.errors import ModelError
from engine.model.conditioning import read_kinds, takes_prompts
from engine.model.folder import ModelFolder, Stamps, check_model, find_model, read_json, stamps
from engine.model.parts import TEXT_COMPONENTS
from engine.model.processor import cpu_has_bfloat16
from engine.model.seen import WINDOW_FRAMES, window_frames
from engine.settings import RestoreSettings, asks_unet, components_for

MB = 10**6
PROCESS = 545 * MB  # torch and the libraries around it, without weights
FLOAT32, BFLOAT16 = 4, 2
# While the model works: the mel's windows are met one after the other, and allocators keep what they were given.
WINDOW_S, WINDOW_A_SECOND = 12.0, 9 * MB
LATER_A_SECOND, MOST_LATER = 2 * MB, 120 * MB
BEYOND_VAE = 55 * MB  # gradients, codebooks, the UNet
GRADIENTS = 90 * MB  # of what a window of 512 frames leaves in the decoder, beyond the bundled model's size
VOCODING = 400 * MB  # of a vocoder whose first layer has 1024 channels
REPAIRING = {"fill": 42 * MB, "denoise": 42 * MB}
GRIFFIN_LIM = 25 * MB
# While the sound is repaired: spectra and copies at the recording's own rate.
REPAIR = 73 * MB
BYTES_A_SAMPLE = {"fill": 53, "denoise": 58}
BUNDLED_WIDTH = 32  # of the VAE's first layer
FRAMES_A_SECOND = 100
MODELS_KNOWN = 8
MEMINFO = Path("/proc/meminfo")


def estimate_bytes(frames: int, rate: int, channels: int, settings: RestoreSettings) -> int:
    """Peak resident memory of the engine process during a job, in bytes.

    Args:
        frames: of the region.
        rate, channels: of the recording.
        settings: of the job.

    Raises:
        ModelError: the model is missing or damaged.
    """
    model = known_model(settings.model)
    seconds = frames / rate + 2 * settings.splice.context_s
    samples = (frames + 2 * settings.splice.context_s * rate) * channels
    kept = weights(model.folder, settings)
    return round(
        PROCESS
        + kept
        + max(
            model.working(seconds, settings) + samples * FLOAT32,
            REPAIR + samples * BYTES_A_SAMPLE.get(settings.task, 0),
            largest(model.folder, components_for(settings)) * FLOAT32,
            largest(model.folder, TEXT_COMPONENTS) * FLOAT32 if reads_prompt(model.folder, settings) else 0,
        )
    )


@dataclass(frozen=True)
class Known:
    """A model that has been checked, and its size.

    Attributes:
        wide, deep: how many times as wide and deep as the bundled model's its VAE is.
        window_s: seconds that its networks see at a time.
        voices: channels of its vocoder's first layer.
    """

    folder: ModelFolder
    wide: float
    deep: float
    window_s: float
    voices: int

    def working(self, seconds: float, settings: RestoreSettings) -> float:
        """Bytes that are taken while the model works on so many seconds."""
        window = WINDOW_A_SECOND * min(seconds, WINDOW_S) + min(
            LATER_A_SECOND * max(0.0, seconds - WINDOW_S), MOST_LATER
        )
        beyond = 0.0 if settings.method == "vae" else BEYOND_VAE * self.wide**0.5
        if self.wide > 1 and follows_gradients(settings):
            beyond = GRADIENTS * self.wide * self.deep * min(seconds, self.window_s) * FRAMES_A_SECOND / WINDOW_FRAMES
        vocoding = VOCODING * self.voices / 1024 if settings.renderer == "vocoder" else 0.0
        griffin_lim = GRIFFIN_LIM if settings.renderer == "griffinlim" else 0
        at_work = window * self.wide**0.5 + beyond
        most: float = max(at_work, window * self.wide**0.5 + vocoding) + griffin_lim + REPAIRING.get(settings.task, 0)
        return most


def follows_gradients(settings: RestoreSettings) -> bool:
    """Whether a method differentiates through the decoder."""
    return settings.method == "optimise" or getattr(settings.method_settings, "preset", "") == "decoded"


def reads_prompt(folder: ModelFolder, settings: RestoreSettings) -> bool:
    """Whether a job may have to read a prompt first."""
    return asks_unet(settings) and takes_prompts(folder) and read_kinds(folder.path) is None


def known_model(name: str) -> Known:
    """A model that has been checked; its files are read again only where they changed.

    Raises:
        ModelError: the model is missing or damaged.
    """
    return _read_model(name, stamps(find_model(name)))


@lru_cache(MODELS_KNOWN)
def _read_model(name: str, files: Stamps) -> Known:
    """As `known_model`; ``files`` is what they were like."""
    folder = check_model(name)
    vae = read_json(folder.path / "vae" / "config.json")
    channels, layers = vae.get("block_out_channels"), vae.get("layers_per_block", 1)
    if not isinstance(channels, list) or not channels or not isinstance(channels[0], int):
        raise ModelError(f"{folder.path / 'vae'} names no block_out_channels")
    vocoder = read_json(folder.path / "vocoder" / "config.json") if "vocoder" in folder.components else {}
    return Known(
        folder,
        max(1.0, channels[0] / BUNDLED_WIDTH),
        (layers + 1) / 2,
        window_frames(folder) / FRAMES_A_SECOND,
        int(vocoder.get("upsample_initial_channel", 0)),
    )


def weights(folder: ModelFolder, settings: RestoreSettings) -> int:
    """Bytes of the weights that a job needs, as they are computed with."""
    small = BFLOAT16 if settings.device in ("auto", "cpu") and cpu_has_bfloat16() else FLOAT32
    return sum(
        (FLOAT32 if name == "vocoder" else small) * part.parameters
        for name, part in folder.components.items()
        if name in components_for(settings)
    )


def largest(folder: ModelFolder, names: Iterable[str]) -> int:
    """Parameters of the largest of some components; those of a small model vanish beside the rest."""
    return max((folder.components[name].parameters for name in names if name in folder.components), default=0)


def available_bytes(meminfo: Path = MEMINFO) -> int | None:
    """How much memory a process can still take without others being pushed out, in bytes; None where nobody says."""
    try:
        for line in meminfo.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass  # not Linux
    names = os.sysconf_names
    for pages in ("SC_AVPHYS_PAGES", "SC_PHYS_PAGES"):
        if pages in names and "SC_PAGE_SIZE" in names:
            return max(0, os.sysconf(pages) * os.sysconf("SC_PAGE_SIZE"))
    return None
