"""Waiting for what happens elsewhere: by asking again, never by a fixed sleep that hopes."""

import time


def until(probe, what, seconds=60, pause=0.05):
    """The first truthy answer of probe(); fails when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s (last answer: {answer!r})")
        time.sleep(pause)
