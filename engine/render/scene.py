"""What a renderer is given: the recording, its analysis, the target, and the mel that a method arrived at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.analysis import Analysis
from engine.audio import Patch
from engine.model.load import Model
from engine.patched import over
from engine.targets import Target


@dataclass(frozen=True)
class Scene:
    """All that a renderer works from.

    Attributes:
        analysis: of the region and its context.
        target: whose ``keep`` tells which cells stay as recorded.
        mel: (T, bands) log-mel to be made heard.
        start_frame, end_frame: what is to be rendered, within the analysis, at the recording's rate.
        model: whose vocoder may be used.
        laid: heard in place of what the recording holds there.
    """

    analysis: Analysis
    target: Target
    mel: Tensor
    start_frame: int
    end_frame: int
    model: Model
    laid: Patch | None = None

    @property
    def frames(self) -> int:
        """How many frames are to be rendered."""
        return self.end_frame - self.start_frame

    def recording(
        self, start_frame: int, end_frame: int, less: NDArray[np.float32] | float = 0.0
    ) -> NDArray[np.float32]:
        """Frames of the recording, (channels, frames), minus ``less``; silence outside what was analysed."""
        analysis = self.analysis
        first, last = max(start_frame, analysis.start_frame), min(end_frame, analysis.end_frame)
        sound = np.zeros((analysis.clip.channels, end_frame - start_frame), np.float32)
        if first < last:
            sound[:, first - start_frame : last - start_frame] = self._heard(first, last) - less
        return sound

    def _heard(self, first: int, last: int) -> NDArray[np.float32]:
        sound = self.analysis.clip.read(first, last)
        return sound if self.laid is None else over(sound, first, self.laid)
