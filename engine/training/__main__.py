"""``python -m engine.training COMMAND``: make the bundled model again, and judge it.

Stopped or killed, the same command goes on from the last checkpoint.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import InputError, RetakeError
from engine.training import evaluate as judging

if TYPE_CHECKING:
    from engine.training.data import Corpus

RUNS = Path("runs")
MADE_MINUTES = 120.0
COMPONENTS = ("vae", "unet", "vocoder")


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(prog="python -m engine.training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    data = commands.add_parser("data", help="make the corpus")
    _add_corpus(data)
    _add_seed(data)

    pack = commands.add_parser("pack", help="make the corpus, and from it one small file")
    _add_corpus(pack)
    _add_seed(pack)
    pack.add_argument("--megabytes", type=float, help="at most so large (default: 40)")
    pack.add_argument("--out", type=Path, required=True, metavar="FILE")

    for name in (*COMPONENTS, "all"):
        what = "vae, unet and vocoder, then judge" if name == "all" else f"the {name}"
        train = commands.add_parser(name, help=f"train {what}")
        _add_corpus(train)
        _add_seed(train)
        _add_training(train)

    evaluate = commands.add_parser("evaluate", help="judge a model")
    _add_judging(evaluate)

    join = commands.add_parser("join", help="put together what --pieces wrote")
    join.add_argument("from_pieces", type=Path, metavar="PIECES", help="folder of the pieces and their manifest")
    join.add_argument("-o", "--out", type=Path, required=True, metavar="FOLDER", help="a new folder")
    return parser


def _add_corpus(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", type=Path, default=RUNS, help="folder for what is made (default: runs)")
    parser.add_argument("--audio", type=Path, action="append", default=[], help="folder of recordings to train on")
    parser.add_argument(
        "--made-minutes",
        type=float,
        default=MADE_MINUTES,
        help=f"minutes of sound to make besides (default: {MADE_MINUTES:g})",
    )


def _add_seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=_seed, default=0)


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no seed; a whole number from 0 is expected")
    return int(text)


def _add_training(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--corpus", type=Path, metavar="PACK", help="train on what `pack` wrote")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument("--minutes", type=float, help="bound on the wall time of all training together")
    parser.add_argument("--steps", type=int, help="bound on the updates of each component")
    parser.add_argument(
        "--from", dest="begin", default="scratch", help="go on from scratch, bundled or a model's FOLDER"
    )
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="the model (default: model in --runs)")
    parser.add_argument("--pieces", type=Path, metavar="DIR", help="write model and logs there too, in small files")


def _add_judging(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--audio", type=Path, action="append", default=[], help="folder whose held-out ones judge")
    parser.add_argument("--judge", type=Path, action="append", default=[], help="folder of recordings that judge")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument("--model", default="bundled")
    parser.add_argument("--renderer", default="gain", help="of the round trips (default: gain)")
    parser.add_argument("--out", type=Path, help="a JSON file")
    _add_seed(parser)
    judging.add_options(parser)


def main() -> int:
    """Run one command; errors are one line."""
    arguments = build_parser().parse_args()
    try:
        COMMANDS[arguments.command](arguments)
    except RetakeError as error:
        print(f"engine.training: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("engine.training: stopped; the same command goes on from the last checkpoint", file=sys.stderr)
        return 130
    return 0


def say(line: str) -> None:
    """Tell the user, at once."""
    print(line, flush=True)


def data(arguments: argparse.Namespace) -> Corpus:
    """Make the corpus."""
    from engine.training.data import make_corpus

    corpus = make_corpus(
        arguments.runs / "data", arguments.audio, made_minutes=arguments.made_minutes, seed=arguments.seed
    )
    say(f"{len(corpus.entries)} sounds, {len(corpus.samples) / corpus.rate / 60:.1f} minutes")
    return corpus


def pack(arguments: argparse.Namespace) -> None:
    """Make the corpus, and one file of it."""
    from engine.training.pack import MEGABYTES, write_pack

    corpus = data(arguments)
    megabytes = MEGABYTES if arguments.megabytes is None else arguments.megabytes
    taken = write_pack(corpus, arguments.out, megabytes=megabytes, seed=arguments.seed)
    minutes = {
        real: sum(entry.length for entry in taken if entry.real is real) / corpus.rate / 60 for real in (True, False)
    }
    say(
        f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.1f} MB, {len(taken)} sounds: "
        f"{minutes[True]:.1f} minutes of recordings, {minutes[False]:.1f} of made sounds"
    )


def train(arguments: argparse.Namespace) -> None:
    """Train one component or all; all are judged."""
    from engine.training.recipe import Plan, choose_device, deliver, judge, make

    everything = arguments.command == "all"
    plan = Plan(
        COMPONENTS if everything else (arguments.command,),
        arguments.runs,
        arguments.out or arguments.runs / "model",
        choose_device(arguments.device),
        seed=arguments.seed,
        minutes=arguments.minutes,
        steps=arguments.steps,
        begin=arguments.begin,
        pieces=arguments.pieces,
    )
    make(plan, _corpus(arguments), say)
    if everything and (figures := judge(plan, say)) is not None:
        deliver(plan, say, (figures,))


def _corpus(arguments: argparse.Namespace) -> Corpus:
    if arguments.corpus is None:
        return data(arguments)
    if arguments.audio:
        raise InputError("--corpus and --audio were given; accepted is one of them")
    from engine.training.pack import read_pack

    corpus = read_pack(arguments.corpus)
    say(f"{len(corpus.entries)} sounds, {len(corpus.samples) / corpus.rate / 60:.1f} minutes")
    return corpus


def evaluate(arguments: argparse.Namespace) -> None:
    """Judge a model."""
    judging.run(arguments, say)


def join(arguments: argparse.Namespace) -> None:
    """Put pieces together."""
    from engine.training.pieces import join as joined

    files = joined(arguments.from_pieces, arguments.out)
    say(f"{arguments.out}: {len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.1f} MB")


COMMANDS = {
    "data": data,
    "pack": pack,
    **dict.fromkeys((*COMPONENTS, "all"), train),
    "evaluate": evaluate,
    "join": join,
}

if __name__ == "__main__":
    sys.exit(main())
