"""Everything the region plugins declare is changed through the forms of the pages, as a person would, and read back.

The places come from the models, the fields from the pages: a new property of the schema is walked without anyone
writing a test. One entry of each kind that has a property stands for the others.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.installation import Browser, Installation
from tests.page_forms import Control, PageForm, form_to

from samverk.configuration import fields, service, views, walk
from samverk.configuration.walk import Path as Place
from samverk.regions import overlay
from samverk.scope import Scope

ONLY_ONE = {"questionnaire", "layer", "rule", "among", "tagged", "members", "parties"}
"""Properties that point to something a region may have one of, or none."""
PLUGINS = ("insam_nordgudbrandsdal", "varnesregionen", "kobyt", "knutepunkt_sorlandet")


def pages(data: Any, path: Place = ()) -> Iterator[Place]:
    """Yield every place of a model that has a page."""
    yield path
    for key, _schema in fields.collections(path):
        for entry in walk.value_at(data, (*path, key)) or {}:
            yield from pages(data, (*path, key, entry))


def kind_of(path: Place) -> Place:
    """Return a place with the keys that people chose taken out: entries of one kind have the same."""
    return tuple(key for number, key in enumerate(path) if number % 2 == 0)


def walked(data: Any) -> dict[tuple[Place, str], Place]:
    """Return {(kind of place, property): a place}: the first that gives it, else the first that could."""
    found: dict[tuple[Place, str], Place] = {}
    for path in pages(data):
        collections = dict(fields.collections(path))
        for key in walk.value_at(data, path):
            if key not in collections:
                found.setdefault((kind_of(path), key), path)
    for path in pages(data):
        for key, schema in walk.properties(walk.schema_at(path) or {}).items():
            if not walk.is_collection(schema) and walk.applies(schema, key, walk.value_at(data, path)):
                found.setdefault((kind_of(path), key), path)
    return found


def other(control: Control, name: str) -> list[str] | None:
    """Return what a person writes or chooses instead; None where one thing must be chosen and there is but one."""
    now = control.values
    if control.kind == "select":
        options = [one for one in control.options if one and one not in now]
        if options:
            return [options[0], *now[1:]]
        return [""] if "–" in control.words else None
    if control.kind == "checkbox":
        if len(control.options) == 1:
            return [] if now else control.options[:1]
        return [one for one in control.options if one not in now][:2] or control.options[:1]
    if control.kind == "number":
        return [str(int(now[0]) - 1 if now and int(now[0]) > 1 else 2)]
    if control.kind == "date":
        return ["2025-01-02"]
    written = now[0] if now else ""
    if written[:2].isdigit() and written[2:3] == "-":
        return ["03-04"]
    if written[:2].isdigit() and written[2:3] == ":":
        return ["08:30"]
    return [f"{written} endra".strip()]


def changed(form: PageForm, key: str) -> dict[str, list[str]] | None:
    """Return what is sent when a property is changed; None where there is nothing else to choose."""
    mine = [name for name in form.controls if name == key or name.startswith(f"{key}.")]
    quiet = {"hidden", "checkbox"} if len(mine) > 2 else {"hidden"}
    filled = [name for name in mine if any(form.controls[name].values) and form.controls[name].kind not in quiet]
    for name in filled:
        wanted = other(form.controls[name], name)
        if wanted is not None and wanted != form.controls[name].values:
            return {**form.sent, name: wanted}
    # What stands empty is filled whole: a person who begins a term or a scale writes all that belongs to it.
    written = {name: other(form.controls[name], name) for name in mine if form.controls[name].kind != "hidden"}
    if filled or not written or None in written.values():
        return None
    return {**form.sent, **{name: value for name, value in written.items() if value}}


def wanted_model(installation: Installation, tenant: str) -> Any:
    with installation.scope(tenant) as scope:
        return service.state(scope).wanted


@pytest.mark.parametrize("plugin", PLUGINS)
def test_every_property_that_a_plugin_declares_can_be_changed_on_a_page(
    plugin: str, sqlite_url: str, tmp_path: Path
) -> None:
    installation = Installation(sqlite_url, tmp_path, dt.datetime(2026, 4, 7, 9, tzinfo=dt.UTC))
    tenant = installation.add_tenant(plugin)
    administrator = installation.browser(tenant, "administrator")
    delivered = wanted_model(installation, tenant)
    unchanged, kept = [], 0

    for (_kind, key), path in walked(delivered).items():
        schema = walk.properties(walk.schema_at(path) or {})[key]
        if schema.get("readOnly"):
            continue
        address = f"/settings/model/{views.address_of(path)}"
        before = wanted_model(installation, tenant)
        form = form_to(administrator.get(address), f"{address}/save")
        sent = changed(form, key)
        if sent is None:
            unchanged.append((path, key))
            continue
        administrator.post(f"{address}/save", sent)
        assert administrator.status == 200, (
            path,
            key,
            sent,
            administrator.text[administrator.text.find("error-summary") :][:900],
        )
        wanted = wanted_model(installation, tenant)
        value = walk.value_at(wanted, (*path, key))
        assert value != walk.value_at(before, (*path, key)), (path, key)
        if key != "order":
            assert walk.with_value(before, (*path, key), value) == wanted, (path, key)
        with installation.scope(tenant) as scope:
            is_good = not service.findings(scope, wanted)
        if is_good and key != "kind":
            kept += 1
            continue
        administrator.post(f"{address}/back", {**sent, "field": key, "version": version(administrator)}, on=address)
        assert wanted_model(installation, tenant) == before, (path, key)

    assert [one for one in unchanged if one[1] not in ONLY_ONE] == []
    assert kept > 20
    page = administrator.get("/settings/changes")
    administrator.post("/settings/changes/activate", {**form_to(page, "/activate").sent, "reason": "alt på ein gong"})
    assert administrator.status == 200, administrator.text
    with installation.scope(tenant) as scope:
        assert overlay.data_of(scope.model) == wanted_model_of(scope)
    installation.close()


def version(browser: Browser) -> str:
    return form_to(browser.text, "/save").sent["version"][0]


def wanted_model_of(scope: Scope) -> Any:
    return service.state(scope).wanted
