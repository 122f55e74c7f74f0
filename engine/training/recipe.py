"""The whole recipe: each component in its turn, written as soon as it is trained, then judged and packed up.

A component that is done is not trained again; one that was stopped goes on from its checkpoint.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.errors import InputError
from engine.model.device import choose_placement
from engine.model.folder import check_model, find_model, weights_hash
from engine.model.network import load_network
from engine.training.curves import draw_curves
from engine.training.data import Corpus, held_out
from engine.training.evaluate import judge_quickly
from engine.training.loop import LOG_NAME, Bounds
from engine.training.pieces import split

SCRATCH = "scratch"
CURVES = "curves.png"
DONE = "done.json"
# Of the minutes of `all`. The VAE is near its best after a few minutes of a GPU; the UNet gains from every further
# one; the vocoder needs enough for its adversarial part to follow.
SHARES = {"vae": 0.2, "unet": 0.5, "vocoder": 0.3}
# What lies beside a component's folder and belongs to it.
BESIDE = {"vae": ("mel.json",), "unet": ("scheduler", "conditioning.json"), "vocoder": ()}
# Where no minutes are given.
STEPS = {"vae": 10000, "unet": 20000, "vocoder": 20000}
Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What is trained, from what, for how long, and where it goes.

    Attributes:
        components: in the order in which they are trained: the UNet learns in the latent of the VAE.
        runs: a folder for each component's checkpoint and log.
        out: the model's folder.
        minutes: of all components together; None leaves the end to ``steps``.
        steps: of each component; None for `STEPS`, or for as many as go into the minutes.
        begin: ``scratch``, ``bundled`` or a model's folder to go on from.
        pieces: a folder for what is made, in pieces; None for none.
    """

    components: tuple[str, ...]
    runs: Path
    out: Path
    device: torch.device
    seed: int = 0
    minutes: float | None = None
    steps: int | None = None
    begin: str = SCRATCH
    pieces: Path | None = None

    def __post_init__(self) -> None:
        for component in self.components:
            if component not in SHARES:
                raise InputError(f"component is {component!r}; accepted: {', '.join(SHARES)}")
        if self.begin != SCRATCH:
            check_model(self.begin)

    def bounds(self, component: str) -> Bounds:
        """How long ``component`` is trained: its share of the minutes among what is trained."""
        if self.minutes is None:
            return Bounds(self.steps or STEPS[component])
        share = SHARES[component] / sum(SHARES[other] for other in self.components)
        return Bounds(self.steps, self.minutes * share)


def choose_device(name: str) -> torch.device:
    """The device called ``name``, as `choose_placement` takes it."""
    return choose_placement(name).device


def make(plan: Plan, corpus: Corpus, say: Say) -> Path:
    """Train what is planned, one component after the other; returns the model's folder.

    What is not trained is taken from ``plan.begin``, where ``plan.out`` has none. After each component the model, the
    logs and the curves so far are written to ``plan.pieces``.

    Raises:
        InputError: a checkpoint was made by another recipe, or the UNet has no VAE to learn with.
    """
    refuse_held_out(corpus)
    heard = hash_of(corpus)
    bring_along(plan, say)
    for component in plan.components:
        choices = _choices(plan, component, heard)
        done = plan.runs / component / DONE
        if done.exists() and json.loads(done.read_text()) == choices and (plan.out / component).is_dir():
            say(f"{component}: done already")
        else:
            say(f"{component}:")
            TRAININGS[component](plan, corpus, say)
            done.write_text(json.dumps(choices), encoding="utf-8")
        deliver(plan, say)
    return plan.out


def refuse_held_out(corpus: Corpus) -> None:
    """Refuse to train on what judges.

    Raises:
        InputError: the corpus holds a recording of the hold-out list.
    """
    if leaked := sorted(held_out() & {entry.name for entry in corpus.entries}):
        raise InputError(f"the corpus holds {leaked[0]}, which judges and is never trained on; make the corpus anew")


def bring_along(plan: Plan, say: Say) -> None:
    """Copy from the model to go on from what is not trained and not there yet."""
    if plan.begin == SCRATCH:
        return
    source = find_model(plan.begin)
    if source.resolve() == plan.out.resolve():
        return
    for component in check_model(plan.begin).components:
        if component in plan.components or (plan.out / component).exists():
            continue
        for name in (component, *BESIDE[component]):
            if (source / name).is_dir():
                shutil.copytree(source / name, plan.out / name, dirs_exist_ok=True)
            elif (source / name).exists():
                _copy(source / name, plan.out / name)
        say(f"{component}: that of {plan.begin}")


def deliver(plan: Plan, say: Say, extra: tuple[Path, ...] = ()) -> None:
    """Draw the curves so far and write model, logs, curves and ``extra`` into pieces, where they are wanted.

    Curves are left out, and the user is told, where they can't be drawn.
    """
    files = [path for path in plan.out.rglob("*") if path.is_file()]
    logs = [path for name in SHARES if (path := plan.runs / name / LOG_NAME).exists()]
    try:
        draw_curves(plan.runs, tuple(SHARES), plan.runs / CURVES)
        logs.append(plan.runs / CURVES)
    except (InputError, ValueError) as error:
        say(f"no {CURVES}: {error}")
    if plan.pieces is None:
        return
    parcel = plan.runs / "parcel"  # model/ beside the logs, wherever the model's folder is
    shutil.rmtree(parcel, ignore_errors=True)
    for path in files:
        _copy(path, parcel / "model" / path.relative_to(plan.out))
    for path in [*logs, *extra]:
        _copy(path, parcel / path.relative_to(plan.runs))
    written = split(parcel, [path for path in parcel.rglob("*") if path.is_file()], plan.pieces)
    shutil.rmtree(parcel)
    say(f"{len(written)} files in {plan.pieces}")


