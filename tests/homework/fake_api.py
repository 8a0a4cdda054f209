"""A students' API in memory, after the contract of apps/homework/README.md, with faults that a test can ask for."""

import hashlib
import http.server
import json
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


class FakeApi:
    """Serves on a free port of 127.0.0.1 until closed. The public members may be changed between requests."""

    def __init__(self):
        self.key = "k9fLw2TqZx81MnBvCcXz"
        self.student = "student01"
        self.questions = json.loads(json.dumps(QUESTIONS))
        self.status = "open"
        self.now = "2019-04-08T18:41:00Z"
        self.faults = []  # HTTP statuses to answer with before anything else; 0 cuts the connection
        self.submissions = []
        self.requests = []
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
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

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
            "receivedAt": "2019-04-08T18:43:07.000Z" if self.submissions else None,
            "score": None,
        }

    def route(self, method, path, headers, body):
        self.requests.append((method, path))
        if self.faults:
            return self.faults.pop(0), {"message": "Internal server error"}
        if headers.get("x-api-key") != self.key:
            return 403, {"message": "Forbidden"}
        base = "/_aws/execute-api/abc123/api/v1"
        if (method, path) == ("POST", base + "/tests"):
            open_tests = [{"subject": "operating-systems", "testIds": ["test01"]}] if self.status == "open" else []
            return 200, {
                "body": open_tests,
                "code": 200,
                "studentId": self.student,
                "course": "Operating systems",
                "serverTime": self.now,
                "timeZone": "Europe/Warsaw",
                "tests": [self.info()],
            }
        if (method, path) == ("GET", base + "/test?subjectName=operating-systems&testId=test01"):
            return 200, {"body": self.questions, "code": 200, "test": self.info()}
        if (method, path) == ("POST", base + "/test"):
            return self.submit(json.loads(body))
        return 403, {"message": "Missing Authentication Token"}

    def submit(self, request):
        if self.status == "closed":
            return 410, {"body": "This test is closed", "code": 410}
        if request.get("questionSet") not in (None, self.question_set):
            return 409, {"body": "The questions were changed", "code": 409}
        answers = request["testResult"]
        self.submissions.append(request)
        self.status = "received"
        digest = hashlib.sha256(json.dumps(answers).encode()).hexdigest()
        return 200, {
            "body": "Successfully uploaded test result",
            "code": 200,
            "serverTime": "2019-04-08T18:43:07Z",
            "receipt": {
                "code": "R-7F3K-Q2MD",
                "receivedAt": "2019-04-08T18:43:07Z",
                "receivedText": "Mon 8 Apr 2019 20:43:07",
                "timeZone": "Europe/Warsaw",
                "late": False,
                "due": "2019-04-08T21:00:00Z",
                "answered": len(answers),
                "questions": len(self.questions),
                "answersSha256": digest,
                "text": f"Receipt R-7F3K-Q2MD\nsha256 {digest}\n",
            },
        }
