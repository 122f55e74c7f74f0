"""``retake decode``: sound of a `.ddcm` file."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands.console import (
    Progress,
    add_model_arguments,
    add_sound_output_arguments,
    file_name,
    print_notes,
    whole_number,
)
from engine.commands.stopping import look
from engine.errors import InputError, RecordingError
from engine.settings import RestoreSettings

if TYPE_CHECKING:
    from engine.ddcm.container import Header
    from engine.model.load import Model

SUMMARY = "make sound of a .ddcm file"
DESCRIPTION = """Make sound of a .ddcm file, with the model that it was encoded with: the spectrogram is
that of the encoder, the phase is found anew by the model's vocoder, or by Griffin-Lim where it has none.
OUT has the rate, length, level and number of channels of the recording; all of its channels are the same."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("input", metavar="IN.ddcm", type=file_name, help="a file that `retake encode` wrote")
    add_sound_output_arguments(parser, "the sound", "24 bits")
    how = parser.add_argument_group("how")
    how.add_argument("--steps", type=whole_number, metavar="N", help="refuse a file of another number of steps")
    how.add_argument(
        "--seed", type=whole_number, default=0, metavar="N", help="of the phase, where it is found anew (default: 0)"
    )
    add_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Decode, render, write, tell."""
    began = time.monotonic()
    settings = RestoreSettings(model=arguments.model, seed=arguments.seed, device=arguments.device)
    from engine.export import check_target
    from engine.model.folder import check_model, require_component, sound_components
    from engine.recording.formats import Shape, choose_format

    check_target(arguments.output, sources=[arguments.input], force=arguments.force)
    data = read_file(arguments.input)
    with Progress() as progress:
        from engine.ddcm.container import unpacked

        header, codes = unpacked(data, str(arguments.input))
        check_steps(header, arguments.steps)
        shape = Shape(header.rate, header.channels, header.frames)
        choose_format(arguments.output, shape, None, container=None, subtype=arguments.subtype)
        folder = check_model(settings.model)
        require_component(folder, "unet", "decode")
        progress.report("loading", 0, 1)
        import torch

        from engine.ddcm.recordings import check_model_of, decode_mel, decode_sound
        from engine.export import write_samples
        from engine.jobs import licence_notes
        from engine.model.load import load_model

        check_model_of(header, folder, str(arguments.input))
        model = load_model(settings.model, settings.device, sound_components(folder))
        control = progress.control()
        mel = decode_mel(header, codes, model, control)
        sound = decode_sound(header, mel, model, torch.Generator().manual_seed(settings.seed), control)
        progress.report("writing", 0, 1)
        written = write_samples(
            sound,
            header.rate,
            arguments.output,
            subtype=arguments.subtype,
            force=arguments.force,
            dither_seed=settings.seed,
            cancelled=look,
        )
        progress.close()
        print_notes([*licence_notes(model), *control.notes, *written.notes])
    tell(described(header, model, arguments, len(data), time.monotonic() - began), arguments.json)
    return 0


def read_file(path: Path) -> bytes:
    """All bytes of a file.

    Raises:
        RecordingError: it can't be read, or is empty.
    """
    from engine.audio import check_file

    check_file(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordingError(f"{path}: can't be read: {error.strerror or error}") from error


def check_steps(header: Header, steps: int | None) -> None:
    """Refuse a number of steps that is not the file's.

    Raises:
        InputError: it isn't.
    """
    if steps is not None and steps != header.steps:
        raise InputError(f"steps is {steps}; the file was encoded with {header.steps}, and only these decode it")


def described(
    header: Header, model: Model, arguments: argparse.Namespace, size: int, seconds: float
) -> dict[str, object]:
    """The object that ``--json`` prints."""
    from engine.render.alone import renderer_for

    length_s = header.frames / header.rate
    return {
        "input": str(arguments.input),
        "output": str(arguments.output),
        "rate": header.rate,
        "channels": header.channels,
        "length_s": length_s,
        "bytes": size,
        "kbps": 8 * size / length_s / 1000,
        "variant": header.variant,
        "renderer": renderer_for(model),
        "model": model.folder.name,
        "seed": arguments.seed,
        "steps": header.steps,
        "device": str(model.placement.device),
        "seconds": round(seconds, 3),
    }


def tell(row: dict[str, object], as_json: bool) -> None:
    """Print the result for a program (``--json``) or for a person."""
    if as_json:
        print(json.dumps(row, allow_nan=False))
        return
    print(
        f"{row['output']}: {row['length_s']:.3f} s of {row['kbps']:.2f} kbps decoded ({row['variant']}, "
        f"{row['steps']} steps, {row['renderer']}) in {row['seconds']:.1f} s on {row['device']}"
    )
