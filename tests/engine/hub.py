"""A hub of models on this machine: what huggingface_hub and Retake ask of one, with a count of the bytes it gave."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STORED_OUTSIDE_GIT = (".safetensors", ".model", ".bin")
COMMIT = "c0ffee" + "0" * 34
BLOCK = 1 << 16


@dataclass
class Hub:
    """One repository and how it is served.

    Attributes:
        files: content by path.
        card: the fields of its model card, as the hub tells them.
        repo, commit: whose they are.
        status: of every answer, with the hub's own code of the error beside it, where it isn't 200.
        announced: sizes that the hub tells instead of the true ones.
        spoilt: paths of which the last byte is sent wrong.
        cut: how many bytes of a path are sent before the connection breaks, once.
        held: how many bytes of a path are sent before the server waits for `go_on`.
        asked: method, path and headers of every request.
        served: bytes of content sent, by path.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    card: dict[str, Any] = field(default_factory=dict)
    repo: str = "maker/small"
    commit: str = COMMIT
    status: tuple[int, str] = (200, "")
    announced: dict[str, int] = field(default_factory=dict)
    spoilt: set[str] = field(default_factory=set)
    cut: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    served: dict[str, int] = field(default_factory=dict)
    go_on: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def served_bytes(self) -> int:
        return sum(self.served.values())

    def listing(self) -> dict[str, Any]:
        """The answer of ``/api/models/REPO?blobs=True``."""
        siblings = []
        for path, content in self.files.items():
            size = self.announced.get(path, len(content))
            entry: dict[str, Any] = {"rfilename": path, "size": size, "blobId": git_name(content)}
            if path.endswith(STORED_OUTSIDE_GIT):
                entry["lfs"] = {"size": size, "sha256": hashlib.sha256(content).hexdigest(), "pointerSize": 134}
            siblings.append(entry)
        return {"id": self.repo, "sha": self.commit, "cardData": self.card, "siblings": siblings, "tags": []}


def git_name(content: bytes) -> str:
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_GET(self) -> None:
        self.hub.asked.append((self.command, self.path, {name.lower(): v for name, v in self.headers.items()}))
        status, code = self.hub.status
        path = self.path.partition("?")[0]
        if status != 200:
            self._answer(status, b"{}", {"X-Error-Code": code} if code else {})
        elif re.fullmatch(rf"/api/models/{self.hub.repo}(/revision/({self.hub.commit}|main))?", path):
            self._answer(200, json.dumps(self.hub.listing()).encode())
        elif path.startswith(f"/api/models/{self.hub.repo}/revision/"):
            self._answer(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
        elif path.startswith(begin := f"/{self.hub.repo}/resolve/{self.hub.commit}/"):
            self._resolve(path.removeprefix(begin))
        elif path.startswith("/stored/"):
            self._send(path.removeprefix("/stored/"))
        else:
            self._answer(404, b"{}", {"X-Error-Code": "RepoNotFound"})

    def _resolve(self, path: str) -> None:
        """What isn't in git lies with another host, as on the real hub."""
        if path.endswith(STORED_OUTSIDE_GIT):
            self._answer(302, b"", {"Location": f"http://localhost:{self.hub.port}/stored/{path}"})
        else:
            self._send(path)

    def _send(self, path: str) -> None:
        hub, content = self.hub, self.hub.files[path]
        if path in hub.spoilt:
            content = content[:-1] + bytes([content[-1] ^ 1])
        first = int((re.match(r"bytes=(\d+)-", self.headers.get("Range", "")) or [0, 0])[1])
        self.send_response(206 if first else 200)
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - first))
        self.end_headers()
        for start in range(first, len(content), BLOCK):
            self._pause(path, start)
            if start >= hub.cut.get(path, len(content)):
                del hub.cut[path]
                self.close_connection = True
                return
            block = content[start : start + BLOCK]
            self.wfile.write(block)
            hub.served[path] = hub.served.get(path, 0) + len(block)

    def _pause(self, path: str, start: int) -> None:
        if start >= self.hub.held.get(path, start + 1):
            self.wfile.flush()
            self.hub.go_on.wait(60)

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is no error here."""


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve ``hub`` on a free port of this machine."""
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    hub.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        hub.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()
