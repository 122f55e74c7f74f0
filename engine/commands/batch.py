"""``retake batch``: many recordings, by several processes or machines, taken up again where it was interrupted."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from engine.commands.choices import add_order_arguments, order_from
from engine.commands.console import Progress, file_name, name, one_line, print_notes, whole_number
from engine.commands.stopping import Stopped
from engine.errors import InputError, OutputError, RetakeError
from engine.settings import components_for

if TYPE_CHECKING:
    from engine.batch.journal import Journal
    from engine.batch.outcome import Outcome
    from engine.batch.plan import Item, Plan
    from engine.batch.pool import Pool
    from engine.batch.running import Standing
    from engine.model.folder import ModelFolder
    from engine.reporting.set_distances import SetDistance
    from engine.restoring import Order

SUMMARY = "restore many recordings: files, folders, globs; --resume goes on after an interruption"
DESCRIPTION = """Restore many recordings. IN is a file, a folder with all recordings in it, or a glob ('a/**/*.wav').
Below DIR the results have the names, folders and formats of the recordings. One that fails is told of, and
the others are done.

DIR/batch.jsonl notes what was done. After an interruption, whatever it was, the same command with --resume
checks what is there and does the rest. Results depend neither on the number of workers nor on their order.

--evaluate compares: every recording is restored in every variant of --grid, and the report sets them side
by side."""
FEWEST, MOST_WORKERS, MOST_THREADS = 1, 1024, 256
FAILED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("inputs", metavar="IN", nargs="+", type=name, help="files, folders, globs")
    output = parser.add_argument_group("output")
    output.add_argument("-o", "--output", metavar="DIR", type=file_name, required=True, help="where to write")
    output.add_argument("--force", action="store_true", help="begin anew and overwrite what is in DIR")
    output.add_argument("--resume", action="store_true", help="go on with the batch that DIR holds")
    output.add_argument("--subtype", metavar="TYPE", help="sample type, such as PCM_16 (default: each recording's own)")
    output.add_argument("--region-only", action="store_true", help="write the region alone, not the whole recording")
    output.add_argument("--no-report", action="store_true", help="write no report.html, .json, .csv and .png")
    output.add_argument("--report", help=argparse.SUPPRESS)  # of `restore`; here it would be taken for --no-report
    output.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    workers = parser.add_argument_group("workers")
    workers.add_argument(
        "--workers", type=whole_number, metavar="N", help="processes (default: as cores, GPUs and memory allow)"
    )
    workers.add_argument(
        "--threads",
        type=whole_number,
        default=1,
        metavar="N",
        help="that each worker computes with (default: 1); results depend on it in their last bits",
    )
    workers.add_argument(
        "--cluster", metavar="ADDRESS", help="workers on the nodes of a Ray cluster: HOST:PORT, or auto"
    )
    workers.add_argument(
        "--cluster-files",
        choices=("shared", "sent"),
        help="how nodes get the files: the same paths on all (default), or sent to and fro",
    )
    compared = parser.add_argument_group("evaluation")
    compared.add_argument("--evaluate", action="store_true", help="compare variants; without --grid, all methods")
    compared.add_argument(
        "--grid",
        action="append",
        default=[],
        metavar="KEY=V,V",
        help="values to compare, of method, task, renderer, seed or a key of --set; several make all combinations",
    )
    add_order_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Plan, restore what is missing, report, tell."""
    began = time.monotonic()
    check_options(arguments)
    order = order_from(arguments)
    from engine.batch.grid import variants_of
    from engine.batch.journal import Journal
    from engine.batch.model import model_hash_of
    from engine.batch.plan import plan_of
    from engine.batch.running import missing_of
    from engine.model.folder import check_model

    model = check_model(order.settings.model)
    orders = variants_of(order, arguments.grid, model) if arguments.evaluate else {"": order}
    check_orders(orders, model)
    plan = plan_of(arguments.inputs, arguments.output, orders, arguments.threads)
    with Progress() as progress:
        progress.report("checking", 0, 1)
        journal = Journal(plan, model_hash_of(orders, model), resume=arguments.resume, anew=arguments.force)
        try:
            check_reports(plan, journal, arguments)
            before = len(journal.outcomes)
            missing = missing_of(plan, journal, progress.control())
            progress.close()
            print_notes(kept_notes(len(plan.items), len(missing), before - len(journal.outcomes)))
            outcomes = carried_out(plan, missing, journal, progress, arguments)
            files, trouble = report(plan, outcomes, journal, arguments, progress)
        except Stopped as stop:
            done = sum(item.key in journal.outcomes for item in plan.items)
            how = "with --resume in place of --force" if arguments.force else "with --resume"
            stop.left = f"{done} of {len(plan.items)} are done; the same command {how} goes on"
            raise
        finally:
            journal.close()
    tell(plan, outcomes, files, arguments, time.monotonic() - began)
    if trouble is not None:  # what was restored and what failed is told first
        raise trouble
    return 0 if all(outcome.is_done for outcome in outcomes) else FAILED


