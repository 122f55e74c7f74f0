"""Write requirements.lock again: every dependency of run, test and lint, exact, with hashes.

Resolves pyproject.toml with its ``dev`` extra once for all Pythons from 3.11 on and all systems, one
version of a package wherever one fits all. torch and the CUDA packages that come with it are left out, see
torch.txt. Needs uv and a network. Addresses of package indexes never get into the file.
"""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "packaging" / "requirements.lock"
COMES_WITH_TORCH = re.compile(r"^(torch|triton|nvidia-|cuda-)")
HEADER = "# Written by `make lock`; don't edit. Everything but torch and its CUDA packages, see torch.txt.\n"


def resolve(project: Path) -> str:
    """Ask uv for the exact versions and hashes of everything that `project` needs."""
    uv = Path(sysconfig.get_path("scripts")) / "uv"
    command = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--upgrade"]
    command += ["--fork-strategy", "fewest", "--extra", "dev", "--generate-hashes"]
    command += ["--no-header", "--no-emit-index-url", "--no-emit-find-links", project.name]
    done = subprocess.run(command, cwd=project.parent, check=True, text=True, stdout=subprocess.PIPE)
    return done.stdout


def without_torch(requirements: str) -> str:
    """Drop torch and the packages of its CUDA builds; a requirement starts in column 0."""
    blocks = re.split(r"\n(?=[A-Za-z0-9])", requirements.strip("\n"))
    return "\n".join(block for block in blocks if not COMES_WITH_TORCH.match(block)) + "\n"


def main() -> int:
    LOCK.write_text(HEADER + without_torch(resolve(ROOT / "pyproject.toml")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
