"""The pipeline at its worst moment: a whole course submits at once, and everything is scored."""

import concurrent.futures
import http.client
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))
from support.course import ANSWERS, read_invites, student_id, write_course  # noqa: E402

STUDENTS, TESTS, CLIENTS = 300, 15, 16


def answers(test):
    """All right, for the course of write_course()."""
    return {q: ANSWERS[(q + test) % 4] for q in range(1, 7)}


class Course:
    def __init__(self, bench, server):
        self.bin = bench.hearth.parent
        self.server = server
        self.environment = os.environ | {"HEARTH_DATA": str(server.folder)}
        lines = subprocess.run([bench.hearth, "env", "--data", server.folder], capture_output=True, text=True, check=True).stdout
        for line in lines.splitlines():
            if line.startswith("export "):
                name, value = line.removeprefix("export ").split("=", 1)
                self.environment[name] = value.strip("'")
        now = time.time()
        local = lambda seconds: time.strftime("%Y-%m-%d %H:%M", time.gmtime(now + seconds))  # noqa: E731
        self.folder = write_course(server.folder / "course", STUDENTS, TESTS, due=local(6 * 86400), opens=local(-86400),
                                   notice=False, reminder="off")
        self.trainer("deploy", "--course", self.folder)
        self.trainer("publish", self.folder)
        self.trainer("roster", "invite", "--all", "--out", server.folder / "invites")
        self.students = read_invites(server.folder / "invites")

    def trainer(self, *arguments):
        done = subprocess.run([self.bin / "trainer", *map(str, arguments)], env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"trainer {arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def rush(self, test):
        """Milliseconds of each student's submission, all of them as fast as the clients go."""
        def submit(student):
            begun = time.perf_counter()
            status, document = student.submit("operating-systems", f"test{test:02}", answers(test))
            if status != 200 or document["receipt"]["late"]:
                raise RuntimeError(f"{status} {document}")
            return (time.perf_counter() - begun) * 1000

        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            return sorted(pool.map(submit, self.students))


def plain_rush(url):
    """The same threads, each with kept connections, at a server that does nothing."""
    at = urllib.parse.urlsplit(url)

    def ask(_):
        connection = http.client.HTTPConnection(at.hostname, at.port)
        begun = time.perf_counter()
        connection.request("GET", "/700")
        connection.getresponse().read()
        connection.close()
        return (time.perf_counter() - begun) * 1000

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        return sorted(pool.map(ask, range(STUDENTS)))


def measure(bench):
    server = bench.server("homework")
    server.start()
    try:
        course = Course(bench, server)
        python = bench.python_server()
        p50, p99, plain50, plain99 = [], [], [], []
        for test in range(1, TESTS + 1):  # each test once: who has submitted gets the same receipt again
            times, plain = course.rush(test), plain_rush(python)
            if test > 1:  # the first one is cold
                p50.append(statistics.median(times))
                p99.append(times[int(len(times) * 0.99)])
                plain50.append(statistics.median(plain))
                plain99.append(plain[int(len(plain) * 0.99)])
        beside = "Python `http.server`, the same clients"
        bench.report.add("Homework", f"{STUDENTS} students submit at once, {CLIENTS} clients: median", "ms", p50, beside, plain50)
        bench.report.add("Homework", f"{STUDENTS} students submit at once, {CLIENTS} clients: 99 of 100 below", "ms", p99, beside, plain99)
        begun = time.perf_counter()
        summary = json.loads(course.trainer("score", "--now", "--json"))
        seconds = time.perf_counter() - begun
        graded = sum(row["status"] == "graded" for board in summary["tests"] for row in board["students"])
        if graded != STUDENTS * TESTS:
            raise RuntimeError(f"{graded} were graded")
        begun = time.perf_counter()
        course.trainer("score", "--now", "--json")
        again = time.perf_counter() - begun
        bench.report.add("Homework", f"scoring {STUDENTS} students x {TESTS} tests, with {STUDENTS * TESTS} mails", "s", [seconds],
                         "the same run again: nothing new", [again])
    finally:
        server.stop()
