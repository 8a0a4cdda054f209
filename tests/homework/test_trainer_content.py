"""The trainer's content from outside, without a server: a new course, questions from elsewhere, preview, roster."""

import csv
import io
import json
import re
import shutil
import subprocess

import pytest

GIFT = """$CATEGORY: $course$/top/Pipes and files

// [points:2]
::pipe:: Which call makes a pipe? {
  =pipe() # it makes two descriptors
  ~fork()
  ~open() ####See man 2 pipe.
}

::std:: Which are standard streams? {~%50%stdin ~%50%stderr ~%-100%stdlog}

A pipe has two ends. {T}

Which signal says that nobody reads? {=SIGPIPE =PIPE}

How many bytes does a pipe take at least, atomically? {#512:0}
"""


@pytest.fixture
def trainer(bin_folder, home, tmp_path):
    def call(*arguments, code=0):
        done = subprocess.run([bin_folder / "trainer", *arguments], env=home, cwd=tmp_path, capture_output=True, text=True,
                              timeout=60)
        assert done.returncode == code, (arguments, done.stdout, done.stderr)
        return done
    return call


@pytest.fixture
def course(trainer, tmp_path):
    trainer("init", "course", "--course-name", "Systems")
    return tmp_path / "course"


def read(path):
    return json.loads(path.read_text())


def test_a_new_course_is_good_and_is_begun_once(trainer, course):
    assert trainer("check", "course").stdout == "Good: 1 test, 5 questions, 2 students, 0 warnings.\n"
    assert read(course / "course.json")["name"] == "Systems"
    assert "nothing was changed" in trainer("init", "course", "--course-name", "Systems").stderr
    (course / "course.json").write_text('{"name": "Mine"}')
    again = trainer("init", "course", code=2)
    assert "There is a course.json in course already." in again.stderr and "trainer init FOLDER" in again.stderr
    assert read(course / "course.json") == {"name": "Mine"}
    assert json.loads(trainer("init", "other", "--json").stdout)["written"][0] == "README.md"


def test_gift_is_imported_exported_and_read_again(trainer, course, tmp_path):
    (tmp_path / "pipes.gift").write_text(GIFT)
    planned = trainer("import", "pipes.gift", "--course", "course", "--test", "systems/test02", "--dry-run")
    assert "+ pipe" in planned.stdout and "nothing was written" in planned.stderr
    assert not (course / "subjects/systems").exists()
    trainer("import", "pipes.gift", "--course", "course", "--test", "systems/test02")
    test = course / "subjects/systems/test02"
    assert read(test / "test.json") == {"title": "Pipes and files"}
    assert [question.get("type", "single") for question in read(test / "questions.json")] == [
        "single", "multiple", "truefalse", "text", "number"]
    key = read(test / "questionsKey.json")
    assert key[0] == {"questionId": "pipe", "answer": "a",
                      "feedback": "See man 2 pipe.\npipe(): it makes two descriptors"}
    assert key[1]["answer"] == "a,b" and key[3]["accept"] == ["PIPE"] and key[4]["tolerance"] == "0"
    assert trainer("check", "course").stdout.startswith("Good: 2 tests, 10 questions")

    files = {name: (test / name).read_bytes() for name in ("questions.json", "questionsKey.json")}
    for form in ("--gift", "--csv"):
        out = tmp_path / f"out{form}.{form[2:]}"
        trainer("export", "test02", form, "--course", "course", "--out", out)
        for name in files:
            (test / name).unlink()
        trainer("import", out, "--course", "course", "--test", "systems/test02")
        assert {name: (test / name).read_bytes() for name in files} == files, form


def test_importing_over_a_test_shows_the_difference_and_needs_force(trainer, course, tmp_path):
    (tmp_path / "q.gift").write_text("::1:: Q1? {=a ~b}\n\n::2:: Q2? {T}\n")
    where = ("--course", "course", "--test", "systems/test02")
    trainer("import", "q.gift", *where)
    assert "nothing has changed" in trainer("import", "q.gift", *where).stderr
    (tmp_path / "q.gift").write_text("::1:: Q1? {~a =b}\n\n::3:: Q3? {T}\n")
    refused = trainer("import", "q.gift", *where, code=6)
    assert re.findall(r"^[+~-] \w+", refused.stdout, re.M) == ["~ 1", "+ 3", "- 2"]
    assert "--force" in refused.stderr
    assert len(read(course / "subjects/systems/test02/questionsKey.json")) == 2
    assert read(course / "subjects/systems/test02/questionsKey.json")[0]["answer"] == "a"
    trainer("import", "q.gift", *where, "--force")
    assert read(course / "subjects/systems/test02/questionsKey.json")[0]["answer"] == "b"


