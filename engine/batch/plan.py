"""Which recordings a batch is about, and where each result goes."""

from __future__ import annotations

import functools
import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from engine.errors import InputError
from engine.recording.formats import CONTAINERS
from engine.restoring import Order

Key = tuple[str, str]


@dataclass(frozen=True)
class Item:
    """One recording and one way to restore it.

    Attributes:
        name: of the recording, relative to the batch's folder, with ``/`` on every system.
        variant: of an evaluation; empty in a plain batch.
        source: the recording.
        target: where its result goes.
    """

    name: str
    variant: str
    source: Path
    target: Path

    @property
    def key(self) -> Key:
        """What tells it from the others."""
        return self.variant, self.name


@dataclass(frozen=True)
class Plan:
    """What a batch does.

    Attributes:
        folder: where the results go.
        orders: by variant; a plain batch has one, called ``""``.
        items: in order; each belongs to one of ``orders``.
        threads: that each worker computes with; results depend on it in their last bits.
    """

    folder: Path
    orders: Mapping[str, Order]
    items: Sequence[Item]
    threads: int

    @property
    def shared(self) -> Order:
        """What all orders share: everything but their settings, and of these model and device."""
        return next(iter(self.orders.values()))


def plan_of(inputs: Sequence[str], folder: Path, orders: Mapping[str, Order], threads: int) -> Plan:
    """What is to be done with all recordings that the inputs name, and each order.

    Args:
        inputs: files, folders (with all in them) and globs; `find_recordings` says how they are named.
        folder: where the results go, under the recordings' names, and with variants in a folder for each.
        orders: by variant.
        threads: of each worker.

    Raises:
        InputError: an input is not there, or holds no recording; two would have the same result, or a result would
            take an input's place.
    """
    found = find_recordings(inputs, folder)
    items = [
        Item(name, variant, source, folder.joinpath(*filter(None, (variant, *PurePosixPath(name).parts))))
        for variant in orders
        for name, source in found.items()
    ]
    sources = {source.resolve() for source in found.values()}
    resolved = functools.cache(Path.resolve)
    for item in items:
        place = item.target.resolve() if item.target.is_symlink() else resolved(item.target.parent) / item.target.name
        if place in sources:
            raise InputError(f"{item.target} is an input, and the result of {item.source} would go there")
    return Plan(folder, orders, items, threads)


def find_recordings(inputs: Sequence[str], folder: Path) -> dict[str, Path]:
    """Recordings by name, sorted: a file's own name; in a folder, the place below it.

    Where there is more than one input, a folder's own name comes first, as if it had been copied; what a glob finds is
    named from where the glob begins. Results of ``folder``, hidden files and links to folders are left out.

    Raises:
        InputError: an input is not there, or holds no recording; or two recordings have the same name.
    """
    found: dict[str, Path] = {}
    out = folder.resolve()
    for text in inputs:
        if Path(text).resolve() == out:
            raise InputError(f"input {text!r} is where the results go; another folder is accepted there")
        before = len(found)
        try:
            named = list(_named(text, alone=len(inputs) == 1, out=out))
        except (
            OSError,
            ValueError,
            RuntimeError,
        ) as error:  # no right to list it, `a/**.wav`, links in rings
            reason = error.strerror if isinstance(error, OSError) and error.strerror else error
            raise InputError(f"input {text!r} can't be looked through: {reason}") from error
        for name, source in named:
            other = found.setdefault(name, source)
            if other is not source and other.resolve() != source.resolve():
                raise InputError(f"{other} and {source} would have the same result, {name}; give their folders instead")
        if len(found) == before and not Path(text).is_file():
            raise InputError(f"input {text!r} holds no recording; accepted are {', '.join(CONTAINERS)}")
    return {name: found[name] for name in sorted(found)}


def _named(text: str, *, alone: bool, out: Path) -> Iterator[tuple[str, Path]]:
    path = Path(text)
    if path.is_dir():
        first = PurePosixPath() if alone else PurePosixPath(path.resolve().name)
        for source in _recordings_in(path, out):
            yield str(first / source.relative_to(path).as_posix()), source
    elif path.exists():
        yield path.name, path
    elif glob.has_magic(text):
        start, pattern = _split(path)
        for match in sorted(start.glob(pattern)):
            sources = _recordings_in(match, out) if match.is_dir() else [match] if _is_recording(match) else []
            for source in sources:
                place = source.relative_to(start)
                hidden = any(part.startswith(".") for part in place.parts)
                if not hidden and out not in source.resolve().parents:
                    yield place.as_posix(), source
    else:
        raise InputError(f"input {text!r}: no such file or folder")


def _split(path: Path) -> tuple[Path, str]:
    """The folder in which a glob begins to look, and the pattern below it."""
    plain = next(index for index, part in enumerate(path.parts) if glob.has_magic(part))
    return Path(*path.parts[:plain]), str(Path(*path.parts[plain:]))


def _recordings_in(folder: Path, out: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder, onerror=_refuse):
        here = Path(place)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and (here / name).resolve() != out)
        if here.resolve() != out:
            yield from (here / name for name in sorted(files) if _is_recording(here / name))


def _refuse(error: OSError) -> None:
    raise error


def _is_recording(path: Path) -> bool:
    return path.suffix.lower() in CONTAINERS and not path.name.startswith(".")
