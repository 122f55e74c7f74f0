"""The model of a batch, which results follow from as they do from the orders."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.folder import ModelFolder, check_model, weights_hash
from engine.restoring import Order
from engine.settings import components_for


def model_of(orders: Mapping[str, Order]) -> ModelFolder:
    """The model that all orders share, by variant.

    Raises:
        ModelError: it is not there, or damaged.
    """
    return check_model(next(iter(orders.values())).settings.model)


def model_hash_of(orders: Mapping[str, Order], model: ModelFolder) -> str:
    """SHA-256 of what the orders use of their model, hexadecimal."""
    return weights_hash(model, sorted({part for order in orders.values() for part in components_for(order.settings)}))
