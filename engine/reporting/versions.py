"""The versions that a report was made with."""

from __future__ import annotations

import platform
from importlib import metadata

PACKAGES = (
    "retake",
    "torch",
    "diffusers",
    "transformers",
    "numpy",
    "scipy",
    "soundfile",
    "soxr",
    "matplotlib",
)


def versions() -> dict[str, str]:
    """Package -> version."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed as a package"
    return found
