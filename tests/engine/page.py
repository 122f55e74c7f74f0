"""A report's page as the tests read it."""

from __future__ import annotations

import base64
import io
from html.parser import HTMLParser

import numpy as np
import soundfile

FLAC = "data:audio/flac;base64,"


class Page(HTMLParser):
    """Tags with their attributes, tables and the text of the page; complains of a tag left open.

    Attributes:
        tags: name and attributes, in order.
        text: pieces of text, in order.
        tables: caption -> rows of cells' text, the heads first.
    """

    VOID = frozenset({"meta", "img", "link", "br"})

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.open: list[str] = []
        self._caption, self._rows = "", []
        self.feed(source)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "table":
            self._caption, self._rows = "", []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag == "table":
            self.tables[self._caption] = self._rows

    def handle_data(self, data):
        self.text.append(data)
        if "caption" in self.open:
            self._caption += data
        elif "td" in self.open or "th" in self.open:
            self._rows[-1][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def told(self) -> str:
        """All of its text."""
        return " ".join(self.text)

    def sounds(self) -> list[tuple[np.ndarray, int]]:
        """What the players hold, in order: (frames, channels) and the rate."""
        sources = [attributes["src"] for attributes in self.all("audio")]
        assert all(source.startswith(FLAC) for source in sources)
        return [soundfile.read(io.BytesIO(base64.b64decode(source[len(FLAC) :])), always_2d=True) for source in sources]

    def assert_whole(self) -> None:
        """Assert that it needs nothing from elsewhere, and what those who don't see it, or use no mouse, need."""
        for _, attributes in self.tags:
            for name in ("src", "href"):
                assert (attributes.get(name) or "#").startswith(("#", "data:"))
        assert not self.all("link")
        assert self.all("html")[0]["lang"] == "en"
        assert all(len(attributes["alt"]) > 40 for attributes in self.all("img"))
        assert all(attributes["aria-label"] for attributes in self.all("audio"))
        assert all(attributes.get("scope") in ("row", "col") for attributes in self.all("th"))
        assert len(self.all("caption")) == len(self.all("table"))
        ids = [attributes["id"] for _, attributes in self.tags if "id" in attributes]
        assert len(ids) == len(set(ids))
        assert {attributes["href"][1:] for attributes in self.all("a")} <= set(ids)
