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

The estimate is never below these by more than 3 %. A job has its peak either while the model works, on windows, which
costs little more however long the region is, or while the sound is repaired or rendered, which costs so much a sample.
Of other models the weights are counted, and what their windows take is scaled by their width, which was not measured.
Takes that lie under the region are not counted.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from engine.errors import ModelError
from engine.model.folder import ModelFolder, Stamps, check_model, find_model, read_json, stamps
from engine.settings import RestoreSettings, asks_unet

MB = 10**6
PROCESS = 545 * MB  # torch and the libraries around it, without weights
FLOAT32 = 4
# While the model works: the mel's windows are met one after the other, and allocators keep what they were given.
WINDOW_S, WINDOW_A_SECOND = 12.0, 9 * MB
LATER_A_SECOND, MOST_LATER = 2 * MB, 120 * MB
BEYOND_VAE = 55 * MB  # gradients, codebooks, the UNet
REPAIRING = {"fill": 42 * MB, "denoise": 42 * MB}
GRIFFIN_LIM = 25 * MB
# While the sound is repaired: spectra and copies at the recording's own rate.
REPAIR = 73 * MB
BYTES_A_SAMPLE = {"fill": 53, "denoise": 58}
BUNDLED_WIDTH = 32  # of the VAE's first layer
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
    folder, wide = known_model(settings.model)
    seconds = frames / rate + 2 * settings.splice.context_s
    samples = (frames + 2 * settings.splice.context_s * rate) * channels
    window = WINDOW_A_SECOND * min(seconds, WINDOW_S)
    later = min(LATER_A_SECOND * max(0.0, seconds - WINDOW_S), MOST_LATER)
    beyond = BEYOND_VAE if settings.method != "vae" else 0
    griffin_lim = GRIFFIN_LIM if settings.renderer == "griffinlim" else 0
    working = (window + later + beyond) * wide + griffin_lim + REPAIRING.get(settings.task, 0)
    repairing = REPAIR + samples * BYTES_A_SAMPLE.get(settings.task, 0)
    return round(PROCESS + weights(folder, settings) + max(working + samples * FLOAT32, repairing))


def known_model(name: str) -> tuple[ModelFolder, float]:
    """A model that has been checked, and its width; its files are read again only where they changed.

    Raises:
        ModelError: the model is missing or damaged.
    """
    return _read_model(name, stamps(find_model(name)))


@lru_cache(MODELS_KNOWN)
def _read_model(name: str, files: Stamps) -> tuple[ModelFolder, float]:
    """As `known_model`; ``files`` is what they were like."""
    folder = check_model(name)
    return folder, width(folder)


def weights(folder: ModelFolder, settings: RestoreSettings) -> int:
    """Bytes of the weights that a job needs."""
    needed = {"vae", *(["unet"] if asks_unet(settings) else []), *(["vocoder"] * (settings.renderer == "vocoder"))}
    return sum(FLOAT32 * part.parameters for name, part in folder.components.items() if name in needed)


def width(folder: ModelFolder) -> float:
    """How many times as wide as the bundled model's a model's VAE is."""
    channels = read_json(folder.path / "vae" / "config.json").get("block_out_channels")
    if not isinstance(channels, list) or not channels or not isinstance(channels[0], int):
        raise ModelError(f"{folder.path / 'vae'} names no block_out_channels")
    return max(1.0, channels[0] / BUNDLED_WIDTH)


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
