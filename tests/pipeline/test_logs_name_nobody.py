"""Whatever happens to a course: no log of its functions or of the server names a student, an address, a key or an answer."""

import csv
import http.client
import json
import urllib.parse

import pytest

from support.course import write_course
from support.server import Hearth
from support.smtp_relay import Relay
from support.wait import until

NOW, AFTER = "2027-07-05T18:00:00Z", "2027-07-05T21:02:00Z"
TEST = "operating-systems/test01"
STUDENTS = [("zqanna", "anna.zq@example.org", "Anna Zqowska"), ("zqbert", "bert.zq@example.org", "Bert Zqinski"),
            ("zqcyd", "cyd.zq@example..org", "Cyd Zqacz")]
ANSWER = "zqanswer of mine"


class Desk:
    """A course of three students, one of whom has no address, with a question that wants words; and who answers through the API."""

    def __init__(self, folder, relay):
        self.server = Hearth(folder / "data", "--verbose", "--smtp-host", "127.0.0.1", "--smtp-port", relay.port, "--smtp-tls", "off").start("--clock", NOW)
        self.folder = folder
        self.course = write_course(folder / "course", 3, 1, due="2027-07-05 23:00", opens="2027-06-28 12:00", receiptMail=True)
        with open(self.course / "students.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("student_id", "email", "name"), *STUDENTS])
        test = self.course / "subjects" / TEST
        for name, more in (("questions.json", {"questionId": "7", "question": "What is it called?", "type": "text"}),
                           ("questionsKey.json", {"questionId": "7", "answer": "zqsolution"})):
            (test / name).write_text(json.dumps(json.loads((test / name).read_text()) + [more]))
        deployed = json.loads(self.run("deploy", "--course", self.course, "--json").stdout)
        self.bucket, self.api = deployed["dataBucket"], urllib.parse.urlsplit(deployed["apiUrl"])
        self.run("publish", self.course, check=False)
        self.run("roster", "invite", "--all", "--out", folder / "invites")
        self.keys = {path.stem: path.read_text().strip().rpartition(":")[2] for path in (folder / "invites").glob("*.invite")}
        self.s3 = self.client("s3")

    def run(self, *arguments, **more):
        return self.server.run("trainer", *arguments, **more)

    def client(self, service):
        own = self.server.environment()
        return self.server.client(service, key=own["AWS_ACCESS_KEY_ID"], secret=own["AWS_SECRET_ACCESS_KEY"])

    def call(self, student, method, path, document=None, raw=None):
        connection = http.client.HTTPConnection(self.api.hostname, self.api.port, timeout=60)
        body = raw if raw is not None else None if document is None else json.dumps(document)
        connection.request(method, f"{self.api.path}/v1/{path}", body, {"x-api-key": self.keys[student], "Content-Type": "application/json"})
        return connection.getresponse().status

    def submit(self, student, answers, **more):
        document = {"subjectName": "operating-systems", "testId": "test01", "studentId": student,
                    "testResult": [{"questionId": q, "answer": a} for q, a in answers.items()]} | more
        return self.call(student, "POST", "test", document)

    def score(self, **event):
        return self.client("lambda").invoke(FunctionName="homework-scoring-score-tests", Payload=json.dumps({"time": AFTER} | event).encode())

    def logged(self):
        """Everything: what the server wrote, and every event of every log group."""
        logs = self.client("logs")
        said = []
        for page in logs.get_paginator("describe_log_groups").paginate():
            for group in page["logGroups"]:
                for events in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                    said += [f"{group['logGroupName']}: {event['message']}" for event in events["events"]]
        return said, list(self.server.log)


@pytest.fixture
def desk(tmp_path):
    with Relay() as relay:
        made = Desk(tmp_path, relay)
        yield made
        made.server.kill()


def test_no_log_names_a_student(desk):
    answers = {"1": "c", "7": ANSWER}
    assert desk.submit("zqanna", answers) == 200
    assert desk.submit("zqbert", answers) == 200
    # What is refused, and what is in trouble.
    assert desk.submit("zqanna", answers, studentId="zqbert") == 403
    assert desk.submit("zqanna", {"1": "zqletter"}) == 422
    assert desk.submit("zqanna", answers, testId="../zqcyd") == 400
    assert desk.call("zqcyd", "POST", "test", raw='{"studentId": "zqcyd", "zqbroken') == 400
    assert desk.call("zqanna", "POST", "tests", {"studentId": "zqanna"}) == 200
    assert desk.call("zqanna", "GET", "result?subjectName=operating-systems&testId=test01&studentId=zqanna") == 404
    attempt = next(entry["Key"] for entry in desk.s3.list_objects_v2(Bucket=desk.bucket, Prefix=f"{TEST}/zqbert/attempts/")["Contents"])
    whole = desk.s3.get_object(Bucket=desk.bucket, Key=attempt)["Body"].read()
    desk.s3.put_object(Bucket=desk.bucket, Key=attempt, Body=b'{"studentId": "zqbert", "zqbroken')
    assert desk.call("zqbert", "GET", "test?subjectName=operating-systems&testId=test01") == 503
    desk.s3.put_object(Bucket=desk.bucket, Key=attempt, Body=whole)
    desk.s3.put_object(Bucket=desk.bucket, Key=f"{TEST}/zqcyd/testResult.json", Body=b'[{"questionId": "7", "answer": "zqbroken')
    desk.run("remind", "test01", "--yes", check=False)
    assert "FunctionError" not in desk.score()
    desk.score(regrade=True, test=TEST, reason="zqreason")
    roster = desk.s3.get_object(Bucket=desk.bucket, Key="studentsList.json")["Body"].read()
    desk.s3.put_object(Bucket=desk.bucket, Key="studentsList.json", Body=roster.replace(b"bert.zq@example.org", b'", "zqanna": '))
    assert "FunctionError" in desk.score()
    desk.s3.put_object(Bucket=desk.bucket, Key="studentsList.json", Body=roster)
    assert desk.call("zqanna", "GET", "result?subjectName=operating-systems&testId=test01") == 200
    desk.run("privacy", "erase", "zqbert", "--yes")
    functions = {"list-tests", "get-test", "submit-test", "get-result", "score-tests", "notify-students"}
    until(lambda: {line.partition(":")[0].rpartition("api-")[2].rpartition("scoring-")[2] for line in desk.logged()[0]} >= functions,
          "a log of every function")
    said, server = desk.logged()
    assert any("get-test" in line for line in said) and server
    named = [line for line in said + server for secret in ("zq", *desk.keys.values()) if secret in line.lower()]
    assert named == []
