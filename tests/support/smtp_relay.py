"""A small SMTP relay: STARTTLS, AUTH PLAIN and LOGIN, refusals on demand. Keeps what it was given."""

import base64
import datetime
import socketserver
import ssl
import subprocess
import threading


def make_certificate(folder):
    """A self-signed certificate for localhost; the files of certificate and key."""
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = folder / "relay.crt", folder / "relay.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key


class Letter:
    def __init__(self, sender, recipients, data, secure, user):
        self.sender, self.recipients, self.data, self.secure, self.user = sender, recipients, data, secure, user
        self.time = datetime.datetime.now()


class _Session(socketserver.StreamRequestHandler):
    def handle(self):
        relay = self.server.relay
        self.secure, self.user = False, None
        self.say("220 relay.test ESMTP")
        sender, recipients = None, []
        while line := self.rfile.readline(4096):
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            relay.lines.append(text if not text.upper().startswith("AUTH") else "AUTH")
            verb = text.split(" ")[0].upper()
            if verb in ("EHLO", "HELO"):
                self.greet(relay)
            elif verb == "STARTTLS" and relay.context:
                self.say("220 go ahead")
                self.request = relay.context.wrap_socket(self.request, server_side=True)
                self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
                self.secure = True
            elif verb == "AUTH":
                self.authenticate(relay, text)
            elif relay.password and not self.user and verb not in ("QUIT", "NOOP", "RSET"):
                self.say("530 5.7.0 authentication required")
            elif verb == "MAIL":
                sender, recipients = text[text.index("<") + 1:text.index(">")], []
                self.say("250 ok")
            elif verb == "RCPT":
                address = text[text.index("<") + 1:text.index(">")]
                answer = relay.answer(address)
                if answer.startswith("250"):
                    recipients.append(address)
                self.say(answer)
            elif verb == "DATA" and recipients:
                self.say("354 go on")
                relay.letters.append(Letter(sender, recipients, self.read_data(), self.secure, self.user))
                self.say("250 ok: queued")
            elif verb == "DATA":
                self.say("503 no recipients")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok" if verb in ("NOOP", "RSET") else "502 what?")

    def greet(self, relay):
        offers = ["relay.test", "8BITMIME"]
        if relay.context and not self.secure:
            offers.append("STARTTLS")
        if relay.password and (self.secure or not relay.context):
            offers.append("AUTH PLAIN LOGIN")
        for number, offer in enumerate(offers):
            self.say(f"250{' ' if number == len(offers) - 1 else '-'}{offer}")

    def authenticate(self, relay, text):
        parts = text.split(" ")
        if parts[1].upper() == "PLAIN":
            token = parts[2] if len(parts) > 2 else self.challenge("")
            _, user, password = base64.b64decode(token).decode().split("\0")
        else:
            user = base64.b64decode(parts[2] if len(parts) > 2 else self.challenge("Username:")).decode()
            password = base64.b64decode(self.challenge("Password:")).decode()
        if password == relay.password:
            self.user = user
            self.say("235 welcome")
        else:
            self.say("535 5.7.8 no")

    def challenge(self, text):
        self.say("334 " + base64.b64encode(text.encode()).decode())
        return self.rfile.readline(4096).decode().strip()

    def read_data(self):
        data = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            data += line[1:] if line.startswith(b".") else line
        return data

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")


class Relay:
    """Use as a context manager. `answers`: address -> list of replies to its next RCPT commands, then 250."""

    def __init__(self, certificate=None, password=None, answers=None):
        self.letters, self.lines, self.password, self.answers = [], [], password, answers or {}
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session, bind_and_activate=True)
        self.server.daemon_threads = True
        self.server.relay = self
        self.port = self.server.server_address[1]

    def answer(self, address):
        waiting = self.answers.get(address)
        return waiting.pop(0) if waiting else "250 ok"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
