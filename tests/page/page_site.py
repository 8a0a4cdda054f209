"""A course on a server of its own, with the students' page, as `trainer deploy` makes it."""

import json
import pathlib
import re
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support.server import BIN

PAGE = BIN.parent / "web" / "index.html"
COURSE = {"name": "Operating systems", "timezone": "Europe/Warsaw", "lang": "en", "from": "Homework <homework@example.org>",
          "trainers": ["trainer@example.org"], "scale": 5}


class Site:
    """`tests`: {"subject/test": (settings, questions, key)}."""

    def __init__(self, server, folder, tests, students=30, course=COURSE):
        self.server = server
        self.folder = pathlib.Path(folder)
        self.course = self.folder / "course"
        self.course.mkdir(parents=True)
        (self.course / "course.json").write_text(json.dumps(course))
        rows = [f"student{n:02},student{n:02}@example.org,Student {n},en\n" for n in range(1, students + 1)]
        (self.course / "students.csv").write_text("student_id,email,name,lang\n" + "".join(rows))
        deployed = server.run("trainer", "deploy", "--course", self.course).stdout
        self.api = re.search(r"^API +(http\S+?)/v1/tests$", deployed, re.M).group(1)
        self.bucket = re.search(r"^bucket +(\S+)$", deployed, re.M).group(1)
        self.publish(tests)
        server.run("trainer", "roster", "invite", "--all", "--out", self.folder / "invites")
        self.proxy = None if self._serves_page() else Proxy(self.api)

    def publish(self, tests):
        for name, (settings, questions, key) in tests.items():
            folder = self.course / "subjects" / name
            folder.mkdir(parents=True, exist_ok=True)
            for file, content in (("test.json", settings), ("questions.json", questions), ("questionsKey.json", key)):
                (folder / file).write_text(json.dumps(content))
        self.server.run("trainer", "publish", self.course)

    def _serves_page(self):
        try:
            with urllib.request.urlopen(self.api + "/") as answer:
                return answer.headers.get_content_type() == "text/html"
        except urllib.error.HTTPError:
            return False

    @property
    def address(self):
        return self.proxy.address if self.proxy else self.api + "/"

    def credential(self, student):
        return (self.folder / "invites" / f"{student}.invite").read_text().strip().split("#", 1)[1]

    def link(self, student):
        return f"{self.address}#{self.credential(student)}"

    def attempts(self, student, test):
        """What the server has stored, oldest first: {question: answer} each."""
        mine = self.server.environment()
        s3 = self.server.client("s3", mine["AWS_ACCESS_KEY_ID"], mine["AWS_SECRET_ACCESS_KEY"])
        listed = s3.list_objects_v2(Bucket=self.bucket, Prefix=f"{test}/{student}/attempts/").get("Contents", [])
        bodies = [s3.get_object(Bucket=self.bucket, Key=entry["Key"])["Body"].read() for entry in listed]
        return [{answer["questionId"]: answer["answer"] for answer in json.loads(body)["answers"]} for body in bodies]

    def close(self):
        if self.proxy:
            self.proxy.close()


class Proxy:
    """Serves the built page, and the API below it, at one origin."""

    def __init__(self, api):
        page = PAGE.read_bytes()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_GET(self):
                if self.path == "/api/":
                    self.answer(200, "text/html; charset=utf-8", page)
                else:
                    self.forward(None)

            def do_POST(self):
                self.forward(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

            def forward(self, body):
                headers = {name: self.headers[name] for name in ("x-api-key", "content-type") if name in self.headers}
                request = urllib.request.Request(api + self.path.removeprefix("/api"), body, headers, method=self.command)
                try:
                    with urllib.request.urlopen(request) as answer:
                        self.answer(answer.status, answer.headers["content-type"], answer.read())
                except urllib.error.HTTPError as error:
                    self.answer(error.code, error.headers["content-type"], error.read())

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

    def close(self):
        self.server.shutdown()
        self.server.server_close()
