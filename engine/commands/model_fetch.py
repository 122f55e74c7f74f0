"""``retake models fetch``: a model from a hub, its licence told before the first byte of it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.commands.console import Progress, sized
from engine.commands.stopping import Stopped

if TYPE_CHECKING:
    from engine.model.fetch import Plan
    from engine.model.manifest import Manifest


def run(repo: str, revision: str | None, as_json: bool) -> None:
    """Fetch a model, unless it is there with all its hashes, and print where it is.

    Raises:
        InputError, ModelError: there is no such model, or it can't be used.
        HubError, DiskFullError, OutputError: it can't be fetched; what came is kept.
    """
    from engine.model.fetch import check_hub_id, there_already

    check_hub_id(repo)
    with Progress(in_bytes=True) as progress:
        manifest = there_already(repo, revision, progress.control())
    already = manifest is not None
    if manifest is None:
        manifest = _fetched(repo, revision)
    _tell(manifest, already, as_json)


def _fetched(repo: str, revision: str | None) -> Manifest:
    from engine.model.fetch import carry_out, plan_fetch
    from engine.model.store import partial_folder

    plan = plan_fetch(repo, revision)
    _announce(plan)
    try:
        with Progress(in_bytes=True) as progress:
            return carry_out(plan, progress.control())
    except Stopped as stop:
        stop.left = f"what came is kept in {partial_folder(repo)}, the same command goes on from there"
        raise


def _announce(plan: Plan) -> None:
    """Say what will be fetched, and under which licence it is."""
    from engine.model.licence import told
    from engine.model.store import fetched_folder

    model = plan.model
    print(f"{model.repo} at {model.revision[:12]}: licence {told(model.licence)}", file=sys.stderr)
    where = fetched_folder(model.repo)
    print(f"{len(plan.files)} files, {sized(plan.bytes)}, to {where}", file=sys.stderr, flush=True)


def _tell(manifest: Manifest, already: bool, as_json: bool) -> None:
    from engine.model.folder import check_model
    from engine.model.store import fetched_folder

    # By its place: a folder of that name in the working directory comes first where a model is asked for by name.
    model = replace(check_model(str(fetched_folder(manifest.repo))), name=manifest.repo)
    if as_json:
        facts = {"name": model.name, "path": str(model.path), "licence": model.licence, "revision": manifest.revision}
        print(json.dumps(facts | {"files": len(manifest.files), "bytes": manifest.bytes, "already": already}))
        return
    done = "is there already, all hashes hold: nothing to fetch" if already else "fetched, all hashes hold"
    print(f"{model.name} {done}  ({model.path})")
    print(f"use it with --model {model.name}; `retake models check {model.name}` says what it can do")
