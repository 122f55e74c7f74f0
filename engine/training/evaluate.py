"""Judge a model on recordings that it was not trained on: ``python -m engine.training evaluate``.

Each part is a file of `engine.training.judging`; what they find goes into a JSON file and into the model's card.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import InputError
from engine.saving import written_whole
from engine.settings import GenerateSettings, GuidedSettings, check_choice
from engine.training.data import held_out, kind_of, recordings_in

if TYPE_CHECKING:
    from engine.model.load import Model
    from engine.training.judging.sampler import Sample

# Part -> the component that it needs.
PARTS = {
    "round_trip": "vae",
    "sampling": "unet",
    "gaps": "unet",
    "generation": "unet",
    "vocoding": "vocoder",
    "speed": "vae",
}
# What judges methods and tasks takes much longer, and is done where it is named.
RESTORATIONS = ("guided", "enhance", "styles", "ddcm", "fill", "extend", "denoise", "declip")
ALL_RESTORATIONS = "restorations"
SAMPLED_A_KIND = 6  # recordings of each kind that sampling, gaps and vocoding take, so that all ends in minutes
GRIFFIN_LIM_ITERATIONS = 32
Say = Callable[[str], None]


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``evaluate`` that other commands don't share."""
    group = parser.add_argument_group("evaluate")
    group.add_argument(
        "--parts",
        help=f"which, with commas: {','.join(PARTS)} (default: all of these that the model can do), "
        f"{','.join(RESTORATIONS)}, or {ALL_RESTORATIONS} for all of the latter",
    )
    group.add_argument("--samples", type=int, default=64, help="sounds to generate of each kind (default: 64)")
    group.add_argument("--most", type=int, help="at most so many recordings, the kinds in turn (default: all)")
    group.add_argument("--sampling-steps", type=int, default=20, help="steps of the sampler (default: 20)")
    group.add_argument("--guidance", type=float, default=1.0, help="classifier-free guidance (default: 1, none)")
    group.add_argument(
        "--gap-start", type=float, default=0.3, help="noise level that gaps are filled from, 0 to 1 (default: 0.3)"
    )
    group.add_argument("--card", type=Path, help="model card whose measured part is replaced")


def run(arguments: argparse.Namespace, say: Say) -> None:
    """Judge, tell, and write what was asked for; the JSON file after each part, so that little is lost by a crash.

    Raises:
        RetakeError: a choice is not accepted, or a recording, the model or an output can't be read or written.
    """
    from engine.model.folder import check_model, sound_components
    from engine.model.load import load_model
    from engine.training.judging.card import update_card
    from engine.training.judging.size import sizes

    check_choices(arguments)
    folder = check_model(arguments.model)
    parts = chosen_parts(arguments.parts, folder.components)
    recordings = first_in_turn(judging_recordings(arguments.judge, arguments.audio), arguments.most)
    model = load_model(arguments.model, arguments.device, sound_components(folder))
    result = {
        "model_hash": model.hash,
        "device": str(model.placement.device),
        "dtype": str(model.placement.dtype).removeprefix("torch."),
        "recordings": dict(Counter(kind_of(path) for path in recordings)),
        "steps": arguments.sampling_steps,
        "guidance": arguments.guidance,
        "parts": {"size": sizes(folder)},
    }
    for part, measure in judging_of(parts, model, recordings, arguments, say):
        say(f"\n{part}")
        result["parts"][part] = measure()
        if arguments.out is not None:
            write_result(arguments.out, result)
    if arguments.card is not None:
        update_card(arguments.card, result)


def judge_quickly(model: str, device: str, seed: int, out: Path, say: Say) -> None:
    """Judge on the bundled recordings, with few samples, and write the figures to ``out``.

    Raises:
        ImportError: a library for recordings or measures is missing; training needs none of them.
    """
    parser = argparse.ArgumentParser()
    add_options(parser)
    arguments = parser.parse_args(["--samples", "8"])
    for name, value in {"model": model, "device": device, "seed": seed, "out": out, "renderer": "gain"}.items():
        setattr(arguments, name, value)
    arguments.judge, arguments.audio = [], []
    run(arguments, say)


def check_choices(arguments: argparse.Namespace) -> None:
    """Refuse what no part can do.

    Raises:
        InputError: a number is out of its range.
    """
    for name, least in (("samples", 2), ("sampling_steps", 1), ("most", 1)):
        value = getattr(arguments, name)
        if value is not None and value < least:
            raise InputError(f"--{name.replace('_', '-')} is {value}; accepted is {least} or more")
    if not 0 < arguments.gap_start <= 1:
        raise InputError(f"--gap-start is {arguments.gap_start:g}; accepted is above 0, up to 1")


def chosen_parts(names: str | None, components: Sequence[str] | dict[str, Any]) -> list[str]:
    """The parts to do; all that the model's components allow, unless named.

    Raises:
        InputError: a part is unknown, or needs a component that the model lacks.
    """
    if names is None:
        return [part for part, needed in PARTS.items() if needed in components]
    needed = PARTS | dict.fromkeys(RESTORATIONS, "unet")
    named = [check_choice("part", name.strip(), (*needed, ALL_RESTORATIONS)) for name in names.split(",")]
    wanted = [part for name in named for part in (RESTORATIONS if name == ALL_RESTORATIONS else (name,))]
    for part in wanted:
        if needed[part] not in components:
            raise InputError(f"part {part} needs a {needed[part]}; the model has {', '.join(components)}")
    return [part for part in needed if part in wanted]


