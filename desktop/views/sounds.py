"""The sounds that an editor can show: the result, the original, and their difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, get_args

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from desktop.pyramids.peaks import Peaks
    from desktop.pyramids.spectrum import Spectrum

    Source = tuple[Peaks, Spectrum]

SoundName = Literal["result", "original", "difference"]
SOUNDS: tuple[SoundName, ...] = get_args(SoundName)


class Sounds(QObject):
    """Pyramids of each sound. The result's are given and stay their owner's; the others are made when first shown.

    Signals:
        grew(str): more is known of a sound: its name.
    """

    grew = Signal(str)

    def __init__(
        self, result: Source, make: Callable[[SoundName], Source] | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._make = make
        self._known: dict[SoundName, Source] = {}
        self._ears: list[_Ear] = []
        self._keep("result", result)

    def source(self, name: SoundName) -> Source:
        """The pyramids of a sound, made if need be.

        Raises:
            ValueError: there is no such sound, or no way to make it.
        """
        if name not in SOUNDS:
            raise ValueError(f"sound is {name!r}; {', '.join(SOUNDS)} are accepted")
        if name not in self._known:
            if self._make is None:
                raise ValueError(f"sound {name!r} can't be made here; only the result is known")
            self._keep(name, self._make(name))
        return self._known[name]

    @property
    def known(self) -> dict[SoundName, Source]:
        """Those that exist."""
        return dict(self._known)

    def refresh(self, start: int, stop: int) -> None:
        """What is heard changed there; the original never does."""
        for name, (peaks, spectrum) in self._known.items():
            if name != "original":
                peaks.refresh(start, stop)
                spectrum.refresh(start, stop)

    def set_window(self, window: int) -> None:
        """FFT length of all spectrograms."""
        for _, spectrum in self._known.values():
            spectrum.set_window(window)

    def close(self) -> None:
        """Stop the background work of those that were made here, and tell of nothing more."""
        # What other threads sent before still arrives at the ears, which nobody listens to from here on.
        for ear in self._ears:
            ear.heard.disconnect(self.grew)
        self._ears.clear()
        for name in list(self._known):
            if name != "result":
                peaks, spectrum = self._known.pop(name)
                peaks.close()
                spectrum.close()

    def _keep(self, name: SoundName, source: Source) -> None:
        peaks, spectrum = source
        self._known[name] = source
        ear = _Ear(name, self)
        for signal in (peaks.grown, peaks.finished, spectrum.ready):
            signal.connect(ear.hear)
        ear.heard.connect(self.grew)
        self._ears.append(ear)


class _Ear(QObject):
    """Tells which sound grew; goes, and its connections with it, when the sounds do."""

    heard = Signal(str)

    def __init__(self, name: SoundName, parent: QObject) -> None:
        super().__init__(parent)
        self._name = name

    def hear(self, _share: float = 1.0) -> None:
        self.heard.emit(self._name)
