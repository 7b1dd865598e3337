"""A bot's end of a signed webhook. Run: BOT_SECRET=whsec_… PORT=9000 python3 receiver.py"""
import base64, hashlib, hmac, os, time
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

KEY = base64.b64decode(os.environ["BOT_SECRET"].removeprefix("whsec_"))
acted = set()  # of one process, until it ends: with several workers, or to survive a restart, use a database
lock = Lock()


def act_once(headers, body):
    """Acts if it should. Returns the status to answer with. `body`: the bytes as they came; parse them later."""
    id, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    message = f"{id}.{seconds}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(KEY, message, hashlib.sha256).digest()).decode()
    # Several signatures, separated by spaces, while a secret is being changed.
    given = headers.get("webhook-signature", "").split(" ")
    if not any(hmac.compare_digest(one.encode(), expected.encode()) for one in given):
        return 401  # not from your bridge
    if abs(time.time() - int(seconds)) > 300:
        return 400  # an old request, played again

    expires = headers.get("x-listing-bridge-expires")
    if expires and datetime.fromisoformat(expires.replace("Z", "+00:00")) < datetime.now(timezone.utc):
        return 200  # too late to act on
    if headers.get("x-listing-bridge-sample"):
        return 200  # made by `listing-bridge send`: everything but the order
    with lock:
        if id in acted:
            return 200  # a repeat of what was done
        acted.add(id)
    print("act on", body.decode(), flush=True)
    return 200


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections open, so that the next signal needs no handshake

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(act_once(self.headers, body))
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9000"))), Receiver)
    print("listening on", server.server_port, flush=True)
    server.serve_forever()
