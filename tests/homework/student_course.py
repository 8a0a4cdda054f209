"""A course on a real server for the tests of the students' clients: every type of question, hostile text, three tests."""

import json
import shutil

from support.server import ROOT

SAMPLE = ROOT / "apps" / "homework" / "sample"
NOW = "2027-07-05T18:41:00Z"  # Monday 20:41 in Warsaw
TEST = "operating-systems/every-type"
HOSTILE = "What does `ls *` print?\n<b>$(touch x)</b>\t'\"\\n \x1b[31mred\n    $ ls\t*"
QUESTIONS = [
    {"questionId": "1", "question": HOSTILE, "code": "for f in *; do\n\techo \"$f\"\ndone",
     "answers": [{"answerId": "a", "answerBody": "every *"}, {"answerId": "b", "answerBody": "a  b"}]},
    {"questionId": "2", "question": "Which are kernels?", "type": "multiple", "points": 2,
     "answers": [{"answerId": i, "answerBody": body} for i, body in zip("abc", ("Linux", "bash", "Hurd"))]},
    {"questionId": "3", "question": "The kernel is a process.", "type": "truefalse"},
    {"questionId": "4", "question": "Which process comes first?", "type": "text"},
    {"questionId": "5", "question": "How much is pi?", "type": "number"},
]
KEY = [
    {"questionId": "1", "answer": "a", "feedback": "The shell expands it."},
    {"questionId": "2", "answer": "a,c"},
    {"questionId": "3", "answer": "false"},
    {"questionId": "4", "answer": "init", "accept": ["systemd"]},
    {"questionId": "5", "answer": "3.14", "tolerance": "0.01"},
]
ANSWERS = [("1", "a"), ("2", "a,c"), ("3", "false"), ("4", "Init"), ("5", "3,14")]


def write_course(folder):
    shutil.copytree(SAMPLE, folder)
    test = folder / "subjects" / "operating-systems" / "every-type"
    test.mkdir()
    (test / "test.json").write_text(json.dumps({"title": "Every type", "opens": "2027-07-01 10:00", "due": "2027-07-05 23:00"}))
    (test / "questions.json").write_text(json.dumps(QUESTIONS))
    (test / "questionsKey.json").write_text(json.dumps(KEY))
    for settings in folder.glob("subjects/**/test.json"):
        told = json.loads(settings.read_text())
        settings.write_text(json.dumps(told | {"opens": "2027-07-01 10:00", "due": "2027-07-05 23:00"}))
    return folder


class Course:
    """Deployed and published; an invite for each student."""

    def __init__(self, server, folder):
        self.server = server
        self.folder = folder
        server.run("trainer", "deploy", "--course", SAMPLE)
        server.run("trainer", "publish", write_course(folder / "course"))
        server.run("trainer", "roster", "invite", "--all", "--out", folder / "invites")

    def invite(self, student):
        return (self.folder / "invites" / f"{student}.invite").read_text().strip()

    def objects(self, part):
        """Keys of the course's bucket that contain `part`, with their contents."""
        environment = self.server.environment()
        s3 = self.server.client("s3", key=environment["AWS_ACCESS_KEY_ID"], secret=environment["AWS_SECRET_ACCESS_KEY"])
        found = {}
        for bucket in s3.list_buckets()["Buckets"]:
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"]):
                for entry in page.get("Contents", []):
                    if part in entry["Key"]:
                        found[entry["Key"]] = s3.get_object(Bucket=bucket["Name"], Key=entry["Key"])["Body"].read()
        return found

    def attempts(self, student, test=TEST):
        found = self.objects(f"{test}/{student}/attempts/")
        return [json.loads(found[key]) for key in sorted(found)]
