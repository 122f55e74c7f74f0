"""Sound devices through PortAudio: which there are, and a stream that a mixer fills."""

from __future__ import annotations

import ctypes
import logging
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from desktop.playback.mixing import Mixer
from desktop.translating import translate
from engine.errors import RetakeError

log = logging.getLogger(__name__)
CLOSED_WITHIN_S = 2.0
MOST_CHANNELS = 32
_lock = threading.RLock()  # PortAudio's own functions are for one thread at a time
# Held until they are closed for certain: PortAudio's threads call into what a stream keeps.
_open_streams: set[Output] = set()
_left_behind: list[Output] = []


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
    except (ImportError, OSError) as error:  # no PortAudio, or no sounddevice
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
    with _lock:
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
            text = translate("Playback", "sound devices can't be listed: {error}")
            raise DeviceError(text.format(error=error)) from error


def rescan() -> None:
    """Let PortAudio look for devices again, unless a stream is open: that would pull it away from under it."""
    with _lock:
        library = portaudio()
        if _open_streams:
            log.info("PortAudio can't look again while a stream is open")
            return
        try:
            library._terminate()
            library._initialize()
        except library.PortAudioError as error:
            text = translate("Playback", "sound devices can't be listed: {error}")
            raise DeviceError(text.format(error=error)) from error


def chosen_device(key: str) -> Device:
    """The device of that key; the system's own where it isn't there, or nothing is chosen.

    PortAudio looks again where it isn't known: it may have been plugged in since.

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
    except (library.PortAudioError, ValueError):
        number = -1
    for device in found:
        if device.index == number:
            return device
    raise DeviceError(translate("Playback", "there is no device to play on"))


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
        self.rate, self.channels = supported(library, device, rate, min(max(2, channels), MOST_CHANNELS))
        self.mixer = Mixer(self.rate, self.channels)
        self.underruns = 0
        self._now_s = 0.0
        fill = self.mixer.fill

        def callback(out: Any, frames: int, times: Any, status: Any) -> None:
            if status and status.output_underflow:
                self.underruns += 1
            fill(out, times.outputBufferDacTime)

        with _lock:
            stream = None
            try:
                stream = library.OutputStream(
                    samplerate=self.rate,
                    device=device.index,
                    channels=self.channels,
                    dtype="float32",
                    latency=latency_s,
                    callback=callback,
                )
                stream.start()
            except (library.PortAudioError, ValueError) as error:
                if stream is not None:
                    stream.close(ignore_errors=True)
                text = translate("Playback", "{name}: can't be opened: {error}")
                raise DeviceError(text.format(name=device.name, error=error)) from error
            self._stream = stream
            _open_streams.add(self)

    @property
    def latency_s(self) -> float:
        """From the mixer to the ear, as the device says."""
        return float(self._stream.latency)

    @property
    def now_s(self) -> float:
        """The device's clock, as in `Mixer.heard_at_s`; it stands still once the device is gone."""
        with suppress(Exception):  # PortAudio's errors differ by system
            self._now_s = float(self._stream.time)
        return self._now_s

    @property
    def is_alive(self) -> bool:
        """Whether the device still asks for sound."""
        try:
            return bool(self._stream.active)
        except Exception:  # a closed stream, or a device that is gone: PortAudio's errors differ by system
            return False

    def close(self) -> None:
        """Close the stream, in a thread: a device that is gone may take its time, or never come back."""
        thread = threading.Thread(target=self._close, name="closing sound", daemon=True)
        thread.start()
        thread.join(CLOSED_WITHIN_S)

    def _close(self) -> None:
        try:
            self._stream.abort(ignore_errors=True)
            self._stream.close(ignore_errors=False)
        except Exception as error:
            log.warning("a stream was not closed: %s", error)
            _left_behind.append(self)
        _open_streams.discard(self)


def supported(library: Any, device: Device, rate: int, channels: int) -> tuple[int, int]:
    """Rate and channels to open a device with: the recording's where it takes them, else its own rate, two channels."""
    channels = min(channels, device.channels)
    for hz, count in ((rate, channels), (rate, min(2, channels)), (device.rate, channels)):
        try:
            library.check_output_settings(device.index, count, "float32", samplerate=hz)
        except (library.PortAudioError, ValueError):
            continue
        return hz, count
    return device.rate, min(2, channels)
