"""Callers who mean harm, or are broken in the ways that clients are.

Where a server has to answer an attack, the answer is checked too.
"""

import gzip
import os
import random
import selectors
import signal
import socket
import struct
import time

from .tally import Gang, Tally

TIMEOUT_S = 60
HEAD = b"POST /predict HTTP/1.1\r\nHost: soak\r\nContent-Type: application/json\r\n"


def request(body, further=b""):
    return HEAD + further + b"Content-Length: %d\r\n\r\n" % len(body) + body


class Unexpected(Exception):
    """An attack that was not answered as it should be."""


class Crowd:
    """Sockets that are kept open, each doing a little at every step; those that the server closes are replaced."""

    def __init__(self, address, size, begin, little=None):
        self._address = address
        self._size = size
        self._begin = begin  # what is sent at first
        self._little = little  # what is sent at every step
        self._selector = selectors.DefaultSelector()
        self._open = set()
        self.closed = 0

    def step(self):
        for key, _ in self._selector.select(0):
            self._look(key.fileobj)
        if self._little is not None:
            for peer in list(self._open):
                self._send(peer, self._little)
        for _ in range(min(self._size - len(self._open), 200)):
            self._join()

    def _join(self):
        peer = socket.create_connection(self._address, TIMEOUT_S)
        peer.setblocking(False)
        self._open.add(peer)
        self._selector.register(peer, selectors.EVENT_READ)
        self._send(peer, self._begin)

    def _look(self, peer):
        try:
            if peer.recv(65536):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._drop(peer)

    def _send(self, peer, data):
        try:
            peer.send(data)
        except BlockingIOError:
            pass
        except OSError:
            self._drop(peer)

    def _drop(self, peer):
        if peer in self._open:
            self._selector.unregister(peer)
            self._open.discard(peer)
            peer.close()
            self.closed += 1

    def leave(self):
        for peer in list(self._open):
            self._drop(peer)


class Unread(Crowd):
    """Asks and asks, and reads nothing: so it looks for the end of its connections by sending alone."""

    def _look(self, peer):
        pass

    def _join(self):
        peer = socket.socket()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.settimeout(TIMEOUT_S)
        peer.connect(self._address)
        peer.setblocking(False)
        self._open.add(peer)
        self._selector.register(peer, 0 or selectors.EVENT_WRITE)
        self._send(peer, self._begin)


def exchange(address, data, half_close=False):
    """Sends all of it, as far as the server takes it, and gives all that comes back until the server closes."""
    with socket.create_connection(address, TIMEOUT_S) as peer:
        try:
            peer.sendall(data)
            if half_close:
                peer.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it may have been refused before it was all sent
        answer = b""
        try:
            while piece := peer.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
        return answer


def expect(answer, *statuses):
    if not any(answer.startswith(b"HTTP/1.1 %d " % status) for status in statuses):
        raise Unexpected(f"{answer[:200]!r}, expected {statuses}")


CLOSE = b"Connection: close\r\n"
OVERLOADED = 503  # who attacks may be turned away unread


