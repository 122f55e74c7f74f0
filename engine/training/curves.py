"""The logs of the trainings as one picture: a row for each training, a field for each figure in its log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from engine.errors import InputError
from engine.training.loop import LOG_NAME


def read_log(path: Path) -> dict[str, list[float]]:
    """The columns of a log by name; a last line that a kill cut short is left out."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    names = rows[0].keys() if rows else ()
    return {name: [row[name] for row in rows if name in row] for name in names}


def draw_curves(runs: Path, components: Sequence[str], out: Path) -> None:
    """Draw ``runs/<component>/log.jsonl`` of each component that has one, over its minutes.

    Raises:
        InputError: matplotlib is not installed, or there is no log.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise InputError(f"curves are drawn by matplotlib, which can't be imported here: {error}") from error
    logs = {name: read_log(path) for name in components if (path := runs / name / LOG_NAME).exists()}
    logs = {name: log for name, log in logs.items() if log}
    if not logs:
        raise InputError(f"no {LOG_NAME} below {runs}; accepted are the folders {', '.join(components)}")
    columns = max(len(log) for log in logs.values()) - 2
    figure = Figure(figsize=(2.6 * columns, 2.2 * len(logs)), layout="constrained")
    for row, (name, log) in enumerate(logs.items()):
        for column, figure_name in enumerate(key for key in log if key not in {"step", "minutes"}):
            axes = figure.add_subplot(len(logs), columns, row * columns + column + 1)
            axes.plot(log["minutes"], log[figure_name], linewidth=0.8)
            axes.set_title(f"{name}: {figure_name}", fontsize=8)
            axes.tick_params(labelsize=6)
    figure.savefig(out, dpi=100)
