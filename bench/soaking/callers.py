"""Honest callers: every kind of request, each answer compared with what it must be."""

import gzip
import http.client
import json
import os
import random
import signal
import socket
import ssl
import struct
import threading
import time

from comparing.servers import UnixConnection

from .server import make_identity
from .tally import Gang, Tally

TIMEOUT_S = 60
PATIENCE_S = 120  # with an overloaded server
OVERLOADED = (503, 429)  # the latter in V1
JSON = {"Content-Type": "application/json"}


class Wrong(Exception):
    """An answer that is not what it must be."""


class Caller:
    """Asks over one kept connection, which it makes anew only where the server said that it closes it."""

    def __init__(self, connect, tally):
        self._connect = connect
        self._connection = None
        self._tally = tally

    def ask(self, method, target, body=None, headers=()):
        """The answer's status, headers and bytes. An overloaded server is obeyed: asked again when it says so."""
        give_up = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up:
            if self._connection is None:
                self._connection = self._connect()
            try:
                self._connection.request(method, target, body, dict(headers))
                answer = self._connection.getresponse()
                content = answer.read()
            except Exception:
                self._connection.close()
                self._connection = None
                raise
            if answer.will_close:
                self._connection.close()
                self._connection = None
            if answer.status not in OVERLOADED:
                return answer, content
            self._tally.good("told to come again (503, 429)")
            time.sleep(int(answer.getheader("Retry-After")))
        raise Wrong(f"{answer.status} for {PATIENCE_S} s")

    def expect(self, expected, method, target, body=None, headers=()):
        answer, content = self.ask(method, target, body, headers)
        if answer.getheader("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        if answer.status != 200 or (content != expected if isinstance(expected, bytes) else not expected(content)):
            raise Wrong(f"{target}: {answer.status} {content[:200]!r}")


class Answers:
    """What a server says while nothing presses it, to be said ever after: a row has the same bits in every batch."""

    def __init__(self, caller):
        self._caller = caller

    def of(self, target, body, headers=JSON):
        answer, content = self._caller.ask("POST", target, body, headers)
        if answer.status != 200:
            raise Wrong(f"{target}: {answer.status} {content[:300]!r}")
        return content


def rows_of(count, width, seed):
    maker = random.Random(seed)
    return [[round(maker.uniform(-2, 2), 3) for _ in range(width)] for _ in range(count)]


LOAN = {"income": 5.18750972275154, "member": False, "city": "Oslo", "age": None}


class Requests:
    """(what, method, target, headers, body, expected) of every whole request."""

    def __init__(self, caller):
        answers = Answers(caller)
        self.all = []

        def add(what, target, body, headers=JSON):
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            plain = {name: value for name, value in headers.items() if name != "Accept-Encoding"}
            self.all.append((what, target, body, headers, answers.of(target, body, plain)))

        add("native, one row", "/predict", {"x": [2, 3]})
        if self.all[0][4] != b'{"result":2.0}':
            raise Wrong(f"the article's request: {self.all[0][4]!r}")
        add("native, by name", "/predict/loans?method=predict_proba", {"x": LOAN})
        forest = rows_of(200, 10, 1)
        add("native, 200 rows", "/predict/forest", {"x": forest})
        large = rows_of(20_000, 10, 2)
        squeezed = gzip.compress(json.dumps({"x": large}).encode(), 1)
        add("native, 20,000 rows, gzip both ways", "/predict/forest", squeezed,
            {**JSON, "Content-Encoding": "gzip", "Accept-Encoding": "gzip"})
        add("CSV", "/predict/forest", "\n".join(",".join(map(str, row)) for row in forest).encode(),
            {"Content-Type": "text/csv; header=absent", "Accept": "text/csv"})
        add("NDJSON", "/predict/forest", "\n".join(map(json.dumps, forest)).encode(),
            {"Content-Type": "application/x-ndjson"})
        add("NDJSON, 5,000 rows, answered while they are sent", "/predict/forest?stream=true",
            "\n".join(map(json.dumps, large[:5000])).encode(), {"Content-Type": "application/x-ndjson"})
        add("raw float32", "/predict/forest", struct.pack("<2000f", *sum(forest, [])),
            {"Content-Type": "application/octet-stream; dtype=float32"})
        add("V2", "/v2/models/forest/infer",
            {"inputs": [{"name": "X", "shape": [200, 10], "datatype": "FP32", "data": sum(forest, [])}]})
        add("V1", "/v1/models/forest:predict", {"instances": forest})
        add("V1, by name", "/v1/models/loans:predict", {"instances": [LOAN]})
        add("MLflow", "/invocations",
            {"dataframe_split": {"columns": ["x2", "x1"], "data": [[3, 2], [5, 4]]}})
        add("SageMaker", "/models/forest/invoke", "\n".join(map(json.dumps, forest)).encode(),
            {"Content-Type": "application/jsonlines"})


class Stream:
    """Rows sent while answers are read, over a connection of its own."""

    CHUNK_ROWS = 500

    def __init__(self, port, rows, kind):
        self._port = port
        self._pieces = []
        for at in range(0, len(rows), self.CHUNK_ROWS):
            piece = self._encode(rows[at:at + self.CHUNK_ROWS], kind)
            self._pieces.append(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        self._pieces.append(b"0\r\n\r\n")
        self._type = {"ndjson": "application/x-ndjson", "csv": "text/csv; header=absent",
                      "float64": "application/octet-stream; dtype=float64"}[kind]
        self.expected = None

    @staticmethod
    def _encode(rows, kind):
        if kind == "float64":
            return b"".join(struct.pack("<10d", *row) for row in rows)
        lines = map(json.dumps, rows) if kind == "ndjson" else (",".join(map(str, row)) for row in rows)
        return "".join(line + "\n" for line in lines).encode()

    def answer(self):
        with socket.create_connection(("127.0.0.1", self._port), TIMEOUT_S) as peer:
            peer.sendall(("POST /predict/forest?stream=true HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n"
                          f"Content-Type: {self._type}\r\nTransfer-Encoding: chunked\r\n\r\n").encode())
            sender = threading.Thread(target=self._send, args=(peer,), daemon=True)
            sender.start()
            answer = http.client.HTTPResponse(peer)
            answer.begin()
            content = answer.read()
            sender.join(TIMEOUT_S)
        turned_away = answer.status == 503 or (b'"error":{' in content and b'"status":503' in content)
        if answer.status != 200 and not turned_away:
            raise Wrong(f"stream: {answer.status} {content[:200]!r}")
        return None if turned_away else content

    def _send(self, peer):
        try:
            for piece in self._pieces:
                peer.sendall(piece)
        except OSError:
            pass  # the answer, or its absence, tells

    def check(self):
        give_up = time.monotonic() + PATIENCE_S
        while (content := self.answer()) is None:
            if time.monotonic() > give_up:
                raise Wrong(f"503 for {PATIENCE_S} s")
            time.sleep(1)
        if self.expected is None:
            self.expected = content
        elif content != self.expected:
            raise Wrong(f"{len(content)} bytes, expected {len(self.expected)}: {content[-200:]!r}")


class Renewal:
    """What an operator does meanwhile: reloads, model loads, new certificates."""

    def __init__(self, server, caller):
        self._server = server
        self._caller = caller

    def hang_up(self):
        os.utime(self._server.folder / "article.csv")
        self._server.signal(signal.SIGHUP)

    def load(self):
        answer, content = self._caller.ask("POST", "/v2/repository/models/forest/load", b"{}", JSON)
        if answer.status != 200:
            raise Wrong(f"load: {answer.status} {content[:200]!r}")

    def certificate(self):
        make_identity(self._server.folder)


def work(server, orders):
    """The life of the process of honest callers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    tally = Tally()
    gang = Gang(tally)
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE  # it is the renewals that are tried here

    ways = {
        "": lambda: http.client.HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT_S),
        ", TLS": lambda: http.client.HTTPSConnection("127.0.0.1", server.tls_port, timeout=TIMEOUT_S, context=trusting),
        ", unix": lambda: UnixConnection(server.unix, TIMEOUT_S),
    }
    requests = Requests(Caller(ways[""], tally))
    for way, connect in ways.items():
        for what, target, body, headers, expected in requests.all:
            caller = Caller(connect, tally)
            gang.add(what + way, lambda c=caller, t=target, b=body, h=headers, e=expected: c.expect(e, "POST", t, b, h),
                     1.0 if len(body) > 100_000 else 0.1)
    fresh = requests.all[0]
    gang.add("native, TLS, fresh connections", lambda: Caller(ways[", TLS"], tally).expect(
        fresh[4], "POST", fresh[1], fresh[2], {**JSON, "Connection": "close"}), 0.1)
    rows = rows_of(20_000, 10, 3)
    for kind in ("ndjson", "csv", "float64"):
        stream = Stream(server.port, rows, kind)
        stream.check()
        gang.add(f"stream, {kind}", stream.check, 1.0)
    bulk = json.dumps({"x": rows_of(100_000, 2, 4)}).encode()
    bulk_answer = Answers(Caller(ways[""], tally)).of("/predict", bulk)
    bulk_caller = Caller(ways[""], tally)
    gang.add("native, 100,000 rows", lambda: bulk_caller.expect(bulk_answer, "POST", "/predict", bulk, JSON), 3.0)
    for target in ("/metrics", "/readyz", "/models", "/openapi.json", "/docs", "/v2/models/forest"):
        caller = Caller(ways[""], tally)
        gang.add(f"GET {target}", lambda c=caller, t=target: c.expect(lambda text: text != b"", "GET", t), 0.5)
    renewal = Renewal(server, Caller(ways[""], tally))
    gang.add("reload (SIGHUP)", renewal.hang_up, 5.0)
    gang.add("reload (V2)", renewal.load, 3.0)
    gang.add("new certificate", renewal.certificate, 7.0)
    gang.run(orders)
