"""What an auditor reads: what was sent in, after the deadline, about what was granted, for as long as it was."""

import datetime as dt
import re

import pytest
from sqlalchemy import update
from tests.installation import Installation
from tests.stories.test_two_quarters import HOSTS, answer_everything, open_round

from samverk.people.model import RoleGrant


@pytest.fixture
def answered(embedded: Installation) -> tuple[Installation, str, str]:
    """A round with everything sent in but the forms of Sel, its deadline passed."""
    tenant = embedded.add_tenant("insam_nordgudbrandsdal", HOSTS)
    round_id = open_round(embedded.browser(tenant, "secretariat"), 2026, 1)
    codes = ("3431", "3432", "3433", "3434", "3435")
    answer_everything({code: embedded.program(tenant, f"contact-{code}") for code in codes}, round_id, set())
    embedded.at("2026-03-10")
    return embedded, tenant, round_id


def limit_auditor(installation: Installation, tenant: str, subject: str, **dates: dt.date) -> None:
    with installation.scope(tenant) as scope:
        scope.session.execute(
            update(RoleGrant)
            .where(RoleGrant.tenant_id == scope.tenant_id, RoleGrant.role == "auditor")
            .values(subject_id=subject, **dates)
        )


def subjects(installation: Installation, tenant: str) -> dict[str, str]:
    items = installation.program(tenant, "secretariat").get("/arrangements?limit=200").json()["items"]
    return {one["key"]: one["id"] for one in items}


def test_an_auditor_reads_what_was_sent_in_and_no_draft(answered: tuple[Installation, str, str]) -> None:
    installation, tenant, round_id = answered
    auditor = installation.browser(tenant, "auditor")
    forms = installation.program(tenant, "secretariat").get(f"/rounds/{round_id}/forms?limit=200").json()["items"]

    page = auditor.get("/granted")
    listed = set(re.findall(rf'href="/{tenant}/forms/([0-9a-f-]{{36}})"', page))
    assert listed == {one["id"] for one in forms if one["state"] == "submitted"}
    assert len(listed) == 35
    seen = {}
    for one in forms:
        auditor.get(f"/forms/{one['id']}")
        seen.setdefault(one["state"], set()).add(auditor.status)
    assert seen == {"submitted": {200}, "not_opened": {404}}


def test_a_grant_for_one_subject_reaches_that_subject_only(answered: tuple[Installation, str, str]) -> None:
    installation, tenant, round_id = answered
    ids = subjects(installation, tenant)
    limit_auditor(installation, tenant, ids["ppt"])
    auditor = installation.browser(tenant, "auditor")
    forms = installation.program(tenant, "secretariat").get(f"/rounds/{round_id}/forms?limit=200").json()["items"]
    sent = [one for one in forms if one["state"] == "submitted"]

    listed = set(re.findall(rf'href="/{tenant}/forms/([0-9a-f-]{{36}})"', auditor.get("/granted")))
    assert listed == {one["id"] for one in sent if one["subject"]["id"] == ids["ppt"]}
    other = next(one["id"] for one in sent if one["subject"]["id"] == ids["procurement"])
    auditor.get(f"/forms/{other}")
    assert auditor.status == 404


def test_a_grant_that_has_ended_opens_nothing(answered: tuple[Installation, str, str]) -> None:
    installation, tenant, _round = answered
    limit_auditor(installation, tenant, subjects(installation, tenant)["ppt"], valid_to=dt.date(2026, 3, 9))
    auditor = installation.browser(tenant, "auditor")

    auditor.get("/granted")
    assert auditor.status == 403
