from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.ddcm.codebook import codewords
from engine.ddcm.codes import Code, codewords_of, found, noise_of, read_code, write_code
from engine.ddcm.packing import BitReader, BitWriter
from engine.ddcm.plan import Plan

VALUES = 1024
TURBO, PUBLISHED = Plan("turbo", 30, 256, 2, 4), Plan("published", 30, 256, 2, 4)


@pytest.fixture
def residual() -> torch.Tensor:
    return torch.randn(4, VALUES, generator=torch.Generator().manual_seed(0))


def gains(residual: torch.Tensor, plan: Plan, counts: list[int]) -> np.ndarray:
    """How far the noise of each tile points along its residual: the cosine."""
    book = codewords(0, 1, np.arange(plan.codewords), VALUES)
    codes = found(residual, book, counts, plan)
    chosen = codewords_of(codes, plan)
    noise = np.stack([noise_of(code, book[list(n)], plan) for code, n in zip(codes, chosen, strict=True)])
    assert np.sqrt((noise.astype(float) ** 2).mean(axis=1)) == pytest.approx(1, abs=1e-6)
    aim = residual.numpy()
    return (noise * aim).sum(axis=1) / np.sqrt((noise**2).sum(axis=1) * (aim**2).sum(axis=1))


def test_turbo_takes_the_strongest_with_their_signs(residual: torch.Tensor) -> None:
    book = codewords(0, 1, np.arange(256), VALUES)
    (code, *_) = found(residual, book, [5, 5, 5, 5], TURBO)
    products = book.astype(float) @ residual[0].numpy()
    strongest = np.sort(np.argsort(-np.abs(products))[:5])
    assert code.codewords == tuple(strongest)
    assert code.factors == tuple((products[strongest] > 0).astype(int))


@pytest.mark.parametrize("plan", [TURBO, PUBLISHED])
def test_more_codewords_point_better(residual: torch.Tensor, plan: Plan) -> None:
    one, four, nine = (gains(residual, plan, [count] * 4).mean() for count in (1, 4, 9))
    assert 0.05 < one < four < nine


def test_turbo_points_as_far_as_the_largest_of_many_normal_numbers_do(residual: torch.Tensor) -> None:
    products = np.sort(np.abs(np.random.default_rng(0).standard_normal((1000, 256))))[:, -8:]
    expected = np.sqrt(8) * products.mean() / np.sqrt(VALUES)
    assert gains(residual, TURBO, [8] * 4).mean() == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("plan", [TURBO, PUBLISHED])
def test_each_tile_gets_as_many_as_it_is_given(residual: torch.Tensor, plan: Plan) -> None:
    book = codewords(0, 1, np.arange(256), VALUES)
    codes = found(residual, book, [0, 1, 2, 3], plan)
    assert [len(code.codewords) for code in codes] == [0, 1, 2, 3]
    assert codewords_of(codes, plan)[0] == (0,)
    assert found(residual, book, [3, 3, 3, 3], plan)[3] == codes[3]


@pytest.mark.parametrize("plan", [TURBO, PUBLISHED])
@pytest.mark.parametrize("atoms", [0, 1, 6])
def test_a_code_comes_back_from_its_bits_which_are_as_many_as_planned(plan: Plan, atoms: int) -> None:
    rng = np.random.default_rng(atoms)
    chosen = rng.choice(256, atoms, replace=False)
    count, most = (atoms, 2) if plan.variant == "turbo" else (max(0, atoms - 1), 4)
    ordered = np.sort(chosen) if plan.variant == "turbo" else chosen
    code = Code(tuple(ordered.tolist()), tuple(rng.integers(0, most, count).tolist()))
    writer = BitWriter()
    write_code(code, writer, plan)
    data = writer.finished()
    assert len(data) == -(-plan.width(atoms) // 8)
    assert read_code(BitReader(data), atoms, plan) == code
