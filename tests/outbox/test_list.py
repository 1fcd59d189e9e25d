"""The list of messages shows every one, a page at a time."""

import datetime as dt
import re

from tests.installation import Installation
from tests.stories.test_two_quarters import HOSTS

from samverk.outbox import service
from samverk.people import service as people
from samverk.scope import Scope
from samverk.tables import new_id

REGION = "insam_nordgudbrandsdal"


def write(scope: Scope, *numbers: int) -> None:
    person = people.add_person(scope.session, "reader@lom.example", "Reader", scope.now)
    for number in numbers:
        service.queue(scope, person, "reader@lom.example", "nn", "round", f"one-{number}", f"Melding {number}", "Tekst")


def shown(page: str) -> list[int]:
    return [int(number) for number in re.findall(r"Melding (\d+)<", page)]


def test_older_messages_follow_page_by_page_and_none_is_left_out(installation: Installation) -> None:
    tenant = installation.add_tenant(REGION, HOSTS)
    with installation.scope(tenant) as scope:
        write(scope, *range(230))
    installation.now += dt.timedelta(minutes=1)
    with installation.scope(tenant) as scope:
        write(scope, 1000)
    office = installation.browser(tenant, "secretariat")

    first = office.get("/outbox")
    following = re.search(r'href="\?before=([0-9a-f-]{36})"', first)
    assert following is not None
    second = office.get(f"/outbox?before={following[1]}")

    assert shown(first)[0] == 1000
    assert len(shown(first)) == 200
    assert sorted(shown(first) + shown(second)) == [*range(230), 1000]
    assert 'href="?before=' not in second


def test_what_is_no_message_of_the_region_begins_at_the_newest(installation: Installation) -> None:
    own, other = (installation.add_tenant(REGION, HOSTS, slug=slug) for slug in ("own", "other"))
    with installation.scope(other) as scope:
        write(scope, 0, 1)
        strange = service.list_messages(scope)[0][0].id
    with installation.scope(own) as scope:
        write(scope, 7)
    office = installation.browser(own, "secretariat")

    for before in (strange, new_id(), "x", "", "0" * 300, "%F0%9F%92%A9"):
        assert shown(office.get(f"/outbox?before={before}")) == [7], before
