"""Takes as the engine hands them over, made without it; imports quickly, for tests that start many processes."""

from __future__ import annotations

from typing import Any

from desktop.worker.messages import TakeResult
from engine.audio import Patch
from engine.region import Region
from engine.settings import RestoreSettings


def made_result(patch: Patch, region: Region, **others: Any) -> TakeResult:
    """What the engine process hands back for a job, with all that ``others`` says."""
    values: dict[str, Any] = {
        "job_id": 1,
        "settings": RestoreSettings(),
        "model_name": "retake-mini",
        "model_hash": "0123",
        "licence": "MIT",
        "device": "cpu",
        "seconds": 1.5,
        "notes": ("a note",),
        "measures": {"snr_db": 12.5, "lsd_db": 3.25, "pesq": None},
        "quick": False,
    }
    return TakeResult(patch=patch, region=region, **{**values, **others})
