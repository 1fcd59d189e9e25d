"""Standing in for a contact: dated, told to both, ended by itself, and never more than the contact has."""

import pytest
from sqlalchemy import select
from tests.installation import Browser, Installation, httpx_client
from tests.membership.test_people_pages import LOM, NEW, accept, person_id

from samverk.outbox.model import Message
from samverk.people.model import RoleGrant
from samverk.tenants import service as tenants


@pytest.fixture
def contact(embedded: Installation) -> Browser:
    return embedded.browser(embedded.add_tenant("insam_nordgudbrandsdal"), "contact-3434")


def party(contact: Browser, key: str = LOM) -> str:
    with contact.installation.scope(contact.tenant) as scope:
        return tenants.party_id(scope, key)


def delegate(contact: Browser, **fields: str) -> int:
    given = {"party": party(contact), "person": "", "email": "", "from": "2026-03-01", "to": "2026-03-14", **fields}
    contact.post("/delegate", given, on="/delegate")
    return contact.status


def told(contact: Browser) -> list[tuple[str, str]]:
    with contact.installation.scope(contact.tenant) as scope:
        rows = scope.session.execute(
            select(Message.address, Message.kind).where(Message.tenant_id == scope.tenant_id).order_by(Message.id)
        )
        return sorted((address, kind) for address, kind in rows)


def test_a_colleague_stands_in_between_two_days_and_both_are_told(contact: Browser) -> None:
    installation = contact.installation
    installation.add_person(contact.tenant, "deputy@lom.example", "approver", LOM)
    deputy = Browser(installation, contact.tenant, "deputy@lom.example")

    status = delegate(contact, person=person_id(installation, "deputy@lom.example"))
    may = []
    for day in ("2026-02-28", "2026-03-01", "2026-03-14", "2026-03-15"):
        installation.at(day)
        deputy.signed_in_at = None
        deputy.get("/tasks")
        may.append("/delegate" in deputy.text)

    assert (status, may) == (200, [False, True, True, False])
    assert told(contact) == [(contact.email, "stand_in"), ("deputy@lom.example", "stand_in")]


def test_somebody_new_is_invited_and_stands_in_after_accepting(contact: Browser) -> None:
    installation = contact.installation

    status = delegate(contact, email="New@Lom.example")
    answer = accept(installation, installation.link("new@lom.example"))
    installation.at("2026-03-02")
    client = httpx_client(installation)
    client.post("/sign-in", data={"email": "new@lom.example", "password": NEW})
    page = client.get(f"/{contact.tenant}/delegate")

    assert (status, answer.url.path, page.status_code) == (200, "/sign-in", 200)
    assert 'name="to"' not in page.text
    assert told(contact) == [(contact.email, "stand_in"), ("new@lom.example", "stand_in")]


def test_the_contact_ends_it_earlier(contact: Browser) -> None:
    installation = contact.installation
    installation.add_person(contact.tenant, "deputy@lom.example", "approver", LOM)
    deputy = person_id(installation, "deputy@lom.example")
    delegate(contact, person=deputy, **{"from": "2026-02-20"})

    contact.post("/delegate/end", {"person": deputy, "party": party(contact)}, on="/delegate")
    again = {"_csrf": contact.token, "person": deputy, "party": party(contact)}

    assert contact.status == 200
    assert contact.client.post(f"/{contact.tenant}/delegate/end", data=again).status_code == 404
    assert [kind for _address, kind in told(contact)].count("stand_in_ended") == 2


def test_a_contact_passes_on_only_what_is_its_own(contact: Browser) -> None:
    installation = contact.installation
    other = party(contact, "no-3431")

    assert delegate(contact, party=other, email="x@lom.example") == 422
    assert delegate(contact, party="x", email="x@lom.example") == 422
    assert delegate(contact, email="x") == 422
    assert delegate(contact, email="x@lom.example", to="2026-02-28") == 422
    assert delegate(contact, email="x@lom.example", to="2028-03-01") == 422
    assert delegate(contact, email="x@lom.example", **{"from": "2026-01-01"}) == 422
    stranger = person_id(installation, f"contact-3431@{contact.tenant}.example")
    assert delegate(contact, person=stranger) == 422
    with installation.scope(contact.tenant) as scope:
        query = select(RoleGrant.id).where(
            RoleGrant.tenant_id == scope.tenant_id, RoleGrant.stands_in_for_id.is_not(None)
        )
        assert scope.session.scalars(query).all() == []


def test_every_fault_is_said_at_once(contact: Browser) -> None:
    assert delegate(contact, party="x", email="y", **{"from": "z", "to": ""}) == 422
    assert contact.text.count("field-fault") == 4


def test_a_stand_in_of_a_contact_who_has_gone_is_refused(contact: Browser) -> None:
    installation = contact.installation
    delegate(contact, email="new@lom.example")
    with installation.scope(contact.tenant) as scope:
        row = scope.session.scalars(
            select(RoleGrant).where(
                RoleGrant.tenant_id == scope.tenant_id, RoleGrant.person_id == person_id(installation, contact.email)
            )
        ).one()
        row.suspended_at = installation.now

    assert accept(installation, installation.link("new@lom.example")).status_code == 409


def test_others_do_not_delegate(contact: Browser) -> None:
    office = contact.installation.browser(contact.tenant, "secretariat")
    office.get("/delegate")

    assert office.status == 403
