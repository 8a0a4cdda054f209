"""Completion in real shells; where a shell is not installed, its test is passed over."""

import os
import shutil
import subprocess

import pytest


@pytest.fixture
def environment(bin_folder, home, api):
    environment = home | {"PATH": f"{bin_folder}:{os.environ['PATH']}"}
    done = subprocess.run(["homework", "login", "--invite-file", "-"], input=api.invite, text=True, env=environment,
                          capture_output=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return environment


def completed(environment, *words):
    done = subprocess.run(["homework", "__complete", *words], env=environment, capture_output=True, text=True, timeout=30)
    return [line.split("\t")[0] for line in done.stdout.splitlines()]


def test_candidates(environment):
    assert completed(environment, "re") == ["result", "receipt"]
    assert completed(environment, "do", "") == ["operating-systems/test01"]
    assert completed(environment, "do", "--answer", "1=a", "--no") == ["--no-input"]
    assert completed(environment, "--color", "a") == ["auto", "always"]
    assert completed(environment, "receipt", "v") == ["verify"]
    assert completed(environment, "completion", "") == ["bash", "zsh", "fish"]
    assert completed(environment, "login", "--invite-file", "") == []
    assert "--yes" in completed(environment, "submit", "--")


def shell(name, environment, script):
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    done = subprocess.run([name, *(["-f"] if name == "zsh" else []), "-c", script], env=environment, capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_bash(environment):
    assert shell("bash", environment, """
        source <(homework completion bash)
        complete -p homework > /dev/null || exit 1
        COMP_WORDS=(homework do op) COMP_CWORD=2; _homework; echo "${COMPREPLY[@]}"
        COMP_WORDS=(homework su) COMP_CWORD=1; _homework; echo "${COMPREPLY[@]}"
    """) == ["operating-systems/test01", "submit"]


def test_zsh(environment):
    assert shell("zsh", environment, """
        autoload -Uz compinit && compinit -u -D
        source <(homework completion zsh)
        [[ ${_comps[homework]} == _homework ]] || exit 1
        _describe() { print -l -- ${(P)4}; }
        words=(homework su) CURRENT=2; _homework
    """)[0].startswith("submit:")


def test_fish(environment):
    assert shell("fish", environment, """
        homework completion fish | source
        complete -C 'homework do op' | string split -f1 \\t
        complete -C 'homework su' | string split -f1 \\t
    """) == ["operating-systems/test01", "submit"]
