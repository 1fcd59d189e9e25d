"""Plugins that cannot be taken in: each is refused alone, with its name and a reason, and nothing else stops.

Faults of calls are in `test_fault_matrix.py`.
"""

import importlib.metadata
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests import faulty_plugins
from tests.faulty_plugins import HOOKS, START_FAULTS
from tests.installation import Installation, httpx_client

from samverk import registry, settings
from samverk.errors import SettingsError
from samverk.hooks.process import Silent
from samverk.registry import Registry

INSTALLED = len(importlib.metadata.entry_points(group="samverk"))


@pytest.mark.parametrize("fault", START_FAULTS)
@pytest.mark.parametrize("hook", HOOKS)
def test_a_plugin_that_cannot_start_is_refused_alone(
    hook: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty_plugins.write_start_fault(tmp_path, "broken", fault, hook)
    monkeypatch.syspath_prepend(tmp_path)

    found = registry.discover()

    (refused,) = found.refused
    assert refused.key == "broken"
    assert START_FAULTS[fault].replace("HOOK", hook) in refused.reason
    assert "Traceback" not in refused.reason
    assert len(found.keys()) == INSTALLED
    assert "broken" not in sys.modules


REGION = {
    "raise": "raise RuntimeError('no')",
    "base_exception": "raise BaseException('no')",
    "system_exit": "raise SystemExit('no')",
    "hang": "import time; time.sleep(60)",
    "cpu_loop": "while True: pass",
    "wrong_type": "return 'a folder'",
    "none": "return None",
    "generator": "yield 1",
    "huge": "return 'x' * 10**8",
    "recursion": "return samverk_region()",
    "ends": "import os; os._exit(0)",
}


@pytest.mark.parametrize("place", ["hook", "module"])
@pytest.mark.parametrize("fault", REGION)
@pytest.mark.alone
def test_a_fault_of_the_first_hook_or_of_the_import_stops_no_start(
    fault: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "from samverk.plugin import Region, hookimpl\nfrom importlib.resources import files\n@hookimpl\n"
    body = f"def samverk_region():\n    {REGION[fault]}\n    return Region(files(__name__))\n"
    if place == "module":
        body = body.replace("@hookimpl", "") + "samverk_region()\nlist(samverk_region() or ())\nraise ImportError\n"
    faulty_plugins.write(tmp_path, "broken", body, head=head)
    monkeypatch.syspath_prepend(tmp_path)
    started = time.monotonic()

    found = registry.discover(start_seconds=1.5)

    assert [one.key for one in found.refused] == ["broken"]
    assert found.refused[0].reason.startswith("broken: ")
    assert len(found.keys()) == INSTALLED
    assert time.monotonic() - started < 6


def test_the_shipped_plugins_never_run_in_this_process_and_start_no_other() -> None:
    found = registry.discover()

    assert {type(plugin.voice) for plugin in found.plugins()} == {Silent}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("api = 2\n", "written for version 2 of the plugin interface and this is version 1"),
        ("api = 'one'\n", "written for version one of the plugin interface"),
        ("def broken(:\n", "is not readable Python"),
        ("#" * 300_000, "is larger than 256 KB"),
    ],
)
def test_what_a_module_says_of_itself_is_read_before_it_runs(
    text: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "ran"
    faulty_plugins.write(tmp_path, "broken", f"open({str(mark)!r}, 'w')\n{text}")
    monkeypatch.syspath_prepend(tmp_path)

    found = registry.discover()

    assert [(one.key, reason in one.reason) for one in found.refused] == [("broken", True)]
    assert not mark.exists()


def test_faulty_data_is_named_before_the_module_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = tmp_path / "ran"
    package = faulty_plugins.write(tmp_path, "broken", f"open({str(mark)!r}, 'w')\n")
    text = (package / "region.toml").read_text("utf-8")
    (package / "region.toml").write_text(text.replace("adoption_rule", "adoption_rul", 1), "utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    found = registry.discover()

    expected = "region.toml: adoption_rul: the key 'adoption_rul' is not known here Did you mean 'adoption_rule'?"
    assert [one.reason for one in found.refused] == [expected]
    assert not mark.exists()


def test_safe_mode_shows_what_there_is_with_no_plugin_and_changes_nothing(
    embedded: Installation, tmp_path: Path
) -> None:
    tenant = embedded.add_tenant("kobyt")
    safe = Installation(embedded.database.url, tmp_path, embedded.now, registry=registry.discover(is_safe_mode=True))
    client = httpx_client(safe)

    page = client.get(f"/{tenant}/arrangements?lang=nb")
    program = safe.program(tenant, "secretariat")
    read, written = program.get("/arrangements"), program.send("POST", "/meetings", {"body": "presidium"})
    front, other = client.get("/"), client.get("/nowhere/arrangements")

    safe.close()
    assert (page.status_code, "sikker modus" in page.text) == (200, True)
    assert (read.status_code, written.status_code) == (200, 503)
    assert written.json()["type"] == "urn:samverk:problem:plugin-missing"
    assert (front.status_code, other.status_code) == (200, 404)


def test_a_region_whose_plugin_was_refused_says_so_and_the_others_go_on(embedded: Installation, tmp_path: Path) -> None:
    kobyt, other = embedded.add_tenant("kobyt"), embedded.add_tenant("varnesregionen")
    left = [plugin for plugin in embedded.registry.plugins() if plugin.key != "kobyt"]
    without = Installation(embedded.database.url, tmp_path, embedded.now, registry=Registry(left))
    client = httpx_client(without)

    gone, there = client.get(f"/{kobyt}/arrangements"), client.get(f"/{other}/arrangements")

    without.close()
    assert (gone.status_code, there.status_code) == (200, 200)
    assert "samverk plugin list" not in there.text
    assert "samverk plugin list" in gone.text


def test_check_refuses_tables_of_a_plugins_own(tmp_path: Path) -> None:
    package = faulty_plugins.write(tmp_path, "broken", "")
    (package / "migrations").mkdir()
    command = [sys.executable, "-m", "samverk.cli", "plugin", "check", str(package)]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60)

    words = "migrations: a plugin owns no tables; remove its migrations and keep data in region.toml"
    assert (done.returncode, done.stdout.splitlines()[0], done.stderr) == (1, words, "")


@pytest.mark.parametrize("given", ["0", "11", "two", "nan", "-1"])
def test_the_seconds_of_a_hook_are_held_in_bounds(given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMVERK_HOOK_SECONDS", given)

    with pytest.raises(SettingsError, match=r"SAMVERK_HOOK_SECONDS must be a number from 0\.1 to 10"):
        settings.read(tmp_path)


def test_strict_stops_with_one_sentence(tmp_path: Path) -> None:
    faulty_plugins.write(tmp_path, "broken", "raise SystemExit('no')\n")
    command = [sys.executable, "-m", "samverk.cli", "serve", "--strict", "--data", str(tmp_path / "data")]

    done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path)}, timeout=60)

    expected = (
        "A plugin cannot be loaded: broken: broken: SystemExit: no; mend or uninstall it, or leave out --strict.\n"
    )
    assert (done.returncode, done.stderr) == (2, expected)
