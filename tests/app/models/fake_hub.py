"""A hub on this machine: the routes that huggingface_hub uses, with a second origin for content.

As on the real one, ``/resolve/`` redirects to another host, which answers ranges and should never
see the token.
"""

import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

COMMIT = "5" * 40


@dataclass
class FakeRepository:
    files: dict[str, bytes]
    card: dict[str, object] = field(default_factory=lambda: {"license": "apache-2.0"})
    commit: str = COMMIT
    sizes: dict[str, int] = field(default_factory=dict)
    """Claimed instead of the true ones."""
    plain: set[str] = field(default_factory=set)
    """Files that are not in LFS."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]


class FakeHub:
    """Serves `repositories` while it is open as a context manager."""

    def __init__(self) -> None:
        self.repositories: dict[str, FakeRepository] = {}
        self.requests: list[Request] = []
        self.contents: dict[str, bytes] = {}
        """Served under a hash instead of what has it."""
        self.cut_after: int | None = None
        """Bytes of content after which the connection is closed."""
        self.ranges = True
        self.token: str | None = None
        self.started, self.go_on = threading.Event(), threading.Event()
        """Content has begun to flow; after the cut it waits for leave to go on, if not closed."""
        self.hold = False
        self.portal = False
        """As in a hotel: every page is that of the network's owner."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def content_origin(self) -> str:
        return f"http://localhost:{self._server.server_port}"

    def add(self, name: str, **files: bytes) -> FakeRepository:
        """A repository; the names of files have ``.gguf`` added."""
        named = {f"{stem}.gguf": content for stem, content in files.items()}
        self.repositories[name] = FakeRepository(named)
        return self.repositories[name]

    def content_requests(self) -> list[Request]:
        return [each for each in self.requests if each.path.startswith("/content/")]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _handler(hub: FakeHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            hub.requests.append(Request(self.command, self.path, headers))
            kind, *rest = unquote(url.path).strip("/").split("/")
            if hub.portal:
                self._answer(200, b"<html>Room number?</html>")
            elif kind == "content":
                self._content(rest[0])
            elif hub.token and headers.get("authorization") != f"Bearer {hub.token}":
                self._refuse(401, "GatedRepo")
            elif kind == "api":
                _models, owner, name, *revision = rest
                self._info(f"{owner}/{name}", revision[-1:], "blobs" in url.query)
            else:
                name, _resolve, revision, *file = rest
                self._resolve(f"{kind}/{name}", revision, "/".join(file))

        do_HEAD = do_GET

        def _info(self, name: str, revision: list[str], metadata: bool) -> None:
            repository = hub.repositories.get(name)
            if repository is None:
                return self._refuse(404, "RepoNotFound")
            if revision and revision[0] not in ("main", repository.commit):
                return self._refuse(404, "RevisionNotFound")
            siblings = []
            for file, content in repository.files.items():
                sibling: dict[str, object] = {"rfilename": file}
                if metadata:
                    size = repository.sizes.get(file, len(content))
                    lfs = {"sha256": sha256(content), "size": size, "pointerSize": 134}
                    sibling |= {"size": size, "blobId": "0" * 40}
                    sibling |= {} if file in repository.plain else {"lfs": lfs}
                siblings.append(sibling)
            fields = {"id": name, "sha": repository.commit, "cardData": repository.card}
            self._answer(200, json.dumps(fields | {"siblings": siblings, "tags": []}).encode())

        def _resolve(self, name: str, revision: str, file: str) -> None:
            repository = hub.repositories[name]
            content = repository.files.get(file)
            if content is None or revision != repository.commit:
                return self._refuse(404, "EntryNotFound")
            self._answer(
                302,
                b"",
                Location=f"{hub.content_origin}/content/{sha256(content)}",
                X_Repo_Commit=repository.commit,
                X_Linked_Etag=f'"{sha256(content)}"',
                X_Linked_Size=str(len(content)),
            )

        def _content(self, digest: str) -> None:
            by_hash = {
                sha256(content): content
                for repository in hub.repositories.values()
                for content in repository.files.values()
            }
            content = (by_hash | hub.contents)[digest]
            wanted = self.headers.get("Range")
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and hub.ranges else 0
            ranged = {"Content_Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
            self._answer(
                206 if start else 200, content[start:], hub.cut_after, **(ranged if start else {})
            )

        def _refuse(self, status: int, code: str) -> None:
            self._answer(status, b"{}", X_Error_Code=code)

        def _answer(self, status: int, body: bytes, cut: int | None = None, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "HEAD":
                return
            self.wfile.write(body[:cut])
            if cut is None:
                return
            self.wfile.flush()
            hub.started.set()
            if hub.hold and hub.go_on.wait(120):
                self.wfile.write(body[cut:])
            else:
                self.close_connection = True

        def log_message(self, *_arguments: object) -> None:
            pass

    return Handler