def judging_recordings(folders: Sequence[Path], held_out_of: Sequence[Path]) -> list[Path]:
    """All recordings of ``folders``, and of ``held_out_of`` those on the committed hold-out list.

    Without any folder, the bundled ones.

    Raises:
        InputError: folders were given, and no recording of them may judge.
    """
    found = [path for folder in folders for path in recordings_in(folder)]
    names = held_out()
    found += [path for folder in held_out_of for path in recordings_in(folder) if path.name in names]
    if not found and (folders or held_out_of):
        raise InputError("no recording to judge on: none of the folder given with --audio is on the hold-out list")
    return found or recordings_in(Path(str(resources.files("resources"))) / "demo")


def first_in_turn(recordings: Sequence[Path], most: int | None) -> list[Path]:
    """At most ``most`` recordings, taken from the kinds in turn; all in their order where it is None."""
    if most is None:
        return list(recordings)
    turns: Counter[str] = Counter()
    order: list[tuple[int, int]] = []
    for path in recordings:
        order.append((turns[kind_of(path)], len(order)))
        turns[kind_of(path)] += 1
    return [recordings[index] for _, index in sorted(order)[:most]]


def judging_of(
    parts: Sequence[str], model: Model, recordings: Sequence[Path], arguments: argparse.Namespace, say: Say
) -> list[tuple[str, Callable[[], dict[str, Any]]]]:
    """Each part with what measures it."""
    from engine.training.judging.pieces import read_piece, spread
    from engine.training.judging.restorations import judged
    from engine.training.judging.round_trip import round_trips
    from engine.training.judging.vocoding import vocoder_against_griffinlim

    needs_pieces = any(PARTS.get(part, "vae") != "vae" for part in parts)
    pieces = [read_piece(path, model) for path in recordings] if needs_pieces else []
    some = spread(pieces, SAMPLED_A_KIND)
    seed = arguments.seed
    measures: dict[str, Callable[[], dict[str, Any]]] = {
        "round_trip": lambda: round_trips(model, recordings, arguments.renderer, say),
        "sampling": lambda: sampling_of(model, some, arguments, say),
        "gaps": lambda: gaps_of(model, some, arguments, say),
        "generation": lambda: generation_of(model, pieces, arguments, say),
        "vocoding": lambda: vocoder_against_griffinlim(model, some, seed=seed, report=say),
        "speed": lambda: speed_of(model, arguments, say),
        **{part: partial(judged, part, model, recordings, seed=seed, report=say) for part in RESTORATIONS},
    }
    return [(part, measures[part]) for part in parts]


def sampler_of(model: Model, guidance: float, eta: float = 0.0) -> Sample:
    """The model's sampler with its guidance and the share of noise on the way bound."""
    from engine.model.denoiser import sample_mel

    return partial(sample_mel, model, guidance=guidance, eta=eta)


def sampling_of(model: Model, pieces: Sequence[Any], arguments: argparse.Namespace, say: Say) -> dict[str, Any]:
    """`judging.sampling` with the model's own sampler."""
    from engine.training.judging.sampling import through_vae, trusted_samples

    return trusted_samples(
        through_vae(model),
        sampler_of(model, arguments.guidance),
        pieces,
        steps=arguments.sampling_steps,
        seed=arguments.seed,
        report=say,
    )


def gaps_of(model: Model, pieces: Sequence[Any], arguments: argparse.Namespace, say: Say) -> dict[str, Any]:
    """`judging.gaps` with the model's own sampler, and as much noise on the way as `guided` takes."""
    from engine.guess import interpolated
    from engine.training.judging.gaps import filled_gaps

    return filled_gaps(
        sampler_of(model, arguments.guidance, GuidedSettings.eta),
        interpolated,
        pieces,
        model.spec,
        steps=arguments.sampling_steps,
        start=arguments.gap_start,
        seed=arguments.seed,
        report=say,
    )


def generation_of(model: Model, pieces: Sequence[Any], arguments: argparse.Namespace, say: Say) -> dict[str, Any]:
    """`judging.generation` as `retake generate` does it, heard by its vocoder or, without one, Griffin-Lim."""
    from engine.guess import interpolated
    from engine.training.judging.generation import generated
    from engine.training.judging.vocoding import by_griffinlim, by_vocoder

    how = GenerateSettings()
    render = by_vocoder(model) if model.vocoder else by_griffinlim(model.spec, GRIFFIN_LIM_ITERATIONS, arguments.seed)
    return generated(
        lambda mel: model.encode(mel[:, None]) * model.vae.config.scaling_factor,
        sampler_of(model, how.guidance, how.eta),
        interpolated,
        render,
        pieces,
        model.spec,
        samples=arguments.samples,
        steps=how.steps,
        seed=arguments.seed,
        report=say,
    )


def speed_of(model: Model, arguments: argparse.Namespace, say: Say) -> dict[str, Any]:
    """`judging.speed`, on the CPU wherever the other parts compute."""
    from engine.model.folder import sound_components
    from engine.model.load import load_model
    from engine.training.judging.speed import speeds

    on_cpu = (
        model
        if model.placement.device.type == "cpu"
        else load_model(arguments.model, "cpu", sound_components(model.folder))
    )
    return speeds(on_cpu, sampler_of(on_cpu, 1.0) if on_cpu.unet else None, say)


def write_result(path: Path, result: dict[str, Any]) -> None:
    """Write what `run` found as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path, force=True) as part:
        part.write((json.dumps(result, indent=1, allow_nan=False) + "\n").encode())
