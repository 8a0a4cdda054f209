#!/usr/bin/python3
"""Makes one self-contained page of the files in page/.

build.py PAGE-FOLDER CATALOGUE.json OUT-FOLDER

CATALOGUE.json is what texts/generate.py prints for the page. Writes OUT-FOLDER/index.html, and OUT-FOLDER/policy.txt:
the Content-Security-Policy that a server may send as a header too. Scripts and styles are joined and made small by
esbuild. A text that does not exist, or that nothing uses, is a mistake, and so is a page that is too long.
"""

import base64
import hashlib
import html
import json
import re
import subprocess
import sys
from pathlib import Path

LIMIT = 60_000  # bytes


def fail(message):
    sys.exit(f"page: {message}")


def esbuild(source, *options):
    done = subprocess.run(["esbuild", str(source), "--bundle", "--minify", "--charset=utf8", "--log-level=warning", *options],
                          capture_output=True, text=True)
    if done.returncode != 0 or done.stderr:
        fail(f"esbuild: {done.stderr}")
    return done.stdout.strip()


def check_texts(folder, texts):
    """Keys stand in the scripts as whole strings: "page.send"."""
    scripts = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.js")))
    used = set(re.findall(r'"((?:page|shared)\.[A-Za-z0-9.]+)"', scripts)) | {"page.noScript"}
    if used - set(texts):
        fail(f"texts that do not exist: {', '.join(sorted(used - set(texts)))}")
    unused = {key for key in texts if key.startswith("page.")} - used
    if unused:
        fail(f"texts that nothing uses: {', '.join(sorted(unused))}")
    return used


def source_hash(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode() + "'"


def main():
    folder, catalogue, out = map(Path, sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    texts = json.loads(catalogue.read_text(encoding="utf-8"))
    used = check_texts(folder, texts["en"])
    chosen = out / "catalogue.json"
    chosen.write_text(json.dumps({key: [texts["en"][key], texts["pl"][key]] for key in sorted(used)}), encoding="utf-8")

    script = esbuild(folder / "main.js", "--format=esm", "--target=es2021", f"--alias:catalogue={chosen.resolve()}")
    style = esbuild(folder / "page.css")
    for part in (script, style):
        if "</s" in part or "<!--" in part:
            fail("a script or style contains what would end it early")
    policy = (f"default-src 'none'; connect-src 'self'; script-src {source_hash(script)}; "
              f"style-src {source_hash(style)}; base-uri 'none'; form-action 'none'")
    noscript = "".join(f'<p lang="{lang}">{html.escape(texts[lang]["page.noScript"])}</p>\n' for lang in ("en", "pl"))
    page = (folder / "index.html").read_text(encoding="utf-8")
    for name, value in {"policy": policy, "noscript": noscript, "style": style, "script": script}.items():
        page = page.replace("{{" + name + "}}", value)

    size = len(page.encode("utf-8"))
    if size >= LIMIT:
        fail(f"{size} bytes; the page may have {LIMIT}")
    (out / "index.html").write_text(page, encoding="utf-8")
    (out / "policy.txt").write_text(policy + "; frame-ancestors 'none'\n", encoding="utf-8")


if __name__ == "__main__":
    main()
