"""Types that many threads read values into are looked at by msgspec before there are many threads.

Two threads that let it look at one type for the first time at once end the process (ran).
"""

import ast
import subprocess
import sys
from pathlib import Path

import samverk

ROOT = Path(samverk.__file__).parent
BEFORE_THREADS = {
    "configuration/term_views.py": {"dict[str, dict[str, TermForms]]"},
    "regions/loader.py": {"kind"},
    "regions/overlay.py": {"Definition"},
    "regions/terms.py": {"dict[str, dict[str, TermForms]]"},
    "reference/legal_forms.py": {"tuple[LegalForm, ...]", "dict[str, str]"},
    "rounds/pinning.py": {"Pinned"},
    "tenants/effective.py": {"Definition"},
    "documents/tree.py": {"Document"},
    "web/body.py": {"kind", "field.type"},
    "hooks/values.py": {"_PROMISED[hook]"},
}
"""Who converts into what. One more needs a place in `app.SETTLED`, or in its own module while that is imported."""


def test_every_conversion_is_into_a_type_that_is_settled() -> None:
    found: dict[str, set[str]] = {}
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "msgspec.convert":
                found.setdefault(str(path.relative_to(ROOT)), set()).add(ast.unparse(node.args[1]))

    assert found == BEFORE_THREADS


THREADS = """
import sys, threading, msgspec
from samverk import app, registry
from samverk.regions.definition import Definition

app.settle(app.all_routes())
data = msgspec.to_builtins(registry.discover().plugins()[0].definition)
sys.setswitchinterval(1e-6)
barrier = threading.Barrier(8)

def work():
    barrier.wait()
    msgspec.convert(data, Definition)

threads = [threading.Thread(target=work) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


def test_many_threads_convert_at_once() -> None:
    codes = [subprocess.run([sys.executable, "-c", THREADS], timeout=60).returncode for _turn in range(3)]

    assert codes == [0, 0, 0]
