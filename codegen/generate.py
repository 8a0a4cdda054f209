#!/usr/bin/python3
"""Generates src/api's per-service code: generate.py SERVICE_FOLDER OUTPUT_FOLDER [--models FOLDER].

Writes OUTPUT_FOLDER/api/<service>.h and .cc. Files that would not change are left alone, so that a build after a
comment in service.toml compiles nothing."""

import argparse
import sys
from pathlib import Path

from emit import Emitter
from model import ModelError, Service

DEBIAN_MODELS = Path("/usr/lib/python3/dist-packages/botocore/data")


def write_if_changed(path: Path, content: str) -> None:
    if not path.exists() or path.read_text() != content:
        path.write_text(content)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--models", type=Path, default=DEBIAN_MODELS)
    args = parser.parse_args()
    try:
        service = Service(args.folder.resolve(), args.models)
    except (ModelError, OSError, ValueError, KeyError) as error:
        print(f"codegen: {args.folder.name}: {error}", file=sys.stderr)
        return 1
    emitter = Emitter(service)
    out = args.output / "api"
    out.mkdir(parents=True, exist_ok=True)
    write_if_changed(out / f"{service.id}.h", emitter.header())
    write_if_changed(out / f"{service.id}.cc", emitter.source())
    (args.output / f"{service.id}.stamp").touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
