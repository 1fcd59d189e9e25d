"""Every hook with every fault (G1): the request stands, nobody else notices, the fault is counted, the third ends it.

The plugins are real distributions in a folder of their own, found by entry point and run in real processes.
"""

import datetime as dt
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests import faulty_plugins, scale
from tests.faulty_plugins import CALL_FAULTS, HOOKS, START_FAULTS
from tests.installation import Installation, Program

from samverk import hookspecs, registry
from samverk.breaker import service as breaker
from samverk.breaker.service import Switch
from samverk.hooks.process import Crew
from samverk.hookspecs import AnsweredForm
from samverk.scope import Scope

pytestmark = pytest.mark.slow
NOW = dt.datetime(2026, 2, 20, 9, tzinfo=dt.UTC)
FORM = AnsweredForm("quarter", 2026, 1, "host", "library", "no-5526", "host", "nb", {"figures": {"text": "12"}})
GIVEN = {"form": FORM, "forms": (FORM,), "kind": "papers", "year": 2026}
WIRED = ("samverk_answer_problems", "samverk_calendar_entries", "samverk_response_submitted")


@dataclass(frozen=True)
class World:
    """One installation with a tenant for each fault, and one whose plugin is well."""

    installation: Installation
    forms: dict[str, tuple[Program, list[str], dict[str, object]]]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("plugins")
    for fault, (body, _kind) in CALL_FAULTS.items():
        faulty_plugins.write(folder, f"faulty_{fault}", faulty_plugins.every_hook(body))
    faulty_plugins.write(folder, "well", faulty_plugins.healthy())
    sys.path.insert(0, str(folder))
    data = folder / "data"
    data.mkdir()
    (data / "samverk.sqlite3").write_bytes(sqlite_template.read_bytes())
    found = registry.discover()
    for fault in ("hang", "cpu_loop"):
        voice = found.get(f"faulty_{fault}").voice  # type: ignore[union-attr]
        assert isinstance(voice, Crew)
        voice.seconds = 0.3
    installation = Installation(f"sqlite:///{data / 'samverk.sqlite3'}", data, NOW, registry=found)
    forms = {name: _open_forms(installation, name) for name in (*(f"faulty_{f}" for f in CALL_FAULTS), "well")}
    yield World(installation, forms)
    installation.close()
    found.close()
    sys.path.remove(str(folder))


def _open_forms(installation: Installation, plugin: str) -> tuple[Program, list[str], dict[str, object]]:
    tenant = installation.add_tenant(plugin, slug=plugin.replace("_", "-"))
    office = installation.program(tenant, "secretariat")
    opened = office.send("POST", "/rounds", {"cycle": "quarter", "year": 2026, "period": 1})
    assert opened.status_code == 201, opened.text
    contact = installation.program(tenant, "contact-5526")
    listed = contact.get(f"/rounds/{opened.json()['id']}/forms?limit=200").json()["items"]
    partner = [form["id"] for form in listed if form["role"] == "partner"]
    questions = contact.get(f"/forms/{partner[0]}").json()["questions"]
    answers: dict[str, object] = {}
    for question in questions:
        match question["kind"]:
            case "points":
                continue
            case "proposal":
                answers[question["key"]] = {"has": "no"}
            case "sections":
                answers[question["key"]] = {"parts": {part["key"]: {"nothing": True} for part in question["parts"]}}
            case _:
                answers[question["key"]] = {"nothing": True}
    return contact, partner, answers


def given(hook: str) -> dict[str, object]:
    return {name: GIVEN[name] for name in HOOKS[hook][0].split(", ") if name}


def expected_kind(fault: str, hook: str) -> str | None:
    kind = CALL_FAULTS[fault][1]
    if hook != "samverk_response_submitted":
        return kind
    # It gives nothing, so None is right and a huge result cannot be.
    return {"none": None, "huge": None}.get(fault, kind)


def switch_on(scope: Scope) -> None:
    state = breaker.get_switch(scope)
    if state.is_off:
        breaker.switch(scope, off=False, reason="the next cell", version=state.version)


def test_there_are_eighteen_faults_and_seven_hooks_that_are_called() -> None:
    assert len(CALL_FAULTS) + len(START_FAULTS) == 18
    assert {"samverk_region", *HOOKS} == set(hookspecs.HOOKS)
    cells = len(HOOKS) * len(CALL_FAULTS)
    scale.made("G1", "faults of hooks that are called", scale.count(1) * cells, cells)


@pytest.mark.parametrize("fault", CALL_FAULTS)
@pytest.mark.parametrize("hook", HOOKS)
def test_a_fault_gives_nothing_and_the_third_ends_it(hook: str, fault: str, world: World) -> None:
    for _round in range(scale.count(1)):
        one_cell(hook, fault, world)


def one_cell(hook: str, fault: str, world: World) -> None:
    installation, slug = world.installation, f"faulty-{fault.replace('_', '-')}"
    kind = expected_kind(fault, hook)
    before = given(hook)
    with installation.scope(slug) as scope:
        switch_on(scope)
        heard = [breaker.call(scope, hook, **given(hook)) for _turn in range(3)]
        after = breaker.get_switch(scope)
    with installation.scope(slug) as scope:
        fourth = breaker.call(scope, hook, **given(hook))
        still = breaker.get_switch(scope)
    with installation.scope("well") as scope:
        others = breaker.call(scope, "samverk_calendar_entries", year=2026)
        well = breaker.get_switch(scope)

    assert given(hook) == before
    assert [one.name for one in others] == [{"nb": "fair"}]
    assert well == Switch()
    if kind is None:
        assert (after.is_off, after.fault_count) == (False, 0)
        assert len({len(one) for one in heard}) == 1
        return
    assert heard == [(), (), ()]
    counted = (after.is_off, after.fault_count, after.fault_hook, after.fault_kind, after.fault_at)
    assert counted == (True, 3, hook, kind, NOW)
    assert (fourth, still) == ((), after)


@pytest.mark.parametrize("fault", CALL_FAULTS)
@pytest.mark.parametrize("hook", WIRED)
def test_the_request_that_meets_a_fault_succeeds(hook: str, fault: str, world: World) -> None:
    installation, slug = world.installation, f"faulty-{fault.replace('_', '-')}"
    with installation.scope(slug) as scope:
        switch_on(scope)
    contact, forms, answers = world.forms[f"faulty_{fault}"]
    if hook == "samverk_calendar_entries":
        member = installation.browser(slug, "member")
        for _turn in range(4):
            member.get("/wheel/2026")
            assert member.status == 200
            assert ("fair" in member.text) == (expected_kind(fault, hook) is None)
    else:
        # Both hooks of a submission fail; the submission stands all the same.
        form = forms.pop()
        sent = contact.send("POST", f"/forms/{form}/submit", {"answers": answers, "language": "nb"}, If_Match='"1"')
        assert (sent.status_code, sent.json().get("state")) == (200, "submitted"), sent.text
        assert contact.get(f"/forms/{form}").json()["state"] == "submitted"
    with installation.scope(slug) as scope:
        state = breaker.get_switch(scope)
    kinds = {expected_kind(fault, one) for one in WIRED} - {None}
    assert (state.fault_count > 0) == bool(kinds)
    assert state.fault_kind in {*kinds, None}
    healthy = installation.browser("well", "member")
    assert "fair" in healthy.get("/wheel/2026")
    assert healthy.status == 200
