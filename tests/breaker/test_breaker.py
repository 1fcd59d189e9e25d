"""The switch of a plugin: counted in the database, seen by every process, switched by people with a reason."""

import datetime as dt
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import event
from tests.installation import Installation
from tests.regions import ring

from samverk import registry
from samverk.breaker import service
from samverk.breaker.service import Switch
from samverk.errors import Conflict, Invalid, NotAllowed, Problem, Stale
from samverk.plugin import CalendarEntry, hookimpl
from samverk.registry import AskFirst, RegionPlugin, Registry
from samverk.scope import Actor, Grant

NOW = dt.datetime(2026, 2, 20, 9, tzinfo=dt.UTC)


def region_with(**hooks: object) -> RegionPlugin:
    return registry.load("ring", SimpleNamespace(samverk_region=ring.samverk_region, **hooks), "samverk-ring")


def failing(calls: list[int]) -> RegionPlugin:
    @hookimpl
    def samverk_calendar_entries(year):  # type: ignore[no-untyped-def]
        calls.append(year)
        raise RuntimeError("no")

    return region_with(samverk_calendar_entries=samverk_calendar_entries)


def made(database_url: str, folder: Path, plugin: RegionPlugin) -> Installation:
    installation = Installation(database_url, folder, NOW, registry=Registry([plugin]))
    installation.add_tenant("ring", slug="one")
    installation.add_tenant("ring", slug="two")
    return installation


def test_three_faulty_requests_switch_off_for_one_region_and_every_process(database_url: str, tmp_path: Path) -> None:
    calls: list[int] = []
    installation = made(database_url, tmp_path, failing(calls))
    member = installation.browser("one", "member")
    for _turn in range(5):
        member.get("/wheel/2026")
        assert member.status == 200

    second: list[int] = []
    other = Installation(database_url, tmp_path, NOW, registry=Registry([failing(second)]))
    page = other.browser("one", "member")
    page.get("/wheel/2026")
    with installation.scope("one") as scope:
        first = service.get_switch(scope)
    with installation.scope("two") as scope:
        untouched = service.get_switch(scope)

    other.close()
    installation.close()
    assert (calls, second, page.status) == ([2026] * 3, [], 200)
    assert first == Switch(True, 3, "samverk_calendar_entries", "raised", NOW, None, None, NOW, 1)
    assert untouched == Switch()


def test_faults_a_day_apart_switch_nothing_off(sqlite_url: str, tmp_path: Path) -> None:
    installation = made(sqlite_url, tmp_path, failing([]))
    for day in ("2026-03-01", "2026-03-03", "2026-03-05", "2026-03-07"):
        installation.at(day)
        installation.browser("one", "member").get("/wheel/2026")
    with installation.scope("one") as scope:
        switch = service.get_switch(scope)
    installation.close()

    assert (switch.is_off, switch.fault_count) == (False, 1)


def test_the_administrator_sees_the_fault_and_switches_with_a_reason(sqlite_url: str, tmp_path: Path) -> None:
    calls: list[int] = []
    installation = made(sqlite_url, tmp_path, failing(calls))
    member, person = installation.browser("one", "member"), installation.browser("one", "administrator")
    for _turn in range(3):
        member.get("/wheel/2026")
    path = "/settings/plugin"

    seen = person.get(f"{path}?lang=nb")
    assert ("Programtillegget er slått av for denne regionen." in seen, "RuntimeError" in seen) == (True, False)
    assert "da det skulle legge hendelser til året: det stoppet med en feil." in seen
    person.post(f"{path}/on", {"version": person.version(), "reason": " "})
    assert (person.status, 'id="reason-fault"' in person.text) == (422, True)
    person.post(f"{path}/on", {"version": "0", "reason": "Rettet"}, on=path)
    assert person.status == 412
    person.post(f"{path}/on", {"version": "1", "reason": "Rettet"}, on=path)
    assert person.status == 200
    member.get("/wheel/2026")
    person.post(f"{path}/off", {"version": "2", "reason": "<b>Prøve</b>"}, on=path)
    member.get("/wheel/2026")
    with installation.scope("one") as scope:
        switch = service.get_switch(scope)
    member.get(path)
    denied = member.status

    installation.close()
    assert calls == [2026] * 4
    assert (switch.is_off, switch.reason, switch.changed_by, switch.version) == (
        True,
        "<b>Prøve</b>",
        "administrator",
        3,
    )
    assert "&lt;b&gt;Prøve&lt;/b&gt;" in person.text
    assert 'href="/one/settings"' in person.text
    assert denied == 403


