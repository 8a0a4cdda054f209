"""Rows of samples, and the page that they become."""

import datetime
import os
import pathlib
import platform
import re
import statistics
import subprocess
from dataclasses import dataclass


@dataclass
class Row:
    part: str
    what: str
    unit: str
    samples: list[float]
    beside: str  # what was measured next to it, in the same unit
    beside_samples: list[float]


def number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def spread(samples: list[float]) -> str:
    return f"{number(statistics.median(samples))} ({number(min(samples))} - {number(max(samples))})"


class Report:
    def __init__(self):
        self.rows: list[Row] = []

    def add(self, part, what, unit, samples, beside, beside_samples):
        self.rows.append(Row(part, what, unit, samples, beside, beside_samples))

    def text(self, facts: list[str]) -> str:
        lines = ["# Measured by bench/run", "", *[f"- {fact}" for fact in facts], ""]
        lines += [
            "Medians of the rounds; lowest and highest in brackets. Beside each figure stands one of the same unit, "
            "measured in turn with it; the ratio is the left median by the right one.", ""]
        for part in dict.fromkeys(row.part for row in self.rows):
            lines += [f"## {part}", "", "| what | unit | Hearth | beside it | | ratio |", "|---|---|---|---|---|---|"]
            for row in (row for row in self.rows if row.part == part):
                ratio = statistics.median(row.samples) / statistics.median(row.beside_samples)
                lines.append(f"| {row.what} | {row.unit} | {spread(row.samples)} | {row.beside} "
                             f"| {spread(row.beside_samples)} | {number(ratio)} |")
            lines.append("")
        return "\n".join(lines)


def first_line(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    return (done.stdout.strip().splitlines() or ["unknown"])[0]


def machine(build: pathlib.Path, rounds: int) -> list[str]:
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) / 1024 / 1024
    cache = (build / "CMakeCache.txt").read_text()
    kind = re.search(r"CMAKE_BUILD_TYPE:\w+=(\w*)", cache)[1]
    flags = re.search(rf"CMAKE_CXX_FLAGS_{kind.upper()}:\w+=(.*)", cache)[1]
    commit = first_line("git", "-C", str(pathlib.Path(__file__).parent), "describe", "--always", "--dirty")
    return [
        f"{datetime.date.today()}, commit {commit}, {kind} build ({flags}), {first_line('g++', '--version')}",
        f"{os.cpu_count()} cores ({cpu[1] if cpu else platform.machine()}), {memory:.0f} GB of memory, "
        f"Linux {platform.release()}",
        f"data on {first_line('findmnt', '-nvo', 'FSTYPE,SOURCE', '-T', str(build))}",
        f"{rounds} rounds; load average before: {os.getloadavg()[0]:.2f}; the load generator runs on the same cores",
    ]
