"""``python -m engine.training {data,vae,evaluate}``: make the bundled model again, and judge it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine.errors import RetakeError
from engine.training import evaluate as judging

RUNS = Path("runs")
MADE_MINUTES = 120.0
VAE_STEPS = 10000


def build_parser() -> argparse.ArgumentParser:
    """The parser of the three commands."""
    parser = argparse.ArgumentParser(prog="python -m engine.training", description=__doc__)
    parser.add_argument("what", choices=["data", "vae", "evaluate"])
    parser.add_argument(
        "--runs", type=Path, default=RUNS, help="folder for corpus, checkpoints and logs (default: runs)"
    )
    parser.add_argument("--audio", type=Path, action="append", default=[], help="folder of recordings to train on")
    parser.add_argument(
        "--judge",
        type=Path,
        action="append",
        default=[],
        help="folder of recordings that judge (default: those held out of --audio, else the bundled ones)",
    )
    parser.add_argument("--made-minutes", type=float, default=MADE_MINUTES, help="minutes of sound to make besides")
    parser.add_argument("--steps", type=int, help="updates of the VAE (default: the recipe's)")
    parser.add_argument("--minutes", type=float, help="bound on the training's wall time (default: its steps)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    parser.add_argument("--model", default="bundled", help="evaluate: which model")
    parser.add_argument("--renderer", default="gain", help="evaluate: which renderer")
    parser.add_argument("--out", type=Path, help="vae: the model's folder; evaluate: a JSON file")
    judging.add_options(parser)
    return parser


def main() -> int:
    """Run one command; errors are one line."""
    arguments = build_parser().parse_args()
    try:
        {"data": data, "vae": vae, "evaluate": evaluate}[arguments.what](arguments)
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


def data(arguments: argparse.Namespace) -> None:
    """Make the corpus."""
    from engine.training.data import make_corpus

    corpus = make_corpus(
        arguments.runs / "data", arguments.audio, made_minutes=arguments.made_minutes, seed=arguments.seed
    )
    say(f"{len(corpus.entries)} sounds, {len(corpus.samples) / corpus.rate / 60:.1f} minutes")


def vae(arguments: argparse.Namespace) -> None:
    """Train the VAE, write it, and judge it."""
    from engine.model.device import choose_placement
    from engine.model.load import load_model
    from engine.training.data import load_corpus
    from engine.training.judging.round_trip import round_trips
    from engine.training.loop import Bounds
    from engine.training.save import save_vae
    from engine.training.vae import ON_GPU, SPEC, VaeRecipe, level_latent, train_vae

    data(arguments)
    device = choose_placement(arguments.device).device
    recipe = ON_GPU if device.type == "cuda" else VaeRecipe()
    bounds = Bounds(arguments.steps or (None if arguments.minutes else VAE_STEPS), arguments.minutes)
    corpus = load_corpus(arguments.runs / "data")
    network = train_vae(recipe, bounds, arguments.runs / "vae", corpus, device, say)
    out = arguments.out or arguments.runs / "model"
    save_vae(level_latent(network, corpus, device), SPEC, out)
    recordings = judging.judging_recordings(arguments.judge, arguments.audio)
    model = load_model(str(out), arguments.device)
    for renderer in ("gain", "griffinlim"):
        say(f"\nrenderer {renderer}")
        round_trips(model, recordings, renderer, say)


def evaluate(arguments: argparse.Namespace) -> None:
    """Judge a model."""
    judging.run(arguments, say)


if __name__ == "__main__":
    sys.exit(main())