def judge(plan: Plan, say: Say) -> Path | None:
    """Judge the model quickly on the bundled recordings; returns the figures' file, None where it can't be done here.

    Judging needs the libraries for recordings, which training doesn't.
    """
    path = plan.runs / "evaluation.json"
    try:
        judge_quickly(str(plan.out), plan.device.type, plan.seed, path, say)
    except ImportError as error:
        say(f"not judged here: {error}")
        return None
    return path


def hash_of(corpus: Corpus) -> str:
    """A short name for what a corpus holds: its index, and every thousandth of its samples."""
    digest = hashlib.sha256(json.dumps([asdict(entry) for entry in corpus.entries]).encode())
    digest.update(np.ascontiguousarray(corpus.samples[::1000]).tobytes())
    return digest.hexdigest()[:16]


def origin_of(plan: Plan, component: str, corpus: Corpus) -> str:
    """What the weights of ``component`` follow from beside its recipe, as text."""
    return json.dumps(_origin(plan, component, hash_of(corpus)))


def _origin(plan: Plan, component: str, heard: str) -> dict[str, Any]:
    return {
        "seed": plan.seed,
        "begin": _hash_of_model(plan.begin),
        "device": plan.device.type,
        "corpus": heard,
        "vae": _hash_of_files(plan.out / "vae") if component == "unet" else None,
    }


def _choices(plan: Plan, component: str, heard: str) -> Mapping[str, Any]:
    """What the weights of ``component`` follow from."""
    bounds = plan.bounds(component)
    return {"steps": bounds.steps, "minutes": bounds.minutes, **_origin(plan, component, heard)}


def _hash_of_files(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _hash_of_model(name: str) -> str:
    if name == SCRATCH:
        return name
    folder = check_model(name)
    return weights_hash(folder, tuple(folder.components))


def _given(plan: Plan, component: str, say: Say) -> Any:
    """The network to go on from, or None: random weights."""
    if plan.begin == SCRATCH:
        return None
    if component not in check_model(plan.begin).components:
        say(f"{plan.begin} has no {component}; it begins with random weights")
        return None
    return load_network(check_model(plan.begin), component)


def _train_vae(plan: Plan, corpus: Corpus, say: Say) -> None:
    from engine.training.save import save_vae
    from engine.training.vae import ON_GPU, SPEC, VaeRecipe, level_latent, train_vae

    recipe = replace(ON_GPU if plan.device.type == "cuda" else VaeRecipe(), seed=plan.seed)
    given = _given(plan, "vae", say)
    if given is not None:
        recipe = replace(recipe.continued(), channels=tuple(given.config.block_out_channels))
    folder = plan.runs / "vae"
    network = train_vae(
        recipe, plan.bounds("vae"), folder, corpus, plan.device, say, given, origin_of(plan, "vae", corpus)
    )
    if given is None:  # else the latent stays where a UNet may have learned it
        network = level_latent(network, corpus, plan.device)
    save_vae(network, SPEC, plan.out, 1.0 if given is None else float(given.config.scaling_factor))


def _train_unet(plan: Plan, corpus: Corpus, say: Say) -> None:
    from engine.training.save import save_unet
    from engine.training.unet import ON_GPU, UnetRecipe, train_unet

    if not (plan.out / "vae").is_dir():
        raise InputError(f"{plan.out} has no vae, in whose latent the unet learns; train one first, or use --from")
    recipe = replace(ON_GPU if plan.device.type == "cuda" else UnetRecipe(), seed=plan.seed)
    vae = load_network(check_model(str(plan.out)), "vae").to(plan.device)
    given, folder = _given(plan, "unet", say), plan.runs / "unet"
    if given is not None:
        recipe = replace(recipe.continued(), channels=tuple(given.config.block_out_channels))
    network = train_unet(
        recipe, plan.bounds("unet"), folder, corpus, vae, plan.device, say, given, origin_of(plan, "unet", corpus)
    )
    save_unet(network, plan.out)


def _train_vocoder(plan: Plan, corpus: Corpus, say: Say) -> None:
    from engine.training.save import save_vocoder
    from engine.training.vocoder import ON_GPU, VocoderRecipe, train_vocoder

    recipe = replace(ON_GPU if plan.device.type == "cuda" else VocoderRecipe(), seed=plan.seed)
    given, folder = _given(plan, "vocoder", say), plan.runs / "vocoder"
    if given is not None:
        recipe = replace(recipe.continued(), channels=int(given.config.upsample_initial_channel))
    network = train_vocoder(
        recipe, plan.bounds("vocoder"), folder, corpus, plan.device, say, given, origin_of(plan, "vocoder", corpus)
    )
    save_vocoder(network, plan.out)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


TRAININGS: dict[str, Callable[[Plan, Corpus, Say], None]] = {
    "vae": _train_vae,
    "unet": _train_unet,
    "vocoder": _train_vocoder,
}
