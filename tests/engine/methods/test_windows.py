from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from engine.errors import Cancelled
from engine.methods.windows import OVERLAP_FRAMES, in_windows, window_starts
from engine.model.load import Model
from engine.model.seen import MULTIPLE, WINDOW_FRAMES
from engine.progress import Control


@pytest.mark.parametrize("frames", [1, 31, 32, 512, 513, 640, 1000, 5000])
def test_windows_cover_every_frame_and_overlap(frames: int) -> None:
    starts = window_starts(frames, WINDOW_FRAMES)
    assert starts[0] == 0
    assert starts[-1] + WINDOW_FRAMES >= frames
    for before, after in pairwise(starts):
        assert before < after <= before + WINDOW_FRAMES - OVERLAP_FRAMES


@pytest.mark.parametrize("frames", [1, 33, 512, 1100])
def test_what_each_window_leaves_as_it_is_comes_back_as_it_is(bundled: Model, frames: int) -> None:
    mel = torch.randn(frames, 64)
    torch.testing.assert_close(in_windows(mel, bundled, lambda window: window, Control()), mel, atol=1e-5, rtol=0)


def test_windows_are_multiples_and_lengthened_with_silence(bundled: Model) -> None:
    seen: list[torch.Tensor] = []

    def watch(window: torch.Tensor) -> torch.Tensor:
        seen.append(window)
        return window

    in_windows(torch.zeros(40, 64), bundled, watch, Control())
    assert [tuple(window.shape) for window in seen] == [(1, 1, 64, 64)]
    assert seen[0].shape[2] % MULTIPLE == 0
    assert seen[0][0, 0, 40:].unique().tolist() == pytest.approx([bundled.spec.silence])


def test_windows_that_disagree_are_cross_faded(bundled: Model) -> None:
    levels = iter([0.0, 1.0])
    out = in_windows(torch.zeros(800, 64), bundled, lambda window: window * 0 + next(levels), Control())
    assert out[:288].max() == 0
    assert out[512:].min() == 1
    steps = out[:, 0].diff()
    assert steps.min() >= 0
    assert steps.max() < 0.02


def test_it_stops_between_windows(bundled: Model) -> None:
    calls: list[int] = []

    def count(window: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        return window

    with pytest.raises(Cancelled):
        in_windows(torch.zeros(3000, 64), bundled, count, Control(cancelled=lambda: len(calls) >= 2))
    assert len(calls) == 2
