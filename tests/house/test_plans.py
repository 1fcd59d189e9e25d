"""No page and no operation scans a tenant table: every statement they emit is explained by SQLite."""

import re
from typing import Any

from sqlalchemy import event
from tests.installation import Installation
from tests.stories.test_two_quarters import HOSTS, answer_everything, open_round

from samverk.guard import tenant_tables

PATHS = (
    "/",
    "/arrangements",
    "/arrangements?view=host",
    "/arrangements?view=municipality",
    "/municipalities",
    "/bodies",
    "/documents",
    "/history",
    "/sources",
    "/wheel",
    "/rounds",
    "/meetings",
    "/points?state=all",
    "/decisions",
    "/papers",
    "/outbox",
    "/tasks",
)


def test_no_statement_scans_a_tenant_table(embedded: Installation) -> None:
    emitted: dict[str, Any] = {}

    def keep(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        emitted.setdefault(statement, parameters[0] if many and parameters else parameters)

    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    event.listen(embedded.database.engine, "before_cursor_execute", keep)
    office, sel = embedded.browser(tenant, "secretariat"), embedded.browser(tenant, "contact-3437")
    programs = {"3437": embedded.program(tenant, "contact-3437")}
    round_id = open_round(office, 2026, 1)
    answer_everything(programs, round_id, set())
    office.post("/papers/compile", {"round": round_id}, on=f"/rounds/{round_id}")
    office.post(f"/rounds/{round_id}/agenda", on=f"/rounds/{round_id}")
    for path in PATHS:
        for person in (office, sel):
            person.get(path)
            assert person.status in (200, 403), path
    boss = embedded.browser(tenant, "administrator")
    for path in ("/settings/people", "/outbox"):
        boss.get(path)
        assert boss.status == 200, path
    people = set(re.findall(rf'href="/{tenant}(/settings/people/[0-9a-f-]{{36}})', boss.get("/settings/people")))
    boss.get(sorted(people)[0])
    boss.post("/settings/people/invite", {"email": "x@lom.example", "role": "member"}, on="/settings/people")
    sel.get("/delegate")
    for person in (office, boss):
        assert person.client.get("/profile").status_code == 200
    pages = set(re.findall(rf'href="/{tenant}(/[a-z]+/[0-9a-f-]{{36}})', office.get(f"/rounds/{round_id}")))
    for path in sorted(pages)[:12]:
        office.get(path)
    event.remove(embedded.database.engine, "before_cursor_execute", keep)
    selects = {one: given for one, given in emitted.items() if one.lstrip().upper().startswith(("SELECT", "UPDATE"))}
    assert len(selects) > 60

    tables, scans = tenant_tables(), []
    raw: Any = embedded.database.engine.raw_connection()
    for statement, given in selects.items():
        for row in raw.driver_connection.execute(f"EXPLAIN QUERY PLAN {statement}", given):
            found = re.match(r"SCAN (\w+)", row[-1])
            if found and found[1] in tables:
                scans.append((found[1], statement[:200]))
    raw.close()

    assert scans == []
