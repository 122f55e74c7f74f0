"""How many codewords each tile gets at each step, and what that takes in bits.

The atoms of a file are spread evenly over all tiles and steps: counted over ``n = (step - 1) * tiles + (tile + step) %
tiles``, a tile gets ``floor((n + 1) A / cells) - floor(n A / cells)`` of the ``A`` atoms, so that a rate is met to
within one codeword. Steps are counted from 1; the last of ``T`` steps draws no noise, so ``T - 1`` of them are coded.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

from engine.ddcm.packing import subset_width
from engine.errors import InputError
from engine.settings import LEAST_KBPS, MOST_KBPS, DdcmSettings

TILE_MEL_FRAMES = 32  # what the networks take is a multiple of it
TIME_BITS = 10
MOST_TIMES = 1 << TIME_BITS
MOST_ATOMS = 64  # of a tile at a step


@dataclass(frozen=True)
class Plan:
    """What encoder and decoder agree on before the first step.

    Attributes:
        variant: ``turbo`` or ``published``.
        steps: T, how often the model is asked; at least 2.
        codewords: K, in each step's codebook; a power of two for ``published``.
        coefficient_bits: C, for ``published``.
        tiles: of 32 mel frames each.
        atoms: in all steps and tiles together.
    """

    variant: str
    steps: int
    codewords: int
    coefficient_bits: int
    tiles: int
    atoms: int = 0

    @property
    def cells(self) -> int:
        """Steps that are coded, times tiles."""
        return (self.steps - 1) * self.tiles

    def atoms_at(self, step: int) -> list[int]:
        """How many atoms each tile gets at a step."""
        counted = ((step - 1) * self.tiles + (tile + step) % self.tiles for tile in range(self.tiles))
        return [(n + 1) * self.atoms // self.cells - n * self.atoms // self.cells for n in counted]

    def width(self, atoms: int) -> int:
        """Bits of one tile at one step: of the set of codewords and a sign each, or of codewords and coefficients."""
        if self.variant == "turbo" or not atoms:
            return subset_width(self.codewords, atoms) + atoms
        return atoms * (self.codewords - 1).bit_length() + (atoms - 1) * self.coefficient_bits

    @property
    def most_atoms(self) -> int:
        """The most that a tile can make use of at a step."""
        return min(MOST_ATOMS, max(1, self.codewords // 2)) if self.variant == "turbo" else MOST_ATOMS

    @property
    def bits(self) -> int:
        """Of all codes, noise levels included."""
        few, more = divmod(self.atoms, self.cells)
        wider = more * (self.width(few + 1) - self.width(few)) if more else 0
        return (self.steps - 1) * TIME_BITS + self.cells * self.width(few) + wider

    @property
    def range_bits(self) -> tuple[int, int]:
        """The fewest and the most that all codes can take."""
        return self.with_each(0).bits, self.with_each(self.most_atoms).bits

    def filling(self, bits: float) -> Plan:
        """This plan with as many atoms as go into ``bits``, which it must be able to take (`plan_for`)."""
        least, most = self.range_bits
        assert least <= bits <= most, f"{bits} bits; {least} to {most} can be taken"
        few = max(count for count in range(self.most_atoms + 1) if self.with_each(count).bits <= bits)
        if few == self.most_atoms:
            return self.with_each(few)
        spare = int(bits) - self.with_each(few).bits
        more = min(self.cells - 1, spare // (self.width(few + 1) - self.width(few)))
        return dataclasses.replace(self, atoms=few * self.cells + more)

    def with_each(self, atoms: int) -> Plan:
        """This plan with so many atoms for every tile at every step."""
        return dataclasses.replace(self, atoms=atoms * self.cells)


def tiles_of(frames: int) -> int:
    """How many tiles ``frames`` mel frames take."""
    return -(-frames // TILE_MEL_FRAMES)


def plan_for(settings: DdcmSettings, frames: int, length_s: float, *, header_bytes: int = 0) -> Plan:
    """The plan for ``frames`` mel frames of ``length_s`` seconds at the rate, or with the atoms, that are asked for.

    Args:
        header_bytes: that the rate has to pay for too.

    Raises:
        InputError: the rate can't be had; says which can.
    """
    plan = Plan(settings.variant, settings.steps, settings.codewords, settings.coefficient_bits, tiles_of(frames))
    if settings.atoms:
        return plan.with_each(settings.atoms)
    least, most = ((bits + 8 * header_bytes) / length_s / 1000 for bits in plan.range_bits)
    if not least <= settings.kbps <= most:
        raise InputError(refusal(settings, length_s, least, most))
    return plan.filling(1000 * settings.kbps * length_s - 8 * header_bytes)


def refusal(settings: DdcmSettings, length_s: float, least_kbps: float, most_kbps: float) -> str:
    """Why a rate can't be had where the codes take ``least_kbps`` to ``most_kbps``, and what can."""
    how = f"{settings.steps} steps and {settings.codewords} codewords"
    low = max(LEAST_KBPS, math.ceil(100 * least_kbps) / 100)
    high = min(MOST_KBPS, math.floor(100 * most_kbps) / 100)
    if low > MOST_KBPS:
        return (
            f"{length_s:.3f} s are too short to be coded with {how}, which take {low:.2f} kbps or more; "
            f"up to {MOST_KBPS:g} is accepted; fewer steps take less"
        )
    if high < low:
        return (
            f"{how} are too few to code {length_s:.3f} s, of which they fill {high:.2f} kbps at most; "
            f"{low:g} or more is accepted; more steps or codewords fill more"
        )
    return f"kbps is {settings.kbps:g}; for {length_s:.3f} s, {how} accepted is {low:.2f} to {high:.2f}"
