"""Queues letters that carry a link with a secret: invitations, passwords to be set anew. No region's outbox lists them.

Delivery is `delivery.py`; what a link does is the business of the slice that sends it.
"""

import datetime as dt

from sqlalchemy import delete

from samverk.database import Unit
from samverk.outbox.model import Letter
from samverk.tables import new_id

KEPT = dt.timedelta(days=15)


def queue(
    session: Unit,
    address: str | None,
    locale: str,
    title: str,
    body: str,
    *,
    kind: str,
    link_id: str,
    now: dt.datetime,
) -> None:
    """Queue a letter; `links.PLACE` in the body becomes the link. Without an address nobody gets it.

    The work is the same for both, and what has been kept long enough is forgotten on the way.
    """
    session.execute(delete(Letter).where(Letter.created_at < now - KEPT))
    session.add(
        Letter(
            id=new_id(),
            address=address,
            locale=locale,
            title=" ".join(title.split())[:200],
            body=body,
            link_kind=kind,
            link_id=link_id,
            state="queued" if address is not None else "dropped",
            created_at=now,
            not_before=now,
        )
    )
    session.flush()
