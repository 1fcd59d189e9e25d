"""The statements that read a region's arrangements as of a day, built once: building took as long as running them.

What is made of their rows is `service.py`'s.
"""

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Integer,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from samverk.arrangements.model import Arrangement, ArrangementForm, ArrangementParty
from samverk.guard import Prepared
from samverk.tables import IdType
from samverk.tenants.model import Subject

RUNNING = ("active", "tentative")
_DAY = bindparam("on", type_=Date)
_TENANT: BindParameter[str] = bindparam("tenant", type_=IdType)
# Signs that no id, role or JSON text holds.
BETWEEN, AFTER = "\x1f", "\x1e"
_BETWEEN: ColumnElement[str] = literal_column(f"'{BETWEEN}'", String)
# One row an arrangement, its parties as text: a row for each party took three times as long (measured).
_PARTIES = (
    select(
        ArrangementParty.arrangement_id,
        func.aggregate_strings(
            cast(ArrangementParty.party_id, String)
            + _BETWEEN
            + ArrangementParty.role
            + _BETWEEN
            + cast(ArrangementParty.marks, String),
            literal_column(f"'{AFTER}'"),  # type: ignore[arg-type]  # a text would be written anew each time
        ),
    )
    .where(
        ArrangementParty.tenant_id == _TENANT,
        or_(ArrangementParty.valid_from.is_(None), ArrangementParty.valid_from <= _DAY),
        or_(ArrangementParty.valid_to.is_(None), ArrangementParty.valid_to >= _DAY),
    )
    .group_by(ArrangementParty.arrangement_id)
)
PARTIES_OF_ALL = Prepared(_PARTIES)
PARTIES_OF_SOME = _PARTIES.where(ArrangementParty.arrangement_id.in_(bindparam("ids", expanding=True)))
TAGGED = (
    select(Subject.id, Subject.key, Subject.name, Subject.position, Arrangement.status, Subject.tags)
    .join(Arrangement, (Arrangement.tenant_id == Subject.tenant_id) & (Arrangement.id == Subject.id))
    .where(Subject.tenant_id == _TENANT, Subject.kind == "arrangement", Arrangement.status.in_(RUNNING))
    .order_by(Subject.position, Subject.key)
)
_LIST = (
    select(
        Subject.id,
        Subject.key,
        Subject.position,
        Subject.name,
        Arrangement.short_name,
        Arrangement.area,
        Arrangement.status,
        Arrangement.begins,
        Arrangement.ends,
        Arrangement.participant_count,
        Arrangement.candidate_set_id,
        ArrangementForm.legal_form_key,
        Subject.marks,
    )
    .join(Arrangement, (Arrangement.tenant_id == Subject.tenant_id) & (Arrangement.id == Subject.id))
    .outerjoin(
        ArrangementForm,
        (ArrangementForm.tenant_id == Subject.tenant_id)
        & (ArrangementForm.arrangement_id == Subject.id)
        & or_(ArrangementForm.valid_from.is_(None), ArrangementForm.valid_from <= _DAY)
        & or_(ArrangementForm.valid_to.is_(None), ArrangementForm.valid_to >= _DAY),
    )
    .where(Subject.tenant_id == _TENANT, Subject.kind == "arrangement")
    .order_by(Subject.position, Subject.key)
    .limit(bindparam("limit", type_=Integer))
)
LIST_FIRST = Prepared(_LIST)
LIST_AFTER = Prepared(
    _LIST.where(
        or_(
            Subject.position > bindparam("position"),
            and_(Subject.position == bindparam("position"), Subject.key > bindparam("key")),
        )
    )
)