def check_reports(plan: Plan, journal: Journal, arguments: argparse.Namespace) -> None:
    """Refuse to write a report over files that are not of this batch.

    Raises:
        OutputError: one is there, and ``--force`` isn't given.
    """
    from engine.reporting import REPORTS

    if arguments.no_report or journal.notes & {"force", "report"}:
        return
    for path in (plan.folder / report for report in REPORTS):
        if path.exists():
            raise OutputError(
                f"{path}: exists already, and isn't of this batch; move it away, or --no-report leaves it alone "
                "(--force begins the whole batch anew)"
            )


def kept_notes(count: int, missing: int, lost: int) -> list[str]:
    """What is to be said of the results that are there already."""
    notes = []
    if count > missing:
        notes.append(f"{count - missing} of {count} are there already, checked byte for byte")
    if lost:
        notes.append(f"{lost} that were there are gone or changed, or their recordings are; they are made again")
    return notes


def check_options(arguments: argparse.Namespace) -> None:
    """Refuse what doesn't go together or is out of range.

    Raises:
        InputError: so it is.
    """
    if arguments.report is not None:
        where = arguments.output / "report.html"
        raise InputError(f"--report {arguments.report} is accepted by restore; a batch writes {where} by itself")
    if arguments.grid and not arguments.evaluate:
        raise InputError(f"--grid {arguments.grid[0]} is accepted with --evaluate")
    if arguments.force and arguments.resume:
        raise InputError("--force begins anew and --resume goes on; one of them is accepted")
    if arguments.cluster_files and not arguments.cluster:
        raise InputError(f"--cluster-files {arguments.cluster_files} is accepted with --cluster")
    if arguments.subtype is not None:
        from engine.recording.formats import check_subtype

        check_subtype(arguments.subtype)
    if arguments.cluster:
        from engine.batch.cluster import check_reachable

        check_reachable(arguments.cluster)
    for key, most in (("workers", MOST_WORKERS), ("threads", MOST_THREADS)):
        value = getattr(arguments, key)
        if value is not None and not FEWEST <= value <= most:
            raise InputError(f"{key} is {value}; accepted is {FEWEST} to {most}")


def check_orders(orders: Mapping[str, Order], model: ModelFolder) -> None:
    """Refuse at once what would fail for every recording.

    Raises:
        InputError, ModelError: the model can't do it.
    """
    from engine.model.conditioning import check_method
    from engine.model.folder import require_component

    for order in orders.values():
        for component in components_for(order.settings):
            require_component(model, component, f"method {order.settings.method}")
        check_method(order.settings, model)


def carried_out(
    plan: Plan, missing: Sequence[Item], journal: Journal, progress: Progress, arguments: argparse.Namespace
) -> list[Outcome]:
    """Restore what is missing; the outcomes of all."""
    from engine.batch.running import run_batch, sweep

    def show(standing: Standing) -> None:
        progress.report("restoring", standing.done_bytes, standing.of_bytes, standing_words(standing))

    pool = pool_for(plan, missing, journal, arguments)
    try:
        outcomes = run_batch(plan, missing, pool, journal, force="force" in journal.notes, tell=show)
    finally:
        pool.close()
        sweep(missing)
    progress.close()
    return outcomes


def pool_for(plan: Plan, missing: Sequence[Item], journal: Journal, arguments: argparse.Namespace) -> Pool:
    """Those who do the work."""
    if arguments.cluster and missing:
        return cluster_for(plan, [item.source for item in missing], journal, arguments)
    from engine.batch.processes import Processes
    from engine.batch.sizing import workers_for

    count = arguments.workers or workers_for(plan, [item.source for item in missing])
    return Processes(min(count, len(missing)), plan.orders, plan.threads)


