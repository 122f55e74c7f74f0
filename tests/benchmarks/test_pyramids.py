"""An hour in stereo drawn at any zoom: first answers, the whole pyramid, views and memory, as a window would ask.

On a busy machine the least of several times says what the program costs; the 95th percentile is printed beside it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

RATE, FRAMES, COLUMNS, ROWS = 48000, 3600 * 48000, 1600, 400
FIRST_S, BUILD_S, PEAKS_MS, IMAGE_MS, MEMORY_MB = 1.0, 15.0, 8.0, 20.0, 250.0
SCALES = {"linear": np.linspace(0, 24000, ROWS + 1), "log": np.geomspace(20, 24000, ROWS + 1)}
SPANS = [FRAMES >> shift for shift in range(0, 24, 2)]


def write_hour(path: Path) -> None:
    """Noise and a click every second, 16 bits; 690 MB."""
    minute = 0.05 * np.random.default_rng(0).standard_normal((60 * RATE, 2))
    minute[::RATE] = 0.9
    with soundfile.SoundFile(path, "w", RATE, 2, "PCM_16") as file:
        for _ in range(60):
            file.write(minute)


def resident_mb(field: str = "VmRSS") -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


def timed_ms(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - began)


def summary(times_ms: list[float]) -> dict[str, float]:
    return {"least": min(times_ms), "median": float(np.median(times_ms)), "p95": float(np.percentile(times_ms, 95))}


def views(span: int, count: int, rng: np.random.Generator) -> list[tuple[float, float]]:
    """A stretch of the hour, panned step by step as with a wheel."""
    start = float(rng.uniform(0, FRAMES - span)) if span < FRAMES else 0.0
    step = span / 20
    starts = [min(max(start + i * step, 0), FRAMES - span) for i in range(count)]
    return [(at, at + span) for at in starts]


def measure(path: Path) -> dict[str, Any]:
    """Everything, in a process of its own: memory is that of the program alone."""
    from PySide6.QtCore import QCoreApplication

    from desktop.pyramids.peaks import Peaks
    from desktop.pyramids.spectrum import Spectrum
    from engine.audio import open_clip

    app = QCoreApplication([])
    found: dict[str, Any] = {}
    before_mb = resident_mb()
    began = time.perf_counter()
    clip = open_clip(path)
    peaks, spectrum = Peaks(clip, lambda: open_clip(path)), Spectrum(clip, lambda: open_clip(path))
    finished: list[float] = []
    peaks.finished.connect(lambda: finished.append(time.perf_counter()))
    building: dict[str, list[float]] = {"peaks": [], "image": []}
    while True:
        building["peaks"].append(timed_ms(lambda: peaks.columns(0, FRAMES, COLUMNS)))
        building["image"].append(timed_ms(lambda: spectrum.image(0, FRAMES, COLUMNS, SCALES["linear"])))
        found.setdefault("first_s", time.perf_counter() - began)
        if spectrum.image(0, FRAMES, COLUMNS, SCALES["linear"])[0].all(axis=1).any(axis=0).mean() > 0.99:
            found.setdefault("draft_s", time.perf_counter() - began)
        if spectrum.image(0, FRAMES, COLUMNS, SCALES["linear"])[1] and finished:
            break
        app.processEvents()
        time.sleep(0.01)
    found["pyramid_s"] = finished[0] - began
    found["spectrum_s"] = time.perf_counter() - began
    found["while building"] = {name: summary(times) for name, times in building.items()}
    found["spans"] = {str(span): zoomed(app, peaks, spectrum, span) for span in SPANS}
    found["memory_mb"] = resident_mb() - before_mb
    found["peak_memory_mb"] = resident_mb("VmHWM") - before_mb
    closing = timed_ms(lambda: (peaks.close(), spectrum.close()))
    found["close_ms"] = closing
    return found


def zoomed(app: Any, peaks: Any, spectrum: Any, span: int) -> dict[str, dict[str, float]]:
    """Times of views of one zoom."""
    rng = np.random.default_rng(span)

    def image_ms(view: tuple[float, float], edges_hz: np.ndarray) -> float:
        return timed_ms(lambda: spectrum.image(*view, COLUMNS, edges_hz))

    row = {"peaks": summary([timed_ms(lambda v=view: peaks.columns(*v, COLUMNS)) for view in views(span, 100, rng)])}
    for scale, edges_hz in SCALES.items():
        ways = views(span, 40, rng)
        live = []
        for view in ways:  # first as tiles come, then from cached ones
            live.append(image_ms(view, edges_hz))
            app.processEvents()
        deadline = time.perf_counter() + 5
        while not spectrum.image(*ways[-1], COLUMNS, edges_hz)[1] and time.perf_counter() < deadline:
            time.sleep(0.005)
        row[f"{scale}, arriving"] = summary(live)
        row[f"{scale}, cached"] = summary([image_ms(ways[-1], edges_hz) for _ in range(20)])
    moved = [np.linspace(100 * i, 24000 - 50 * i, ROWS + 1) for i in range(20)]
    row["frequency zoom"] = summary([image_ms(ways[-1], edges_hz) for edges_hz in moved])
    return row


@pytest.mark.slow
def test_an_hour_is_drawn_at_any_zoom(tmp_path: Path) -> None:
    path = tmp_path / "hour.wav"
    write_hour(path)
    root = Path(__file__).resolve().parents[2]
    code = """
import json, pathlib, sys
from tests.benchmarks.test_pyramids import measure
print(json.dumps(measure(pathlib.Path(sys.argv[1]))))
"""
    done = subprocess.run([sys.executable, "-c", code, path], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    path.unlink()
    for name, value in found.items():
        print(f"\n{name}: {value:.3g}" if isinstance(value, float) else f"\n{name}", end="")
        for part, rows in value.items() if isinstance(value, dict) else ():
            print(f"\n  {part}: {json.dumps(rows, default=str)}" if "least" in rows else f"\n  {part}", end="")
            for way, times in rows.items() if "least" not in rows else ():
                print(f"\n    {way:18}" + "".join(f" {n} {t:6.2f}" for n, t in times.items()), end="")
    print()
    assert found["first_s"] < FIRST_S
    assert found["pyramid_s"] < BUILD_S
    assert found["memory_mb"] < MEMORY_MB
    for row in found["spans"].values():
        for way, times in row.items():
            assert times["least"] < (PEAKS_MS if way == "peaks" else IMAGE_MS)
