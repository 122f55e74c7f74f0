"""The bounded place for what can be made again."""

from __future__ import annotations

from desktop.pyramids.shelf import Shelf


def test_the_least_recently_used_goes_first() -> None:
    shelf: Shelf[str, int] = Shelf(30)
    for number, key in enumerate("abc"):
        shelf.put(key, number, 10)
    assert shelf.get("a") == 0
    shelf.put("d", 3, 10)
    assert [key for key, _ in shelf.items()] == ["c", "a", "d"]
    assert shelf.get("b") is None
    assert shelf.bytes == 30


def test_a_value_put_anew_counts_once() -> None:
    shelf: Shelf[str, int] = Shelf(30)
    shelf.put("a", 1, 10)
    shelf.put("a", 2, 20)
    assert shelf.get("a") == 2
    assert shelf.bytes == 20


def test_what_was_put_last_stays_even_over_the_limit() -> None:
    shelf: Shelf[str, int] = Shelf(30)
    shelf.put("a", 1, 10)
    shelf.put("b", 2, 100)
    assert [key for key, _ in shelf.items()] == ["b"]
    shelf.remove(["b", "unknown"])
    assert shelf.bytes == 0