class Attacks:
    """One method an attack on the plain port at `address`."""

    def __init__(self, address, tls_address):
        self._address = address
        self._tls_address = tls_address
        self._random = random.Random(7)
        self._bomb = gzip.compress(bytes(200_000_000), 9)
        self._million = b'{"x":[' + b"1," * 999_999 + b"1]}"
        self._ragged = b'{"x":[' + b"[1]," * 299_999 + b"[1]]}"

    def bomb(self):
        expect(exchange(self._address, request(self._bomb, b"Content-Encoding: gzip\r\n" + CLOSE)), 413)

    def deep(self):
        for inner in (b"[", b'{"x":', b'{"x":[', b'{"x":[[{"a":'):
            expect(exchange(self._address, request(b'{"x":' + inner * 50_000, CLOSE)), 400, 422, OVERLOADED)

    def million(self):
        expect(exchange(self._address, request(self._million, CLOSE)), 422, OVERLOADED)
        expect(exchange(self._address, request(self._ragged, CLOSE)), 422, OVERLOADED)

    def claim(self):
        answer = exchange(self._address, HEAD + b"Content-Length: 1073741824\r\n\r\n{")
        expect(answer, 413)

    def endless(self):
        with socket.create_connection(self._address, TIMEOUT_S) as peer:
            peer.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
            peer.settimeout(0)
            chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
            pending, answer, sent = chunk, b"", 0
            deadline = time.monotonic() + TIMEOUT_S
            while not answer and time.monotonic() < deadline:
                try:
                    n = peer.send(pending)
                    sent += n
                    pending = pending[n:] or chunk
                except BlockingIOError:
                    time.sleep(0.001)
                try:
                    answer = peer.recv(4096)
                except BlockingIOError:
                    pass
            expect(answer, 413)

    def extensions(self):
        expect(exchange(self._address, HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"e" * 20_000), 400)

    def pipeline(self):
        count = 3_000
        asked = request(b'{"x":[2,3]}') * (count - 1) + request(b'{"x":[4,5]}', CLOSE)
        with socket.create_connection(self._address, TIMEOUT_S) as peer:
            peer.setblocking(False)
            answer = b""
            with selectors.DefaultSelector() as selector:
                selector.register(peer, selectors.EVENT_READ | selectors.EVENT_WRITE)
                while True:
                    ((_, events),) = selector.select(TIMEOUT_S) or ((None, 0),)
                    if events & selectors.EVENT_WRITE and asked:
                        asked = asked[peer.send(asked):]
                        if not asked:
                            selector.modify(peer, selectors.EVENT_READ)
                    if events & selectors.EVENT_READ:
                        piece = peer.recv(262144)
                        if not piece:
                            break
                        answer += piece
                    if not events:
                        raise Unexpected("no answer")
        results = answer.count(b'{"result":2.0}'), answer.count(b'{"result":4.0}')
        if results != (count - 1, 1) or not answer.endswith(b'{"result":4.0}'):
            if b" 503 " not in answer:
                raise Unexpected(f"{results} answers, {answer[-200:]!r}")

    def half_close(self):
        answer = exchange(self._address, request(b'{"x":[2,3]}'), half_close=True)
        if not answer.endswith(b'{"result":2.0}'):
            expect(answer, 503)

    def reset(self):
        whole = request(b'{"x":[2,3]}')
        rows = b"5\r\n[1,2]\r\n" * 10
        stream = (b"POST /predict?stream=true HTTP/1.1\r\nHost: soak\r\nContent-Type: application/x-ndjson\r\n"
                  b"Transfer-Encoding: chunked\r\n\r\n" + rows)
        big = request(b'{"x":[' + b"[2,3]," * 20_000 + b"[2,3]]}")
        for data in (b"", whole[:30], whole[:-3], whole, whole * 50, stream, big, big[:-10]):
            with socket.create_connection(self._address, TIMEOUT_S) as peer:
                peer.sendall(data)
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def unknown(self):
        name = b"nosuch_%x" % self._random.getrandbits(64)
        for target in (b"/predict/%s", b"/v2/models/%s/infer", b"/v1/models/%s:predict", b"/%s", b"/models/%s/invoke",
                       b"/predict/article/versions/%s", b"/invocations?model=%s"):
            line = b"POST %s HTTP/1.1\r\nHost: soak\r\n" % (target % name) + CLOSE
            expect(exchange(self._address, line + b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"),
                   404, 422, 400)

    def garbage(self):
        data = self._random.randbytes(self._random.randrange(1, 5_000))
        for address in (self._address, self._tls_address):
            exchange(address, data, half_close=True)
        mangled = bytearray(request(b'{"x":[2,3]}', CLOSE))
        for _ in range(3):
            mangled[self._random.randrange(len(mangled))] = self._random.randrange(256)
        exchange(self._address, bytes(mangled), half_close=True)

    def heads(self):
        expect(exchange(self._address, HEAD + b"X: " + b"y" * 100_000 + b"\r\n\r\n"), 431)
        expect(exchange(self._address, HEAD + b"X: y\r\n" * 10_000 + b"\r\n"), 431)
        expect(exchange(self._address, b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"), 414)


def client_hello():
    """The first bytes of a TLS client that will say no more: a record that promises 512 bytes and brings 5."""
    return b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03"


def work(address, tls_address, scale, orders):
    """The life of the process of attackers; `scale`: how many of the crowds' full sizes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gang = Gang(Tally())

    def size(full):
        return max(1, int(full * scale))

    big = request(b'{"x":[' + b"[2,3]," * 10_000 + b"[2,3]]}")
    crowds = {
        "idle connections": Crowd(address, size(3_000), b""),
        "idle after an answer": Crowd(address, size(500), request(b'{"x":[2,3]}')),
        "slow heads": Crowd(address, size(200), HEAD + b"X-Slow: ", b"y"),
        "slow bodies": Crowd(address, size(200), HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
        "bodies that stop": Crowd(address, size(100), HEAD + b"Content-Length: 100000\r\n\r\n" + b" " * 50_000),
        "readers that never read": Unread(address, size(40), big, big),
        "handshakes that stop": Crowd(tls_address, size(200), client_hello()),
        "TLS idlers": Crowd(tls_address, size(100), b""),
    }
    for what, crowd in crowds.items():
        gang.add(what, crowd.step, 0.5)
    attacks = Attacks(address, tls_address)
    for name, pause in (("bomb", 1.0), ("deep", 1.0), ("million", 2.0), ("claim", 0.3), ("endless", 4.0),
                        ("extensions", 0.5), ("pipeline", 1.0), ("half_close", 0.1), ("reset", 0.1), ("unknown", 0.2),
                        ("garbage", 0.1), ("heads", 0.3)):
        gang.add(name, getattr(attacks, name), pause)

    def disperse():
        for crowd in crowds.values():
            crowd.leave()

    gang.run(orders, rested=disperse)
    disperse()
