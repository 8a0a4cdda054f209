"""The page with an API in memory, after the contract of apps/homework/README.md: for what a real course shows only at
a certain time, or after scoring. The members may be changed between two requests."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from page_site import PAGE

KEY = "k9fLw2TqZx81MnBvCcXz"
OTHER_KEY = "p3XaLm7RtYw02QdFgHjK"
LONG = "a-name-without-any-blank-" * 4
QUESTIONS = [
    {"questionId": "1", "question": "What is a kernel?\n\n    $ uname\t-r", "points": 2, "code": "int main() {\n\treturn 0;" + " // long" * 40 + "\n}",
     "answers": [{"answerId": "a", "answerBody": "The core of an operating system"}, {"answerId": "b", "answerBody": LONG}]},
    {"questionId": "2", "question": "Which of these are shells?", "type": "multiple", "points": 3,
     "answers": [{"answerId": i, "answerBody": body} for i, body in zip("abc", ("bash", "zsh", "grub"))]},
    {"questionId": "constructor", "question": "A zombie process uses the processor.", "type": "truefalse"},
    {"questionId": "4", "question": "Which program has the number 1?", "type": "text"},
    {"questionId": "5", "question": "How much is π?", "type": "number"},
]
RECEIPT = {"code": "R-7F3K-Q2MD", "receivedAt": "2019-04-08T18:43:07Z", "receivedText": "Mon 8 Apr 2019 20:43:07",
           "timeZone": "Europe/Warsaw", "late": False, "due": "2019-04-08T21:00:00Z", "answered": 5, "questions": 5,
           "answersSha256": "5c0e" * 16, "text": "Receipt R-7F3K-Q2MD\nsha256 " + "5c0e" * 16 + "\n1=a\n"}
RESULT = {"score": 4, "scale": 5, "points": 6, "maxPoints": 8, "percent": "75", "grade": "4", "late": False, "version": 1,
          "reason": "key of question 4 fixed", "title": "Kernels and boot", "released": True, "releasedAt": "2019-04-08T21:01:00Z",
          "class": {"n": 22, "mean": "4.1"},
          "questions": [
              {"questionId": "1", "question": QUESTIONS[0]["question"], "code": "int main() {}", "points": 2, "maxPoints": 2, "right": True,
               "given": "a", "givenText": "The core of an operating system", "correct": "a",
               "correctText": "The core of an operating system", "feedback": "The kernel is <b>it</b>."},
              {"questionId": "2", "question": "Which of these are shells?", "points": 1, "maxPoints": 3, "right": False, "given": "a,c",
               "givenText": "bash, grub", "correct": "a,b", "correctText": "bash, zsh"},
              {"questionId": "4", "question": "Which program has the number 1?", "points": 0, "maxPoints": 1, "right": False,
               "given": "bash", "givenText": "bash", "correct": "init", "correctText": "init"},
              {"questionId": "5", "question": "How much is π?", "points": 0, "maxPoints": 1, "right": False, "given": "",
               "correct": "3.14", "correctText": "3.14"}]}


class StandIn:
    """Serves on a free port of 127.0.0.1 until closed."""

    def __init__(self):
        self.reset()
        page = PAGE.read_bytes()
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_GET(self):
                if self.path == "/api/":
                    return self.answer(200, "text/html; charset=utf-8", page)
                self.route(None)

            def do_POST(self):
                self.route(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

            def route(self, body):
                status, document = api.route(self.command, self.path, self.headers.get("x-api-key"), body)
                self.answer(status, "application/json", json.dumps(document).encode())

            def answer(self, status, kind, body):
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/api/"

    def reset(self):
        self.now = "2019-04-08T18:41:30Z"
        self.lang = "en"
        self.students = {KEY: "student01", OTHER_KEY: "student02"}
        self.questions = json.loads(json.dumps(QUESTIONS))
        self.question_set = "1" * 64
        self.submission = None
        self.submitted = []
        self.refusals = []  # (status, document) to answer the next submissions with
        self.result = (200, {"body": RESULT, "code": 200})
        self.tests = [
            self.test("open", "open", attempts=3, attemptsLeft=2, partial=True),
            self.test("received", "received", receivedAt="2019-04-08T10:00:00Z", extended=True, late="flag"),
            self.test("closed", "closed", due="2019-04-01T21:00:00Z"),
            self.test("done", "done", due="2019-04-01T21:00:00Z", receivedAt="2019-04-01T10:00:00Z"),
            self.test("scored", "scored", due="2019-04-01T21:00:00Z", receivedAt="2019-04-01T10:00:00Z",
                      score={"score": 4, "scale": 5, "points": 6, "maxPoints": 8, "grade": "4", "percent": "75"}),
        ]

    @staticmethod
    def test(name, status, **more):
        return {"subject": "operating-systems", "testId": name, "title": f"The {name} test", "opens": "2019-03-01T10:00:00Z",
                "due": "2019-04-08T21:00:00Z", "dueText": "Mon 8 Apr 2019 23:00", "late": "reject", "status": status,
                "receivedAt": None, "score": None, "attempts": 0, "attemptsLeft": None, "partial": False} | more

    @property
    def link(self):
        return f"{self.address}#student01:{KEY}"

    def link_of(self, student):
        key = next(key for key, name in self.students.items() if name == student)
        return f"{self.address}#{student}:{key}"

    def route(self, method, path, key, body):
        student = self.students.get(key)
        if student is None:
            return 403, {"message": "Forbidden"}
        url = urlsplit(path)
        test_id = parse_qs(url.query).get("testId", [""])[0]
        if (method, url.path) == ("POST", "/api/v1/tests"):
            tests = [test | {"questionSet": self.question_set} for test in self.tests]
            return 200, {"body": [], "code": 200, "studentId": student, "course": "Operating systems", "lang": self.lang,
                         "serverTime": self.now, "timeZone": "Europe/Warsaw", "tests": tests}
        if (method, url.path) == ("GET", "/api/v1/result"):
            return self.result
        if (method, url.path) == ("GET", "/api/v1/test"):
            test = next(test for test in self.tests if test["testId"] == test_id)
            if test["status"] in ("closed", "done", "scored"):
                return 410, {"body": "This test closed", "code": 410}
            return 200, {"body": self.questions, "code": 200, "serverTime": self.now, "submission": self.submission,
                         "test": test | {"questionSet": self.question_set}}
        if (method, url.path) == ("POST", "/api/v1/test"):
            if self.refusals:
                return self.refusals.pop(0)
            self.submitted.append(json.loads(body))
            return 200, {"body": "Successfully uploaded test result", "code": 200, "receipt": RECEIPT}
        return 403, {"message": "Missing Authentication Token"}

    def close(self):
        self.server.shutdown()
        self.server.server_close()
