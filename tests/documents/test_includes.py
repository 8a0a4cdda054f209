"""The shape of the tree (tools/check_includes.py), and that its check sees what it is there for."""

import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import check_includes  # noqa: E402


@pytest.mark.parametrize("rule", check_includes.RULES)
def test_the_tree(rule):
    assert check_includes.RULES[rule](ROOT) == []


def test_the_tables_have_no_cycle():
    table = {unit: [name.split("/")[0] for name in may if name != "*"]
             for unit, may in check_includes.MAY_INCLUDE.items()}
    assert check_includes.find_cycle(table) == []


@pytest.fixture
def tree(tmp_path):
    """write(path, text) in a tree of its own."""

    def write(path, text=""):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return tmp_path

    return write


@pytest.mark.parametrize("path, line, offends", [
    ("src/wire/a.cc", '#include "services/s3/b.h"', True),
    ("src/wire/a.cc", '#include "http/b.h"', False),
    ("src/services/s3/a.cc", '#include "services/sqs/b.h"', True),
    ("src/services/s3/a.cc", '#include "api/sqs.h"', True),
    ("src/services/sqs/a.cc", '#include "api/sqs.h"', False),
    ("src/services/s3/a.cc", '#include "gateway/b.h"', True),
    ("src/services/apigateway/a.cc", '#include "gateway/b.h"', False),
    ("src/functions/a.cc", '#include "sandbox/launch.h"', False),
    ("src/functions/a.cc", '#include "sandbox/b.h"', True),
    ("src/server/a.cc", '#include "services/sqs/b.h"', False),
    ("src/base/a.cc", '#include "nowhere.h"', True),
    ("src/base/a.cc", "#include <sqlite3.h>", True),
    ("src/gateway/a.cc", "#include <boost/beast/http.hpp>", True),
    ("src/store/a.cc", "#include <sqlite3.h>", False),
    ("src/misc/a.cc", "", True),
    ("sdk/src/a.cc", '#include "base/b.h"', True),
])
def test_an_include(tree, path, line, offends):
    for header in ("services/s3/b.h", "services/sqs/b.h", "gateway/b.h", "sandbox/b.h", "sandbox/launch.h", "http/b.h",
                   "base/b.h"):
        tree(f"src/{header}")
    tree("src/services/sqs/service.toml")
    assert bool(check_includes.check_includes(tree(path, line + "\n"))) == offends


def test_cycles(tree):
    tree("src/base/a.h", '#include "base/b.h"\n')
    root = tree("src/base/b.h", '#include "store/c.h"\n')
    assert check_includes.check_cycles(root) == []
    tree("src/store/c.h", '#include "base/a.h"\n')
    assert check_includes.check_cycles(root) == [
        "a cycle: src/base/a.h -> src/base/b.h -> src/store/c.h -> src/base/a.h", "a cycle: base -> store -> base"]


def test_sizes_and_guides(tree):
    root = tree("src/base/long.cc", "\n" * 601)
    assert len(check_includes.check_sizes(root)) == 1
    assert check_includes.check_guides(root) == ["src/base: has no README.md"]