@pytest.mark.parametrize("name, content, place, words", [
    ("q.gift", "Q1? {=a ~b}\n\n\nWrite about it {}\n", "4:17", "an essay"),
    ("q.gift", "Match {=a -> 1 =b -> 2}\n", "1:8", "a matching question"),
    ("q.gift", "The {=cat ~dog} sat.\n", "1:17", "a missing word question"),
    ("q.gift", "Żółty? {=a\n ~b\n\nQ2? {T}\n", "1:8", "the brace that opens here"),
    ("q.csv", "question;a;b;answer\nQ1;x;y;c\n", "2:8", 'the right answer "c" is not offered'),
    ("q.aiken", "Q1?\nA. x\nC. y\nANSWER: A\n", "3:1", "B is expected"),
])
def test_mistakes_of_an_import_have_line_and_column(trainer, course, tmp_path, name, content, place, words):
    (tmp_path / name).write_text(content)
    failed = trainer("import", name, "--course", "course", "--test", "systems/test02", code=1)
    assert f"{name}:{place}: error: " in failed.stdout and words in failed.stdout
    assert "Nothing was written" in failed.stderr and not (course / "subjects/systems").exists()
    told = json.loads(trainer("import", name, "--course", "course", "--test", "systems/test02", "--json", code=1).stdout)
    assert f"{told['findings'][0]['line']}:{told['findings'][0]['column']}" == place


def test_wrong_names_are_answered_with_what_helps(trainer, course, tmp_path):
    (tmp_path / "q.txt").write_text("no format at all")
    assert "--format gift" in trainer("import", "q.txt", "--course", "course", "--test", "s/t", code=2).stderr
    assert "SUBJECT/TEST" in trainer("import", "q.txt", "--course", "course", "--test", "keys/t", code=2).stderr
    assert "trainer init" in trainer("import", "q.txt", "--course", "nowhere", "--test", "s/t", code=2).stderr
    assert "Did you mean  example/test01 ?" in trainer("preview", "exmaple/test01", "--course", "course", code=2).stderr
    assert "--gift" in trainer("export", "test01", "--aiken", "--course", "course", code=6).stderr


def test_the_preview_is_what_students_see_and_has_no_key(trainer, course):
    seen = trainer("preview", "test01", "--course", "course").stdout
    assert "Question 1 of 5" in seen and "What does the command pwd print?" in seen and "exit 3" in seen
    assert "Review" in seen and max(map(len, seen.splitlines())) <= 80
    assert "working directory" not in seen  # the feedback
    page = json.loads(trainer("preview", "test01", "--course", "course", "--page", "--json").stdout)
    html = (course / "preview-test01.html").read_text()
    assert page["url"] == (course / "preview-test01.html").as_uri()
    assert "What does the command pwd print?" in html and "working directory" not in html
    assert "Content-Security-Policy" not in html and html.count("<script") == 2


def test_a_roster_is_imported_with_its_difference(trainer, course, tmp_path):
    (tmp_path / "new.csv").write_text("\ufeffE-Mail;student_id\n".replace("E-Mail", "email")
                                      + "ada@example.org;student01\n\"x@example.org\";student03\ny@example.org;student04\n")
    planned = trainer("roster", "import", "new.csv", "--course", "course", "--dry-run").stdout
    assert planned.splitlines()[-1] == "+2 -1 ~1 mail, 3 students"
    assert "~ student01: mail student01@example.org -> ada@example.org, name, language" in planned
    assert "student02" in (course / "students.csv").read_text()
    trainer("roster", "import", "new.csv", "--course", "course")
    rows = list(csv.DictReader(io.StringIO((course / "students.csv").read_text())))
    assert [row["student_id"] for row in rows] == ["student01", "student03", "student04"]
    assert "as it was" in trainer("roster", "import", "new.csv", "--course", "course").stderr
    (tmp_path / "new.csv").write_text("student_id,email\nstudent01,nobody\nSTUDENT01,a@b.pl\n")
    failed = trainer("roster", "import", "new.csv", "--course", "course", code=1)
    assert "new.csv:2: error:" in failed.stdout and "new.csv:3: error:" in failed.stdout
    assert (course / "students.csv").read_text().count("\n") == 4


def test_each_command_has_help_with_an_example(trainer):
    for command in ("init", "import", "export", "check", "preview", "publish", "roster import", "roster invite",
                    "roster rotate", "roster revoke"):
        assert f"trainer {command}" in trainer(*command.split(), "--help").stdout