def cluster_for(plan: Plan, sources: Sequence[Path], journal: Journal, arguments: argparse.Namespace) -> Pool:
    """Workers on the nodes of a cluster."""
    from engine.batch.cluster import Cluster
    from engine.batch.sizing import largest_bytes

    return Cluster(
        arguments.cluster,
        arguments.workers,
        len(sources),
        plan.orders,
        plan.threads,
        model_hash=journal.model_hash,
        journal=journal.path,
        sends=arguments.cluster_files == "sent",
        memory_bytes=largest_bytes(plan, sources) or 0,
    )


def standing_words(standing: Standing) -> str:
    """How many are done, how many failed, and what is being done."""
    words = f"{standing.done} of {standing.of}"
    if standing.failures:
        words += f", {standing.failures} failed"
    step = standing.latest
    if step is not None:
        words += f" ({PurePosixPath(step.item.name).name}: {step.stage} {step.done / max(1, step.of):.0%})"
    return one_line(words)


def report(
    plan: Plan, outcomes: Sequence[Outcome], journal: Journal, arguments: argparse.Namespace, progress: Progress
) -> tuple[list[Path], Exception | None]:
    """Write the report, unless it isn't wanted; what was written, or why it couldn't be: what was restored counts."""
    if arguments.no_report:
        return [], None
    from engine.reporting.set_report import write_set_report

    variants = ", ".join(plan.orders)
    title = f"Retake: {variants} compared" if arguments.evaluate else "Retake: a batch"
    settings = settings_words(plan)
    try:
        journal.note("report")
        distances = distances_of(plan, outcomes, progress) if arguments.evaluate else {}
        progress.report("reporting", 0, 1)
        control = progress.control()
        files = write_set_report(
            plan.folder, outcomes, title=title, settings=settings, control=control, distances=distances
        )
        return files, None
    except Exception as error:  # told after what was restored and what failed, which took the time
        return [], error


def distances_of(plan: Plan, outcomes: Sequence[Outcome], progress: Progress) -> Mapping[str, SetDistance]:
    """The Frechet distance of each variant, by the model that they share, with the workers' number of threads."""
    if not any(outcome.is_done for outcome in outcomes):
        return {}
    progress.report("loading", 0, 1)
    import torch

    from engine.model.load import load_model
    from engine.reporting.set_distances import set_distances

    torch.set_num_threads(plan.threads)
    control = progress.control()
    try:
        model = load_model(plan.shared.settings.model, plan.shared.settings.device, ("vae",))
        distances = set_distances(outcomes, plan.shared, model, control)
    except (RetakeError, RuntimeError, ValueError, MemoryError) as error:  # torch's are of RuntimeError
        print_notes([f"the Frechet distance wasn't measured: {one_line(str(error))}"])
        return {}
    progress.close()
    print_notes(control.notes)
    return distances


def settings_words(plan: Plan) -> dict[str, str]:
    """What all results have in common, for reading."""
    from engine.batch.journal import flat

    values = flat(plan.shared.as_json())
    words = {key: f"{value}" for key, value in values.items() if value is not None and value is not False}
    words = {key: text for key, text in words.items() if text not in ("", "{}")}
    if len(plan.orders) > 1:
        others = [flat(other.as_json()) for other in plan.orders.values()]
        words = {key: text for key, text in words.items() if all(f"{each.get(key)}" == text for each in others)}
    return {**words, "threads of each worker": str(plan.threads)}


def tell(
    plan: Plan, outcomes: Sequence[Outcome], files: Sequence[Path], arguments: argparse.Namespace, seconds: float
) -> None:
    """Print the outcome for a program (``--json``) or for a person; failures by name, whichever it is."""
    failures = [outcome for outcome in outcomes if not outcome.is_done]
    counted = Counter(note for outcome in outcomes for note in outcome.notes)
    print_notes(f"{note} ({count} of {len(outcomes)})" for note, count in counted.items())
    for outcome in failures:
        where = f"{outcome.variant}: {outcome.name}" if outcome.variant else outcome.name
        print(one_line(f"failed: {where}: {outcome.error}"), file=sys.stderr)
    done = len(outcomes) - len(failures)
    if arguments.json:
        told = {
            "output": str(plan.folder),
            "done": done,
            "failed": len(failures),
            "seconds": round(seconds, 3),
            "threads": plan.threads,
            "reports": [str(file) for file in files],
            "outcomes": [outcome.as_json() for outcome in outcomes],
        }
        print(json.dumps(told, allow_nan=False))
        return
    page = next((file for file in files if file.suffix == ".html"), None)
    rest = f"; {len(failures)} failed, named above" if failures else ""
    print(f"{done} of {len(outcomes)} restored in {seconds:.1f} s{rest}" + (f"; open {page}" if page else ""))
