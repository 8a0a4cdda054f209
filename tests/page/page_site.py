"""A course on a server of its own, with the students' page, as `trainer deploy` makes it."""

import json
import pathlib
import re

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

    def publish(self, tests):
        for name, (settings, questions, key) in tests.items():
            folder = self.course / "subjects" / name
            folder.mkdir(parents=True, exist_ok=True)
            for file, content in (("test.json", settings), ("questions.json", questions), ("questionsKey.json", key)):
                (folder / file).write_text(json.dumps(content))
        self.server.run("trainer", "publish", self.course)

    @property
    def address(self):
        return self.api + "/"

    def credential(self, student):
        return self.link(student).split("#", 1)[1]

    def link(self, student):
        """The invite, as the trainer gives it out."""
        return (self.folder / "invites" / f"{student}.invite").read_text().strip()

    def attempts(self, student, test):
        """What the server has stored, oldest first: {question: answer} each."""
        mine = self.server.environment()
        s3 = self.server.client("s3", mine["AWS_ACCESS_KEY_ID"], mine["AWS_SECRET_ACCESS_KEY"])
        listed = s3.list_objects_v2(Bucket=self.bucket, Prefix=f"{test}/{student}/attempts/").get("Contents", [])
        keys = [entry["Key"] for entry in listed if "/slots/" not in entry["Key"]]  # those are places, where attempts are limited
        bodies = [s3.get_object(Bucket=self.bucket, Key=key)["Body"].read() for key in keys]
        return [{answer["questionId"]: answer["answer"] for answer in json.loads(body)["answers"]} for body in bodies]
