"""One service as Hearth sees it: its botocore model, repaired by the overlay, pruned to the listed operations."""

import json
import tomllib
from pathlib import Path

SCALARS = {
    "string": ("kString", "std::string"),
    "character": ("kString", "std::string"),
    "blob": ("kBlob", "std::string"),
    "boolean": ("kBoolean", "bool"),
    "integer": ("kInteger", "std::int64_t"),
    "long": ("kInteger", "std::int64_t"),
    "float": ("kDouble", "double"),
    "double": ("kDouble", "double"),
    "timestamp": ("kTimestamp", "base::Time"),
}


class ModelError(Exception):
    """The model, the overlay or the service's list cannot be used as they are."""


def apply_patch(document, patch):
    """RFC 6902: add, replace, remove and test on objects and arrays; all that overlays need."""
    for step in patch:
        *parents, last = [p.replace("~1", "/").replace("~0", "~") for p in step["path"].split("/")[1:]]
        target = document
        for name in parents:
            target = target[int(name)] if isinstance(target, list) else target[name]
        op = step["op"]
        if isinstance(target, list):
            index = len(target) if last == "-" else int(last)
            if op == "add":
                target.insert(index, step["value"])
            elif op == "replace":
                target[index] = step["value"]
            elif op == "remove":
                del target[index]
            else:
                raise ModelError(f"overlay: {op} is not supported on lists")
        elif op in ("add", "replace"):
            if op == "replace" and last not in target:
                raise ModelError(f"overlay: nothing to replace at {step['path']}")
            target[last] = step["value"]
        elif op == "remove":
            del target[last]
        elif op == "test":
            if target.get(last) != step["value"]:
                raise ModelError(f"overlay: {step['path']} is not what the overlay expects")
        else:
            raise ModelError(f"overlay: unknown op {op}")


class Service:
    """Names, operations and shapes, ready for emission."""

    def __init__(self, folder: Path, models: Path):
        self.folder = folder
        self.id = folder.name
        config = tomllib.loads((folder / "service.toml").read_text())
        path = models / config["model"] / "service-2.json"
        if not path.exists():
            raise ModelError(f"{path} is missing: install the Debian package python3-botocore")
        self.model = json.loads(path.read_text())
        overlay = folder / "overlay.json"
        if overlay.exists():
            apply_patch(self.model, json.loads(overlay.read_text()))
        self.shapes = self.model["shapes"]
        self.metadata = self.model["metadata"]
        self.operations = config["operations"]
        unknown = [name for name in self.operations if name not in self.model["operations"]]
        if unknown:
            raise ModelError(f"{folder}/service.toml lists operations that the model does not have: {unknown}")
        if self.operations != sorted(set(self.operations)):
            raise ModelError(f"{folder}/service.toml: operations must be sorted and unique")
        self.protocols = config.get("protocols") or [self.model_protocol()]
        # A shape is emitted when a listed operation reaches it; structures in an order that C++ accepts.
        self.emitted: list[str] = []
        self._mark: dict[str, int] = {}
        for name in self.operations:
            for side in ("input", "output"):
                ref = self.model["operations"][name].get(side)
                if ref:
                    self._visit(ref["shape"], name)

    def model_protocol(self) -> str:
        protocol = self.metadata["protocol"]
        return f"json-{self.metadata['jsonVersion']}" if protocol == "json" else protocol

    def _visit(self, name: str, trail: str) -> None:
        mark = self._mark.get(name)
        if mark == 2:
            return
        if mark == 1:
            raise ModelError(f"{self.id}: shape {name} contains itself ({trail}); cut it with the overlay")
        self._mark[name] = 1
        shape = self.shapes[name]
        kind = shape["type"]
        if kind == "structure":
            if shape.get("eventstream"):
                raise ModelError(f"{self.id}: {name} is an event stream ({trail})")
            for member, ref in shape.get("members", {}).items():
                if not self.is_stream(ref):
                    self._visit(ref["shape"], f"{trail}.{member}")
        elif kind == "list":
            self._visit(shape["member"]["shape"], trail)
        elif kind == "map":
            self._visit(shape["value"]["shape"], trail)  # keys are strings, whatever their shape says
        elif kind not in SCALARS:
            raise ModelError(f"{self.id}: {name} has the unknown type {kind}")
        self._mark[name] = 2
        self.emitted.append(name)

    def is_stream(self, ref: dict) -> bool:
        shape = self.shapes[ref["shape"]]
        return shape["type"] == "blob" and bool(ref.get("streaming") or shape.get("streaming"))

    def cpp_type(self, ref: dict) -> str:
        name = ref["shape"]
        shape = self.shapes[name]
        kind = shape["type"]
        if self.is_stream(ref):
            return "std::unique_ptr<base::ByteStream>"
        if kind == "structure":
            return name
        if kind == "list":
            return f"std::vector<{self.cpp_type(shape['member'])}>"
        if kind == "map":
            return f"std::map<std::string, {self.cpp_type(shape['value'])}>"
        return SCALARS[kind][1]
