"""A students' API in memory, after the contract of apps/homework/README.md, with faults that a test can ask for."""

import base64
import hashlib
import http.server
import json
import subprocess
import tempfile
import threading

QUESTIONS = [
    {
        "questionId": str(n),
        "question": text,
        "answers": [{"answerId": i, "answerBody": f"{word} of question {n}"} for i, word in zip("abcd", WORDS)],
    }
    for WORDS in [("first", "second", "third", "fourth")]
    for n, text in [
        (1, "What is a kernel?"),
        (2, "What does ls * do?\n\n    $ ls\t*\n    a  b\x1b[31m"),
        (3, "Which process has the number 1?"),
    ]
]


class SigningKey:
    """An Ed25519 key; OpenSSL's command makes the signatures."""

    def __init__(self, seed=bytes(range(32))):
        self.file = tempfile.NamedTemporaryFile(suffix=".der")
        self.file.write(bytes.fromhex("302e020100300506032b657004220420") + seed)
        self.file.flush()
        public = subprocess.run(["openssl", "pkey", "-inform", "DER", "-in", self.file.name, "-pubout", "-outform", "DER"],
                                capture_output=True, check=True).stdout[-32:]
        self.id = hashlib.sha256(public).hexdigest()[:8]
        self.published = {"keyId": self.id, "publicKey": base64.b64encode(public).decode(), "createdAt": "2019-03-01T00:00:00Z"}

    def sign(self, text):
        with tempfile.NamedTemporaryFile() as message:
            message.write(text.encode())
            message.flush()
            signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", self.file.name,
                                        "-in", message.name], capture_output=True, check=True).stdout
        return f"{text}signature: ed25519:{self.id}:{base64.b64encode(signature).decode()}\n"


class FakeApi:
    """Serves on a free port of 127.0.0.1 until closed. The public members may be changed between requests."""

    def __init__(self):
        self.key = "k9fLw2TqZx81MnBvCcXz"
        self.student = "student01"
        self.lang = "en"
        self.questions = json.loads(json.dumps(QUESTIONS))
        self.more = {}  # members of the test that the list tells beside its own
        self.others = []  # other tests of the list
        self.status = "open"
        self.now = "2019-04-08T18:41:00Z"
        self.faults = []  # HTTP statuses, or (status, document), to answer with before anything else; 0 cuts the connection
        self.cut_after = None  # bytes of the next answer's whole message that are still sent
        self.result = None  # body of GET /v1/result
        self.submissions = []
        self.attempts = []  # what a server would have stored: no repetition of the newest
        self.requests = []
        self.signer = SigningKey()
        api = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_GET(self):
                self.answer(*api.route("GET", self.path, self.headers, b""))

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                self.answer(*api.route("POST", self.path, self.headers, body))

            def answer(self, status, document):
                if status == 0:
                    self.close_connection = True
                    return
                body = json.dumps(document).encode()
                head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                message = head + body
                if api.cut_after is not None and self.command == "POST" and self.path.endswith("/test"):
                    message = message[:api.cut_after]
                    api.cut_after = None
                    self.close_connection = True
                self.wfile.write(message)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/_aws/execute-api/abc123"

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def invite(self):
        return f"{self.url}#{self.student}:{self.key}"

    @property
    def question_set(self):
        return hashlib.sha256(json.dumps(self.questions).encode()).hexdigest()

    def info(self):
        return {
            "subject": "operating-systems",
            "testId": "test01",
            "title": "Kernels and \x1b[1mboot",
            "opens": "2019-04-01T10:00:00Z",
            "due": "2019-04-08T21:00:00Z",
            "dueText": "Mon 8 Apr 2019 23:00",
            "late": "reject",
            "questionSet": self.question_set,
            "status": self.status,
            "attempts": 0,
            "attemptsLeft": None,
            "partial": False,
            "receivedAt": "2019-04-08T18:43:07.000Z" if self.attempts else None,
            "score": None,
        } | self.more

    def route(self, method, path, headers, body):
        self.requests.append((method, path))
        if self.faults:
            fault = self.faults.pop(0)
            return fault if isinstance(fault, tuple) else (fault, {"message": "Internal server error"})
        if headers.get("x-api-key") != self.key:
            return 403, {"message": "Forbidden"}
        base = "/_aws/execute-api/abc123/api/v1"
        if (method, path) == ("POST", base + "/tests"):
            return 200, self.list()
        if (method, path) == ("GET", base + "/test?subjectName=operating-systems&testId=test01"):
            return 200, {"body": self.questions, "code": 200, "test": self.info(), "submission": self.submission()}
        if (method, path) == ("POST", base + "/test"):
            return self.submit(json.loads(body))
        if (method, path) == ("GET", base + "/result?subjectName=operating-systems&testId=test01"):
            if self.result is None:
                return 404, {"body": "There is no score yet", "code": 404}
            return 200, {"body": self.result, "code": 200}
        return 403, {"message": "Missing Authentication Token"}

    def list(self):
        open_tests = [{"subject": "operating-systems", "testIds": ["test01"]}] if self.status == "open" else []
        return {
            "body": open_tests,
            "code": 200,
            "studentId": self.student,
            "course": "Operating systems",
            "serverTime": self.now,
            "timeZone": "Europe/Warsaw",
            "lang": self.lang,
            "receiptKeys": {"keys": [self.signer.published]},
            "tests": [self.info(), *self.others],
        }

    def submission(self):
        if not self.attempts:
            return None
        request, receipt = self.attempts[-1]
        return {"receivedAt": receipt["receivedAt"], "late": False, "questionSet": request["questionSet"],
                "answers": request["testResult"], "receipt": receipt}

    def submit(self, request):
        if self.status == "closed":
            return 410, {"body": "This test is closed", "code": 410}
        if request.get("questionSet") not in (None, self.question_set):
            return 409, {"body": "The questions were changed", "code": 409}
        self.submissions.append(request)
        if not self.attempts or self.attempts[-1][0]["testResult"] != request["testResult"]:
            self.attempts.append((request, self.receipt(request)))
        self.status = "received"
        return 200, {"body": "Successfully uploaded test result", "code": 200, "serverTime": "2019-04-08T18:43:07Z",
                     "receipt": self.attempts[-1][1]}

    def receipt(self, request):
        answers = request["testResult"]
        lines = "".join(f"{answer['questionId']}={answer['answer']}\n" for answer in answers)
        digest = hashlib.sha256(lines.encode()).hexdigest()
        code = "R-7F3K-Q2MD" if not self.attempts else f"R-7F3K-Q2M{len(self.attempts)}"
        text = (f"Receipt       {code}\nCourse        Operating systems\nTest          operating-systems/test01  Kernels and boot\n"
                f"Student       {self.student}\nReceived      Mon 8 Apr 2019 20:43:07 Europe/Warsaw\n"
                f"              2019-04-08T18:43:07Z\nQuestion set  {self.question_set}\nSHA-256       {digest}\n\n{lines}")
        return {
            "code": code,
            "receivedAt": "2019-04-08T18:43:07Z",
            "receivedText": "Mon 8 Apr 2019 20:43:07",
            "timeZone": "Europe/Warsaw",
            "late": False,
            "due": "2019-04-08T21:00:00Z",
            "answered": len(answers),
            "questions": len(self.questions),
            "answersSha256": digest,
            "text": self.signer.sign(text),
        }
