"""The sample course, deployed and published on a server of its own."""

import json
import shutil

from support.server import ROOT

SAMPLE = ROOT / "apps" / "homework" / "sample"
TEST = "operating-systems/test01"


def own_client(server, service):
    """A client with the credentials of `hearth env`, which the trainer's tool has too."""
    own = server.environment()
    return server.client(service, key=own["AWS_ACCESS_KEY_ID"], secret=own["AWS_SECRET_ACCESS_KEY"])


class Course:
    """The pipeline on a server of its own, with answers of two students."""

    def __init__(self, server, folder):
        self.server = server
        self.folder = folder
        self.course = folder / "course"
        shutil.copytree(SAMPLE, self.course)
        server.run("trainer", "deploy", "--course", self.course, cwd=ROOT)
        server.run("trainer", "publish", self.course)
        server.run("trainer", "roster", "invite", "--all", "--out", folder / "invites")
        self.bucket = json.loads(self.trainer("deploy", "--course", self.course, "--json", cwd=ROOT).stdout)["dataBucket"]
        self.s3 = self.client("s3")

    def client(self, service):
        return own_client(self.server, service)

    def trainer(self, *arguments, **more):
        return self.server.run("trainer", *arguments, **more)

    def json(self, *arguments):
        return json.loads(self.trainer(*arguments, "--json").stdout)

    def answer(self, student, *answers):
        own = {"HOME": str(self.folder / student), "XDG_CONFIG_HOME": str(self.folder / student / "config"),
               "XDG_DATA_HOME": str(self.folder / student / "data")}
        self.server.run("homework", "login", "--invite-file", self.folder / "invites" / f"{student}.invite", env=own)
        chosen = [part for answer in answers for part in ("--answer", answer)]
        self.server.run("homework", "do", TEST, *chosen, env=own)
        return json.loads(self.server.run("homework", "submit", TEST, "--yes", "--json", env=own).stdout)

    def board(self):
        return self.json("status", TEST)["tests"][0]

    def row(self, student):
        return next(row for row in self.board()["students"] if row["studentId"] == student)

    def versions(self):
        """Every version of every object, and delete markers without a body."""
        for page in self.s3.get_paginator("list_object_versions").paginate(Bucket=self.bucket):
            for version in page.get("Versions", []):
                body = self.s3.get_object(Bucket=self.bucket, Key=version["Key"], VersionId=version["VersionId"])["Body"].read()
                yield version["Key"], body
            for marker in page.get("DeleteMarkers", []):
                yield marker["Key"], b""


def current(s3, bucket):
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for entry in page.get("Contents", []):
            yield entry["Key"], s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
