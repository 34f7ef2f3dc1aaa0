"""A receiver of webhooks: checks the signature, keeps each message once, answers at once.

pip install standardwebhooks
WEBHOOK_SECRET=whsec_... python receiver.py [PORT]       # behind a web server that speaks https
"""
# ruff: noqa: T201 - a script; the name is the standard library's; it prints what it receives

import contextlib
import json
import os
import sqlite3
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

WEBHOOK = Webhook(os.environ["WEBHOOK_SECRET"])
FILE = os.environ.get("WEBHOOK_FILE", "messages.sqlite")
LARGEST = 64 * 1024  # bytes; messages have less than 20 kB


def keep(message_id: str, body: bytes) -> bool:
    """Write the message down. False: it came before; a repeat has the same id and is no news."""
    with contextlib.closing(sqlite3.connect(FILE)) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS messages (id TEXT PRIMARY KEY, body BLOB)")
        return database.execute("INSERT OR IGNORE INTO messages VALUES (?, ?)", (message_id, body)).rowcount == 1


class Receiver(BaseHTTPRequestHandler):
    """One request. Whatever takes time belongs elsewhere, after the answer: the sender waits 15 seconds and no longer."""

    def do_POST(self) -> None:
        """Answer 204 when the message is on disk, 401 when it was not signed by us or is older than five minutes."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, LARGEST))
        try:
            message = WEBHOOK.verify(body, dict(self.headers.items()))
        except (WebhookVerificationError, ValueError):
            self.answer(401)
            return
        if keep(self.headers["webhook-id"], body):
            print(json.dumps({"id": self.headers["webhook-id"], "type": message["type"]}), flush=True)
        self.answer(204)

    def answer(self, status: int) -> None:
        """A status and nothing else."""
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """No access log: it would say who was told what, and when."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8080), Receiver).serve_forever()
