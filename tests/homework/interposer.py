"""A proxy between a client and a server that does something just before one request arrives."""

import http.client
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Interposer:
    """`act` is called once, before a request of `methods` whose path contains `path` is passed on: the first one, or that
    after `skip` others. Where it answers False, that request is lost. `seen`: how many there were."""

    def __init__(self, url, path, act, methods=("PUT",), skip=0):
        target = urllib.parse.urlsplit(url).netloc
        lock = threading.Lock()
        self.seen = 0

        def lost(request):
            with lock:
                if request.command not in methods or path not in request.path:
                    return False
                self.seen += 1
                return self.seen == skip + 1 and act() is False

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if lost(self):
                    self.close_connection = True
                    return
                connection = http.client.HTTPConnection(target, timeout=60)
                # The Host header stays: it is signed.
                connection.request(self.command, self.path, body, dict(self.headers))
                answer = connection.getresponse()
                content = answer.read()
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                connection.close()

            do_GET = do_PUT = do_POST = do_DELETE = pass_on

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
