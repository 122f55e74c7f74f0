"""How many codewords each tile gets at each step, and what that takes in bits.

The atoms of a file are spread evenly over all tiles and steps: counted over ``n = (step - 1) * tiles + (tile + step) %
tiles``, a tile gets ``floor((n + 1) A / cells) - floor(n A / cells)`` of the ``A`` atoms, so that a rate is met to
within one codeword. Steps are counted from 1; the last of ``T`` steps draws no noise, so ``T - 1`` of them are coded.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from engine.ddcm.packing import subset_width
from engine.errors import InputError
from engine.settings import DdcmSettings

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

    def filling(self, bits: float) -> Plan:
        """This plan with as many atoms as go into ``bits``.

        Raises:
            InputError: it can't take so few or so many.
        """
        least, most = self.with_each(0).bits, self.with_each(self.most_atoms).bits
        if not least <= bits <= most:
            raise InputError(
                f"{bits / 8:.0f} bytes are left for the codes; {self.steps} steps of {self.tiles} tiles with "
                f"{self.codewords} codewords take {-(-least // 8)} to {most // 8} bytes"
            )
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


def plan_for(settings: DdcmSettings, frames: int, bits: float) -> Plan:
    """The plan for ``frames`` mel frames in ``bits``, or with the atoms that the settings ask for.

    Raises:
        InputError: the bits are too few or too many.
    """
    plan = Plan(settings.variant, settings.steps, settings.codewords, settings.coefficient_bits, tiles_of(frames))
    return plan.with_each(settings.atoms) if settings.atoms else plan.filling(bits)
