"""``retake encode``: a recording at a few kilobits a second, as a `.ddcm` file."""

from __future__ import annotations

import argparse
import json
import time
from typing import TYPE_CHECKING

from engine.commands.choices import setting_text
from engine.commands.console import (
    Progress,
    add_model_arguments,
    add_reading_arguments,
    file_name,
    number,
    open_from,
    print_notes,
    whole_number,
)
from engine.errors import InputError
from engine.settings import DdcmSettings, RestoreSettings, with_options

if TYPE_CHECKING:
    from engine.audio import Clip
    from engine.ddcm.recordings import Encoded
    from engine.model.load import Model

SUMMARY = "write a recording as a .ddcm file of a few kilobits a second"
DESCRIPTION = """Write a recording as a .ddcm file: what the model must be told to make its spectrogram again.
`retake decode` needs the same model. The phase and what lies above the model's band are not in the file,
nor are channels: it holds one."""
SUFFIX = ".ddcm"
KEYS = ("variant", "codewords", "atoms", "coefficient_bits", "kind")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("input", metavar="IN", type=file_name, help="a recording: WAV, FLAC, AIFF, CAF, Ogg, MP3 ...")
    output = parser.add_argument_group("output")
    output.add_argument(
        "-o", "--output", metavar="OUT.ddcm", type=file_name, required=True, help="where to write the file"
    )
    output.add_argument("--force", action="store_true", help="overwrite OUT.ddcm if it exists")
    output.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    how = parser.add_argument_group("how")
    how.add_argument(
        "--kbps",
        type=number,
        default=DdcmSettings.kbps,
        metavar="K",
        help=f"size of the file in 1000 bits for each second (default: {DdcmSettings.kbps:g})",
    )
    how.add_argument(
        "--steps",
        type=whole_number,
        default=DdcmSettings.steps,
        metavar="N",
        help=f"how many times the model is asked, here and when decoding (default: {DdcmSettings.steps})",
    )
    how.add_argument("--seed", type=whole_number, default=0, metavar="N", help="of the codebooks (default: 0)")
    told = " ".join(f"{key}={setting_text(getattr(DdcmSettings, key))}" for key in KEYS)
    how.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=f"a setting, may be given several times; these are the defaults: {told}",
    )
    add_model_arguments(parser)
    add_reading_arguments(parser)


def settings_from(arguments: argparse.Namespace) -> RestoreSettings:
    """The settings that the arguments ask for, as those of the method `ddcm`.

    Raises:
        InputError: a value is not accepted.
    """
    how = DdcmSettings(kbps=arguments.kbps, steps=arguments.steps)
    settings = RestoreSettings(
        method="ddcm", method_settings=how, model=arguments.model, seed=arguments.seed, device=arguments.device
    )
    settings = with_options(settings, arguments.set)
    if settings.method_settings.variant == "soft":
        raise InputError("variant is 'soft', which has no file; accepted: turbo, published")
    return settings


def run(arguments: argparse.Namespace) -> int:
    """Encode, write, tell."""
    began = time.monotonic()
    settings = settings_from(arguments)
    from engine.model.folder import check_model, require_component
    from engine.saving import check_place

    if arguments.output.suffix.lower() != SUFFIX:
        raise InputError(f"output is {arguments.output}; a name ending in {SUFFIX} is accepted")
    check_place(arguments.output, [arguments.input], arguments.force)
    with open_from(arguments, arguments.input) as clip, Progress() as progress:
        require_component(check_model(settings.model), "unet", "encode")
        progress.report("loading", 0, 1)
        from engine.ddcm.recordings import CODED, encode_clip
        from engine.jobs import licence_notes
        from engine.model.load import load_model

        model = load_model(settings.model, settings.device, CODED)
        control = progress.control()
        encoded = encode_clip(clip, settings.method_settings, settings.seed, model, control)
        progress.report("writing", 0, 1)
        write(encoded.data, arguments)
        progress.close()
        print_notes([*clip.notes, *licence_notes(model), *control.notes])
        tell(described(clip, encoded, settings, model, arguments, time.monotonic() - began), arguments.json)
    return 0


def write(data: bytes, arguments: argparse.Namespace) -> None:
    """Write the file, whole or not at all."""
    from engine.saving import written_whole

    with written_whole(arguments.output, force=arguments.force, needed_bytes=len(data)) as part:
        part.write(data)


def described(
    clip: Clip,
    encoded: Encoded,
    settings: RestoreSettings,
    model: Model,
    arguments: argparse.Namespace,
    seconds: float,
) -> dict[str, object]:
    """The object that ``--json`` prints."""
    plan = encoded.plan
    return {
        "input": str(clip.path),
        "output": str(arguments.output),
        "rate": clip.rate,
        "channels": clip.channels,
        "length_s": clip.duration_s,
        "bytes": len(encoded.data),
        "kbps": 8 * len(encoded.data) / clip.duration_s / 1000,
        "variant": plan.variant,
        "codewords": plan.codewords,
        "atoms": plan.atoms / plan.cells,
        "model": model.folder.name,
        "seed": settings.seed,
        "steps": plan.steps,
        "device": str(model.placement.device),
        "seconds": round(seconds, 3),
        "mel_db": encoded.mel_db,
        "vae_mel_db": encoded.ceiling_db,
    }


def tell(row: dict[str, object], as_json: bool) -> None:
    """Print the result for a program (``--json``) or for a person."""
    if as_json:
        print(json.dumps(row, allow_nan=False))
        return
    print(
        f"{row['output']}: {row['length_s']:.3f} s in {row['bytes']} bytes, {row['kbps']:.2f} kbps ({row['variant']}, "
        f"{row['steps']} steps) in {row['seconds']:.1f} s on {row['device']}"
    )
    print(f"mel error {row['mel_db']:.2f} dB; that of the VAE alone {row['vae_mel_db']:.2f} dB")
