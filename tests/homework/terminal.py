"""Runs a program in a pseudo-terminal and talks to it like a person: reads until a text appears, types a line."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time


class Terminal:
    def __init__(self, arguments, environment, columns=80):
        self.text = ""
        self.seen = 0
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen(
            arguments, env=environment, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)

    def read_some(self, deadline):
        ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
        if not ready:
            raise AssertionError("the program went quiet after:\n" + self.text)
        try:
            chunk = os.read(self.master, 65536)
        except OSError:  # the other end is closed
            chunk = b""
        self.text += chunk.decode("utf-8", "replace")
        return bool(chunk)

    def expect(self, wanted, seconds=20):
        """Reads until `wanted` has appeared behind what was expected before."""
        deadline = time.monotonic() + seconds
        while wanted not in self.text[self.seen:]:
            if not self.read_some(deadline):
                raise AssertionError(f"the program ended without {wanted!r}:\n{self.text}")
        self.seen = self.text.index(wanted, self.seen) + len(wanted)

    def type(self, line):
        os.write(self.master, line.encode() + b"\n")

    def answer(self, prompt, line):
        self.expect(prompt)
        self.type(line)

    def press(self, control):
        os.write(self.master, control)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        return self.finish()

    def finish(self, seconds=20):
        deadline = time.monotonic() + seconds
        while self.read_some(deadline):
            pass
        status = self.process.wait(timeout=seconds)
        os.close(self.master)
        return status
