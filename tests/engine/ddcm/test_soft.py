from __future__ import annotations

import pytest
import torch

from engine.ddcm.soft import centres, softly_quantised
from engine.errors import Cancelled
from engine.progress import Control


def quantised(latent: torch.Tensor, entries: int, temperature: float, seed: int = 0) -> torch.Tensor:
    weight = torch.ones(1, 1, *latent.shape[-2:])
    return softly_quantised(latent, weight, entries, temperature, torch.Generator().manual_seed(seed), Control())


@pytest.fixture
def latent() -> torch.Tensor:
    return torch.randn(1, 8, 16, 16, generator=torch.Generator().manual_seed(1))


def test_more_entries_come_closer_and_as_many_as_cells_are_exact(latent: torch.Tensor) -> None:
    few, some = (float((quantised(latent, count, 0) - latent).square().mean()) for count in (4, 64))
    assert some < few
    assert torch.allclose(quantised(latent, 5000, 0), latent, atol=1e-5)


def test_temperature_blends(latent: torch.Tensor) -> None:
    hard, cold, hot = (quantised(latent, 32, temperature) for temperature in (0, 1e-4, 1e4))
    assert torch.allclose(hard, cold, atol=1e-3)
    assert len(torch.unique(hard[0].flatten(1).T, dim=0)) <= 32
    assert float(hot.std(dim=(2, 3)).max()) < 0.01


def test_centres_find_clusters_and_follow_weights() -> None:
    places = torch.tensor([[5.0] * 8, [-5.0] * 8])
    noise = 0.1 * torch.randn(200, 8, generator=torch.Generator().manual_seed(0))
    vectors = places.repeat(100, 1) + noise
    counts = torch.tensor([1.0, 0.0]).repeat(100)
    book = centres(vectors, counts, 3, torch.Generator().manual_seed(0), Control())
    assert torch.allclose(book, places[0].expand(3, 8), atol=0.5)


def test_the_same_seed_gives_the_same_entries(latent: torch.Tensor) -> None:
    assert torch.equal(quantised(latent, 16, 0.1), quantised(latent, 16, 0.1))
    assert not torch.equal(quantised(latent, 16, 0.1), quantised(latent, 16, 0.1, seed=1))


def test_cancel_answers(latent: torch.Tensor) -> None:
    with pytest.raises(Cancelled):
        softly_quantised(latent, torch.ones(1, 1, 16, 16), 8, 0.1, torch.Generator(), Control(cancelled=lambda: True))
