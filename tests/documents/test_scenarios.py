"""What a run of the whole suite demands of itself with --every-scenario (tests/support/scenarios.py)."""

import subprocess
import sys

from support import scenarios
from support.server import ROOT


def everything():
    """Answers with which nothing is missing."""
    for service, operations in scenarios.listed().items():
        for operation in operations:
            yield from ((service, operation, code) for code in (scenarios.OK, "NotThere", "AccessDenied", *scenarios.modelled(service)[operation]))
        yield from ((service, operations[0], code) for code in scenarios.errors_of(service))


def test_an_operation_has_to_answer_and_to_refuse():
    answers = set(everything())
    assert list(scenarios.gaps(answers)) == []
    answers -= {("logs", "TagResource", scenarios.OK), ("sts", "GetAccessKeyInfo", "NotThere"), ("s3", "ListBuckets", "AccessDenied"),
                ("s3", "ListBuckets", "NotThere")}
    assert list(scenarios.gaps(answers)) == ["logs: TagResource never answered", "s3: ListBuckets never refused anything",
                                             "sts: GetAccessKeyInfo never refused anything of its own accord"]


def test_what_is_not_there_has_to_be_asked_for():
    answers = set(everything()) - {("iam", "GetUser", "NoSuchEntity"), ("iam", "GetAccessKeyLastUsed", "NoSuchEntity")}
    assert list(scenarios.gaps(answers)) == ["iam: GetUser never said NoSuchEntity"]


def test_every_error_has_to_be_told_to_somebody():
    answers = {answer for answer in everything() if answer[2] not in ("DeleteConflict", "BucketNotEmpty", "TooManyBuckets")}
    assert list(scenarios.gaps(answers)) == ["iam: nobody was told DeleteConflict", "s3: nobody was told BucketNotEmpty"]


def test_errors_are_found_where_they_are_written():
    assert {"DeleteConflict", "NoSuchEntity"} <= scenarios.errors_of("iam")  # of the model, in functions that make them
    assert {"BucketNotEmpty", "InvalidPartNumber"} <= scenarios.errors_of("s3")  # of no model
    assert {"ChangeSetNotFound", "InsufficientCapabilitiesException"} <= scenarios.errors_of("cloudformation")  # in the engine


def test_the_exceptions_are_of_what_there_is():
    for exceptions in (scenarios.NEVER_WRONG, scenarios.NEVER_RIGHT, scenarios.NEVER_ABSENT):
        for service, operations in exceptions.items():
            assert operations <= set(scenarios.listed()[service])
    for service, errors in scenarios.OUT_OF_REACH.items():
        assert errors <= scenarios.errors_of(service)


def test_a_run_fails_and_says_what_is_missing():
    run = subprocess.run([sys.executable, "-m", "pytest", "-n", "1", "--every-scenario", f"{__file__}::test_the_exceptions_are_of_what_there_is"],
                         cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert run.returncode == 1 and "1 passed" in run.stdout, run.stdout
    assert "sts: AssumeRole never answered" in run.stdout and "sts: nobody was told ValidationError" in run.stdout


def test_no_two_files_of_tests_have_one_name():
    """pytest imports them by it: of two, the second is not run."""
    names = [path.name for path in (ROOT / "tests").glob("*/test_*.py")]
    assert sorted(names) == sorted(set(names))
