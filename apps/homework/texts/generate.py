#!/usr/bin/python3
"""Turns the catalogue of texts into C++ tables, or into the page's JSON.

generate.py cpp FOLDER FILE.json...     writes FOLDER/keys.h and FOLDER/table.inc
generate.py page FILE.json...           prints {"en": {key: text}, "pl": {...}} of the keys that begin with page. or shared.

A file holds {"key": {"en": text, "pl": text}}. A text is a string, or its plural forms, chosen by the argument `n`:
{"one", "other"} in English, {"one", "few", "many"} in Polish. `{name}` in a text is an argument. Both languages must
be there, use the same arguments, and every key belongs to one file: a mistake is named, and nothing is written.
"""

import json
import re
import sys
from pathlib import Path

FORMS = {"en": ["one", "other"], "pl": ["one", "few", "many"]}
KEY = re.compile(r"^[a-z][a-zA-Z0-9]*(\.[a-z][a-zA-Z0-9]*)+$")
ARGUMENT = re.compile(r"\{([a-z][a-zA-Z0-9]*)\}")


def fail(message):
    sys.exit(f"texts: {message}")


def forms_of(key, lang, value):
    if isinstance(value, str):
        return [value]
    if not isinstance(value, dict) or list(value) != FORMS[lang]:
        fail(f"{key}.{lang}: a string, or the forms {', '.join(FORMS[lang])}, in this order")
    return list(value.values())


def load(files):
    texts = {}
    for name in sorted(files, key=lambda path: Path(path).name):
        for key, entry in json.loads(Path(name).read_text(encoding="utf-8")).items():
            if not KEY.match(key):
                fail(f"{name}: '{key}' is not a key like mail.scoreSubject")
            if key in texts:
                fail(f"{name}: {key} is there already")
            if sorted(entry) != sorted(FORMS):
                fail(f"{name}: {key} needs exactly the languages {', '.join(FORMS)}")
            texts[key] = {lang: forms_of(key, lang, entry[lang]) for lang in FORMS}
            arguments = [set(ARGUMENT.findall(" ".join(texts[key][lang]))) for lang in FORMS]
            plural = any(len(texts[key][lang]) > 1 for lang in FORMS)
            # A singular may say "one" in words.
            if arguments[0] - ({"n"} if plural else set()) != arguments[1] - ({"n"} if plural else set()):
                fail(f"{name}: {key} has other arguments in its languages: {arguments}")
    return texts


def constant(key):
    return "k" + "".join(part[0].upper() + part[1:] for part in key.split("."))


def literal(text):
    out = "".join(
        chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}" for byte in text.encode("utf-8")
    )
    return f'"{out}"'


def write_if_changed(path, content):
    """What has not changed keeps its time, so that nothing is compiled again for it."""
    if not path.exists() or path.read_text(encoding="utf-8") != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def emit_cpp(folder, texts):
    keys = "".join(f"  {constant(key)},\n" for key in texts)
    write_if_changed(
        folder / "keys.h",
        "// Written by apps/homework/texts/generate.py.\n#pragma once\n\n#include <cstdint>\n\n"
        f"namespace hearth::homework {{\n\nenum class Text : std::uint16_t {{\n{keys}}};\n\n}}  // namespace hearth::homework\n",
    )
    rows = []
    for key, entry in texts.items():
        sides = ["{{" + ", ".join(literal(form) for form in entry[lang]) + "}}" for lang in FORMS]
        rows.append(f"    {{{{{', '.join(sides)}}}}},  // {key}\n")
    write_if_changed(folder / "table.inc", "".join(rows))


def emit_page(texts):
    page = {}
    for lang in FORMS:
        chosen = {key: entry[lang] for key, entry in texts.items() if key.split(".")[0] in ("page", "shared")}
        page[lang] = {
            key: forms[0] if len(forms) == 1 else dict(zip(FORMS[lang], forms)) for key, forms in chosen.items()
        }
    json.dump(page, sys.stdout, ensure_ascii=False, separators=(",", ":"))


def main():
    if len(sys.argv) > 3 and sys.argv[1] == "cpp":
        emit_cpp(Path(sys.argv[2]), load(sys.argv[3:]))
    elif len(sys.argv) > 2 and sys.argv[1] == "page":
        emit_page(load(sys.argv[2:]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
