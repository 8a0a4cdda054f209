"""A course of any size, with students who answer through the real API."""

import csv
import http.client
import json
import pathlib
import urllib.parse

ANSWERS = "abcd"


def write_course(folder, students, tests, due, opens, questions=6, grace=60, **settings):
    """A course folder. `due` and `opens` are local times of Warsaw, as trainers write them; `grace` in seconds."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    course = {"name": "Operating systems", "timezone": "Europe/Warsaw", "lang": "en", "scale": 5, "rounding": "half-up",
              "from": "Homework <homework@example.org>", "trainers": ["trainer@example.org"]}
    (folder / "course.json").write_text(json.dumps(course | settings))
    with open(folder / "students.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["student_id", "email", "name"])
        writer.writerows([student_id(i), f"{student_id(i)}@example.org", f"Student {i}"] for i in range(1, students + 1))
    for number in range(1, tests + 1):
        test = folder / "subjects" / "operating-systems" / f"test{number:02}"
        test.mkdir(parents=True, exist_ok=True)
        (test / "test.json").write_text(json.dumps({"title": f"Test {number}", "opens": opens, "due": due, "graceSeconds": grace}))
        (test / "questions.json").write_text(json.dumps([
            {"questionId": str(q), "question": f"What is the answer to question {q} of test {number}?",
             "answers": [{"answerId": a, "answerBody": f"Choice {a} of {q}"} for a in ANSWERS]} for q in range(1, questions + 1)]))
        (test / "questionsKey.json").write_text(json.dumps([
            {"questionId": str(q), "answer": ANSWERS[(q + number) % 4]} for q in range(1, questions + 1)]))
    return folder


def student_id(number):
    return f"student{number:03}"


class Student:
    """One student with a kept connection to the API."""

    def __init__(self, invite):
        address, credential = invite.strip().split("#")
        self.id, self.key = credential.split(":")
        url = urllib.parse.urlsplit(address)
        self.path = url.path.rstrip("/").removesuffix("/api") + "/api"
        self.connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)

    def call(self, method, path, document=None):
        """The HTTP status and the answer's document."""
        self.connection.request(method, f"{self.path}/v1/{path}", None if document is None else json.dumps(document),
                                {"x-api-key": self.key, "Content-Type": "application/json"})
        response = self.connection.getresponse()
        return response.status, json.loads(response.read())

    def submit(self, subject, test, answers):
        return self.call("POST", "test", {"subjectName": subject, "testId": test, "studentId": self.id,
                                          "testResult": [{"questionId": str(q), "answer": a} for q, a in answers.items()]})


def read_invites(folder):
    return [Student(path.read_text()) for path in sorted(pathlib.Path(folder).glob("*.invite"))]
