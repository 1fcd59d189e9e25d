"""Imports every table, so that the metadata is whole: for migrations, the table tests and the app's start.

No table is defined here.
"""

from samverk.arrangements import model as arrangements
from samverk.attachments import model as attachments
from samverk.audit import model as audit
from samverk.bodies import model as bodies
from samverk.breaker import model as breaker
from samverk.configuration import model as configuration
from samverk.decisions import model as decisions
from samverk.documents import model as documents
from samverk.exemptions import model as exemptions
from samverk.foundations import model as foundations
from samverk.meetings import model as meetings
from samverk.membership import model as membership
from samverk.outbox import model as outbox
from samverk.people import model as people
from samverk.points import model as points
from samverk.reference import model as reference
from samverk.rounds import model as rounds
from samverk.tables import Base
from samverk.tenants import model as tenants

ROOMS = (
    arrangements,
    attachments,
    audit,
    bodies,
    breaker,
    configuration,
    decisions,
    documents,
    exemptions,
    foundations,
    meetings,
    membership,
    outbox,
    people,
    points,
    reference,
    rounds,
    tenants,
)
metadata = Base.metadata
