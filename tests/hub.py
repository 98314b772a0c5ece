"""A stand-in for the Hugging Face hub on this machine: its repositories are the folders of a folder."""

from __future__ import annotations

import threading
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = sha1(b"the only one").hexdigest()


class StandIn(ThreadingHTTPServer):
    """Answers as the hub does where files are small: HEAD and GET with an entity tag and the commit they are of."""

    def __init__(self, folder: Path, port: int):
        super().__init__(("127.0.0.1", port), _Handler)
        self.folder = folder
        self.asked: list[str] = []

    def __enter__(self) -> StandIn:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: StandIn

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        self.server.asked.append(f"{self.command} {self.path}")
        repository, resolved, rest = self.path.strip("/").split("?")[0].partition("/resolve/")
        file = self.server.folder / repository / rest.partition("/")[2]
        known = bool(resolved) and file.is_file()
        self.send_response(200 if known else 404)
        self.send_header("X-Repo-Commit", COMMIT)
        content = file.read_bytes() if known else b""
        if known:
            self.send_header("ETag", f'"{sha1(content).hexdigest()}"')
        else:
            self.send_header("X-Error-Code", "EntryNotFound")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if with_body:
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass
