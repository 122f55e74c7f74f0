"""Sound devices through PortAudio: which there are, and a stream that a mixer fills."""

from __future__ import annotations

import ctypes
import logging
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from desktop.playback.mixing import Mixer
from desktop.translating import translate
from engine.errors import RetakeError

log = logging.getLogger(__name__)
LATENCIES_S = {"low": 0.02, "normal": 0.06, "high": 0.2}
CLOSED_WITHIN_S = 2.0
MOST_CHANNELS = 32


class DeviceError(RetakeError):
    """Sound can't be played, and why."""


@dataclass(frozen=True)
class Device:
    """A way to play.

    Attributes:
        index: PortAudio's, until it looks again.
        name, api: as the system calls it; these are remembered.
        rate: its own, in Hz.
        channels: at most.
    """

    index: int
    name: str
    api: str
    rate: int
    channels: int

    @property
    def key(self) -> str:
        """What is remembered of it."""
        return f"{self.api}: {self.name}"


def portaudio() -> Any:
    """The library, loaded when sound is first wanted: it starts host APIs, which takes a while.

    Raises:
        DeviceError: it isn't there.
    """
    try:
        hush()
        import sounddevice
    except OSError as error:  # no PortAudio
        text = translate("Playback", "sound can't be played: {error}; on Debian and Ubuntu, install libportaudio2")
        raise DeviceError(text.format(error=error)) from error
    return sounddevice


# They say nothing: what matters comes back as an error of PortAudio's. Kept here, since the libraries keep them.
_alsa_says = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)(
    lambda *_: None
)
_jack_says = ctypes.CFUNCTYPE(None, ctypes.c_char_p)(lambda _: None)


def hush() -> None:
    """Keep ALSA and JACK from writing pages to the terminal where a device or a server isn't there."""
    if not sys.platform.startswith("linux"):
        return
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_alsa_says)
    with suppress(OSError, AttributeError):
        jack = ctypes.CDLL("libjack.so.0")
        jack.jack_set_error_function(_jack_says)
        jack.jack_set_info_function(_jack_says)


def devices() -> list[Device]:
    """All that play sound.

    Raises:
        DeviceError: PortAudio isn't there or fails.
    """
    library = portaudio()
    try:
        apis = library.query_hostapis()
        return [
            Device(
                number,
                str(found["name"]),
                str(apis[found["hostapi"]]["name"]),
                round(found["default_samplerate"]),
                int(found["max_output_channels"]),
            )
            for number, found in enumerate(library.query_devices())
            if found["max_output_channels"] > 0
        ]
    except library.PortAudioError as error:
        raise DeviceError(
            translate("Playback", "sound devices can't be listed: {error}").format(error=error)
        ) from error


def rescan() -> None:
    """Let PortAudio look for devices again; no stream may be open."""
    library = portaudio()
    try:
        library._terminate()
        library._initialize()
    except library.PortAudioError as error:
        raise DeviceError(
            translate("Playback", "sound devices can't be listed: {error}").format(error=error)
        ) from error


def chosen_device(key: str) -> Device:
    """The device of that key; the system's own where it isn't there, or nothing is chosen.

    PortAudio looks again where it isn't known: it may have been plugged in since. So no stream may be open.

    Raises:
        DeviceError: there is none.
    """
    found = devices()
    if not found or (key and all(device.key != key for device in found)):
        rescan()
        found = devices()
    for device in found:
        if device.key == key:
            return device
    library = portaudio()
    try:
        number = int(library.query_devices(kind="output")["index"])
    except (library.PortAudioError, ValueError) as error:
        raise DeviceError(translate("Playback", "there is no device to play on")) from error
    own = next((device for device in found if device.index == number), None)
    if own is None:
        raise DeviceError(translate("Playback", "there is no device to play on"))
    return own


class Output:
    """An open stream. Its callback does nothing but `Mixer.fill`, and counts what went wrong.

    Attributes:
        device, rate, channels: what it was opened with; the rate is the recording's where the device takes that.
        asked: rate and channels of the recording.
        mixer: fills it.
        underruns: how often the device says that it had nothing to play.
    """

    def __init__(self, device: Device, rate: int, channels: int, latency_s: float) -> None:
        """Open a stream, which plays silence until the mixer plays.

        Raises:
            DeviceError: it can't be opened.
        """
        library = portaudio()
        self.device, self.asked = device, (rate, channels)
        self.channels = min(max(2, channels), device.channels, MOST_CHANNELS)
        self.rate = supported_rate(library, device, rate, self.channels)
        self.mixer = Mixer(self.rate, self.channels)
        self.underruns = 0
        fill = self.mixer.fill

        def callback(out: Any, frames: int, times: Any, status: Any) -> None:
            if status and status.output_underflow:
                self.underruns += 1
            fill(out, times.outputBufferDacTime)

        try:
            self._stream = library.OutputStream(
                samplerate=self.rate,
                device=device.index,
                channels=self.channels,
                dtype="float32",
                latency=latency_s,
                callback=callback,
            )
            self._stream.start()
        except (library.PortAudioError, ValueError) as error:
            text = translate("Playback", "{name}: can't be opened: {error}")
            raise DeviceError(text.format(name=device.name, error=error)) from error

    @property
    def latency_s(self) -> float:
        """From the mixer to the ear, as the device says."""
        return float(self._stream.latency)

    @property
    def now_s(self) -> float:
        """The device's clock, as in `Mixer.heard_at_s`."""
        return float(self._stream.time)

    @property
    def is_alive(self) -> bool:
        """Whether the device still asks for sound."""
        try:
            return bool(self._stream.active)
        except Exception:  # a closed stream, or a device that is gone: PortAudio's errors differ by system
            return False

    def close(self, then: Callable[[], None] | None = None) -> None:
        """Close the stream, in a thread: a device that is gone may take its time."""

        def work() -> None:
            try:
                self._stream.abort(ignore_errors=True)
                self._stream.close(ignore_errors=True)
            except Exception:
                log.exception("a stream was not closed")
            if then:
                then()

        thread = threading.Thread(target=work, name="closing sound", daemon=True)
        thread.start()
        thread.join(CLOSED_WITHIN_S if then is None else 0)


def supported_rate(library: Any, device: Device, rate: int, channels: int) -> int:
    """The recording's rate where the device takes it, else the device's own."""
    try:
        library.check_output_settings(device.index, channels, "float32", samplerate=rate)
    except (library.PortAudioError, ValueError):
        return device.rate
    return rate
