"""Bytes that are no proper HTTP, slow ones and too many of them: refused by the book, and the next client is served."""

import datetime
import pathlib
import re
import socket
import time

import pytest

from support.raw import exchange, send, signed, statuses
from support.server import ACCOUNT, instrumented
from support.wait import until

HOST = b"Host: s3.amazonaws.com\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: s3.amazonaws.com\r\n\r\n"


def healthy(hearth):
    return send(hearth, "GET", "/_hearth/health").status == 200


@pytest.mark.parametrize("head, status", (
    (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nContent-Length: 4\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 4, 5\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +4\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: -4\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 0x4\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999999999999999\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 999999999999999\r\n\r\n", 413),
    (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked, chunked\r\n\r\n", 501),
    (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
    (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\n", 501),
    (b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding : chunked\r\n\r\n", 400),
    (b"POST / HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n" + HOST + b" folded: value\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n" + HOST + b"A: b\r\n c\r\n\r\n", None),
    (b"GET / HTTP/1.1\r\n" + HOST + b"No colon\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n" + HOST + b"A\0: b\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n" + HOST + b"A: b\0c\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    (b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 505),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    (b"G\0T / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", None),
    (b"GET / HTTP/1.1\r\n" + HOST + b"A: " + b"a" * 40_000 + b"\r\n\r\n", 431),
    (b"GET / HTTP/1.1\r\n" + HOST + b"".join(b"A%d: b\r\n" % number for number in range(300)) + b"\r\n", 431),
    (b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", 403),
    (b"GET http://[::1]:x@/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
))
def test_a_head_that_is_not_clear_is_refused_and_nothing_behind_it_is_read(hearth, head, status):
    with socket.create_connection(("127.0.0.1", hearth.port), timeout=30) as peer:
        peer.sendall(head + b"0\r\n\r\n" + SMUGGLED)
        peer.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while piece := peer.recv(65536):
                received += piece
        except ConnectionResetError:
            pass
    answers = statuses(received)
    assert b"smuggled" not in received
    if status is None:
        assert not answers or answers[0] in (400, 403), received  # obs-fold may be read as one value (RFC 9112, 5.2)
    else:
        assert answers == [status], received
    assert healthy(hearth)


@pytest.mark.parametrize("body", (
    b"x\r\n", b"-1\r\n\r\n", b"0x4\r\nabcd\r\n0\r\n\r\n", b"4\r\nabcdXX0\r\n\r\n", b"4\nabcd\n0\n\n", b"fffffffffffffffff\r\n", b"4;" + b"a" * 10_000,
    b"ffffffffffffffff\r\n", b"4\r\nabcd\r\n0\r\n" + b"A: b\r\n" * 10_000 + b"\r\n", b"\r\n", b"4 4\r\nabcd\r\n0\r\n\r\n"),
    ids=lambda body: repr(body[:20]))
def test_broken_chunks_are_refused(hearth, body):
    # Signed: a stranger's body is not read at all.
    _, _, headers, _ = signed(hearth, "sts", "POST", "/", headers={"Content-Type": "application/x-www-form-urlencoded"})
    head = "POST / HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items() if name.lower() != "content-length")
    head = f"{head}Host: 127.0.0.1:{hearth.port}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", hearth.port), timeout=30) as peer:
        peer.sendall(head + body + SMUGGLED)
        peer.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while piece := peer.recv(65536):
                received += piece
        except ConnectionResetError:
            pass
    assert statuses(received)[:1] in ([400], [413], []), received
    assert b"smuggled" not in received
    assert healthy(hearth)


def test_pipelined_requests_are_answered_in_order(hearth):
    data = b"GET /_hearth/health HTTP/1.1\r\n" + HOST + b"\r\n"
    last = b"GET /nowhere/else HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
    assert statuses(exchange(hearth, data * 20 + last)) == [200] * 20 + [403]


def test_a_body_that_ends_early(hearth):
    data = b"POST / HTTP/1.1\r\n" + HOST.replace(b"s3", b"sts") + b"Content-Length: 100\r\n\r\nshort"
    with socket.create_connection(("127.0.0.1", hearth.port), timeout=30) as peer:
        peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)
        assert b" 500 " not in peer.recv(65536)
    assert healthy(hearth)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(hearth):
    for host, length in ((b"sts", 9 << 20), (b"logs", 100 << 20), (b"lambda", 80 << 20)):
        data = (b"POST /2015-03-31/functions HTTP/1.1\r\nHost: %s.eu-central-1.amazonaws.com\r\nContent-Length: %d\r\n\r\n" % (host, length))
        begun = time.monotonic()
        received = exchange(hearth, data + b"a" * 1000, timeout=60)
        assert statuses(received)[0] in (400, 403, 404, 413), received
        assert time.monotonic() - begun < 60
    assert healthy(hearth)


@pytest.mark.parametrize("authorization", (b"", b"Authorization: AWS4-HMAC-SHA256 Credential=AKIANOBODY/20240506/eu-central-1/lambda/aws4_request, "
                                           b"SignedHeaders=host;x-amz-date, Signature=00\r\nX-Amz-Date: 20240506T000000Z\r\n"))
def test_strangers_do_not_make_the_server_read(hearth, authorization):
    """The answer comes although the body does not."""
    with socket.create_connection(("127.0.0.1", hearth.port), timeout=15) as peer:
        peer.sendall(b"POST /2015-03-31/functions HTTP/1.1\r\nHost: lambda.eu-central-1.amazonaws.com\r\n" + authorization +
                     b"Content-Length: 50000000\r\n\r\n{")
        assert statuses(peer.recv(65536)) == [403]


def test_slow_heads_and_bodies_end_and_keep_nobody_waiting(hearth):
    """Sixty peers that send a byte now and then: others are served at once, and the slow ones are told to go."""
    body = socket.create_connection(("127.0.0.1", hearth.port), timeout=90)
    body.sendall(b"POST / HTTP/1.1\r\n" + HOST.replace(b"s3", b"sts") + b"Content-Type: application/x-www-form-urlencoded\r\n"
                 b"Content-Length: 100\r\n\r\nshort")  # and nothing else
    slow = [socket.create_connection(("127.0.0.1", hearth.port), timeout=60) for _ in range(60)]
    try:
        for peer in slow:
            peer.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nA")
        assert healthy(hearth)

        def turned_away():
            """The bytes that trickle in do not move the deadline."""
            for peer in slow:
                try:
                    peer.sendall(b"a")
                except OSError:
                    pass
            slow[0].settimeout(0.01)
            try:
                return slow[0].recv(1000)
            except TimeoutError:
                return b""
        assert b" 408 " in until(turned_away, "408", seconds=60, pause=0.5)
        for peer in slow[1:]:
            assert b" 408 " in peer.recv(1000)
        received = body.recv(65536)
        assert statuses(received) == [400] and b"RequestTimeout" in received, received
    finally:
        for peer in [*slow, body]:
            peer.close()
    assert healthy(hearth)


def test_many_connections(hearth):
    """More than it takes: the others wait in the queue and are served when there is room."""
    peers = []
    try:
        for _ in range(1500):
            peers.append(socket.create_connection(("127.0.0.1", hearth.port), timeout=30))
        assert healthy(hearth)
        for peer in peers[::100]:
            peer.sendall(b"GET /_hearth/health HTTP/1.1\r\n" + HOST + b"\r\n")
            assert b" 200 " in peer.recv(1000)
    finally:
        for peer in peers:
            peer.close()
    assert healthy(hearth)


def test_peers_that_hang_up(hearth):
    for number in range(200):
        with socket.create_connection(("127.0.0.1", hearth.port)) as peer:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            peer.sendall(SMUGGLED[:number % len(SMUGGLED)] or b"G")
    assert healthy(hearth)


def test_bodies_that_wait_have_a_budget(make_hearth):
    """Peers with a key's id, but without its secret, announce packages and keep all but the last bytes coming."""
    server = make_hearth().start()
    date = datetime.datetime.utcnow().strftime("%Y%m%dT%H%M%SZ")
    size = 60 << 20
    head = (f"POST /2015-03-31/functions HTTP/1.1\r\nHost: lambda\r\nContent-Type: application/json\r\nX-Amz-Date: {date}\r\n"
            f"Authorization: AWS4-HMAC-SHA256 Credential={ACCOUNT[1]}/{date[:8]}/{server.region}/lambda/aws4_request, "
            f"SignedHeaders=host;x-amz-date, Signature={'0' * 64}\r\nContent-Length: {size}\r\n\r\n").encode()
    peers = []
    answers = []
    try:
        for _ in range(6):
            peer = socket.create_connection(("127.0.0.1", server.port), timeout=30)
            peers.append(peer)
            try:
                peer.sendall(head + bytes(size - 1))
                peer.settimeout(0.2)
                answers += statuses(peer.recv(65536))
            except (TimeoutError, ConnectionError):
                pass
        memory = int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{server.process.pid}/status").read_text())[1])
        assert 503 in answers, answers
        assert instrumented() or memory < 600_000, f"{memory} KiB"
        assert healthy(server)
    finally:
        for peer in peers:
            peer.close()
    until(lambda: server.client("lambda").list_functions()["ResponseMetadata"]["HTTPStatusCode"] == 200, "room again")