def test_switching_refuses_what_makes_no_sense(sqlite_url: str, tmp_path: Path) -> None:
    installation = made(sqlite_url, tmp_path, failing([]))
    with installation.scope("one") as scope:
        with pytest.raises(Invalid) as empty:
            service.switch(scope, off=True, reason="", version=0)
        with pytest.raises(Invalid):
            service.switch(scope, off=True, reason="x" * 501, version=0)
        with pytest.raises(Conflict):
            service.switch(scope, off=False, reason="why not", version=0)
        with pytest.raises(Stale):
            service.switch(scope, off=True, reason="why not", version=4)
        assert service.get_switch(scope) == Switch()
        scope.session.info.pop("system")
        contact = replace(scope, actor=Actor("somebody", "contact", (Grant("contact"),)))
        with pytest.raises(NotAllowed):
            service.switch(contact, off=True, reason="why not", version=0)
    installation.close()

    expected = Problem("/reason", "Give the reason, in at most 500 characters.", field="reason")
    assert empty.value.problems == (expected,)


def test_a_plugin_without_the_hook_costs_no_statement(sqlite_url: str, tmp_path: Path) -> None:
    installation = made(sqlite_url, tmp_path, region_with())
    statements: list[str] = []
    event.listen(
        installation.database.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_rest: statements.append(statement),
    )
    member = installation.browser("one", "member")
    member.get("/wheel/2026")
    installation.close()

    assert member.status == 200
    assert [one for one in statements if "plugin_switch" in one] == []


def test_a_request_that_writes_gives_up_its_transaction_before_it_asks(sqlite_url: str, tmp_path: Path) -> None:
    @hookimpl
    def samverk_calendar_entries(year):  # type: ignore[no-untyped-def]
        with installation.database.unit(write=True):
            # The one writer's lock can be had: nobody holds it while a plugin is asked.
            day = dt.date(year, 5, 2)
            return [CalendarEntry("fair", "region", {"nb": "Messe"}, day, day)]

    installation = made(sqlite_url, tmp_path, region_with(samverk_calendar_entries=samverk_calendar_entries))
    answers: registry.Answers = {}
    asked = []
    for _turn in range(2):
        try:
            with installation.scope("one") as scope:
                scope.session.info["plugin_answers"] = answers
                entries = service.call(scope, "samverk_calendar_entries", year=2026)
        except AskFirst as first:
            asked.append(first.question.hook)
            service.ask(installation.database, first.question, answers, NOW)
    installation.close()

    assert asked == ["samverk_calendar_entries"]
    assert [entry.key for entry in entries] == ["fair"]


def test_the_command_line_lists_and_switches(embedded: Installation, tmp_path: Path) -> None:
    embedded.add_tenant("kobyt")

    def samverk(*words: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "samverk.cli", *words, "--data", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    off = samverk("plugin", "off", "kobyt", "--tenant", "kobyt", "--reason", "prov")
    listed = samverk("plugin", "list")
    again = samverk("plugin", "off", "kobyt", "--tenant", "kobyt", "--reason", "prov")
    wrong = samverk("plugin", "off", "varnesregionen", "--tenant", "kobyt", "--reason", "prov")
    on = samverk("plugin", "on", "kobyt", "--tenant", "kobyt")
    after = samverk("plugin", "list")

    assert off == (0, "kobyt is off for kobyt\n")
    assert "kobyt\tsamverk-kobyt\tready\t\tused by kobyt\toff for kobyt" in listed[1].splitlines()
    assert again == (2, "The plugin is off already.\n")
    assert wrong == (2, "The region kobyt uses the plugin kobyt, not varnesregionen; name that one.\n")
    assert on == (0, "kobyt is on for kobyt\n")
    assert "off for" not in after[1]
