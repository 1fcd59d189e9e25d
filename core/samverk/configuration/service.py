"""The configuration of a region: its draft, making it active, bringing an earlier version back. The only writer.

A draft always has the shape of a model; whether it means something that works is held before it is made active.
Rounds that are open keep the model they were opened with, whatever is made active. Source: architecture, decisions 2-4.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import delete, select

from samverk.bodies import service as bodies
from samverk.configuration import changes, meaning, region, upgrade, walk
from samverk.configuration.meaning import Finding
from samverk.configuration.model import ConfigurationDraft, ConfigurationVersion
from samverk.configuration.walk import Around, Path
from samverk.database import insert_if_absent
from samverk.errors import BadRegion, Conflict, Invalid, NotFound, Problem, Stale
from samverk.i18n import _
from samverk.regions import overlay
from samverk.regions.definition import Definition
from samverk.scope import Scope
from samverk.tables import new_id
from samverk.tenants import effective
from samverk.tenants import service as tenants

MAX_REASON = 500
Data = dict[str, Any]


class VersionView(msgspec.Struct, frozen=True):
    """One version that was made active. Number 0 is the plugin's own model and has no row."""

    number: int
    patch: dict[str, Any]
    reason: str
    activated_at: dt.datetime
    activated_by: str
    restored: int | None


@dataclass(frozen=True, slots=True)
class State:
    """How the configuration stands: the plugin's model, the active one and the wanted one, as data.

    `version` is that of the draft, 0 where there is none. Without a draft the wanted model is what the active patch
    makes of the plugin's model, which is another one than the active model after the plugin was updated.
    """

    delivered: Data
    active: Data
    wanted: Data
    number: int
    version: int
    has_draft: bool
    changed_at: dt.datetime | None = None
    changed_by: str = ""
    locale: str = "en"
    made_on: Data | None = None
    conflicts: tuple[Path, ...] = ()
    gone: tuple[Path, ...] = ()

    def around(self, data: Data, outside: Any = None) -> Around:
        return Around(data, self.locale, outside or {})

    @property
    def changes(self) -> tuple[changes.Change, ...]:
        """Return what making the wanted model active would change."""
        return changes.changes(self.active, self.wanted, self.around(self.active), self.around(self.wanted))

    @property
    def both_changed(self) -> tuple[upgrade.Both, ...]:
        """Return what the region and a newer definition of the plugin both changed."""
        made_on, delivered, wanted = (self.around(one or {}) for one in (self.made_on, self.delivered, self.wanted))
        return tuple(upgrade.in_words(path, made_on, delivered, wanted) for path in self.conflicts)

    @property
    def lost(self) -> tuple[str, ...]:
        """Return, in words, what the region changed and the plugin has no more."""
        return tuple(" › ".join(walk.way(path, self.around(self.made_on or {}))) for path in self.gone)

    @property
    def has_changes(self) -> bool:
        return self.active != self.wanted


def state(scope: Scope) -> State:
    """Return how the configuration stands."""
    delivered, draft, last = overlay.data_of(scope.plugin.definition), _draft(scope), _last(scope)
    active = overlay.data_of(scope.model)
    base = draft if draft is not None else last
    patch, made_on = _made(scope, base) if base is not None else ({}, delivered)
    met = upgrade.meet(patch, made_on, delivered)
    return State(
        delivered,
        active,
        overlay.merge(delivered, met.patch),
        last.number if last is not None else 0,
        draft.version if draft is not None else 0,
        draft is not None,
        draft.changed_at if draft is not None else None,
        draft.changed_by if draft is not None else "",
        scope.locale,
        made_on,
        met.conflicts,
        met.gone,
    )


def _made(scope: Scope, row: ConfigurationVersion | ConfigurationDraft) -> tuple[Data, Data]:
    """Return a patch and the definition it was made on."""
    return upgrade.brought_forward(row.patch, effective.kept(scope, row.definition_id))


def findings(scope: Scope, data: Data) -> tuple[Finding, ...]:
    """Return every fault of a model that the region might use."""
    return meaning.findings(data, Around(data, scope.locale), region.known(scope))


def write(scope: Scope, data: Data, *, version: int) -> int:
    """Keep a model as the draft and return the draft's version.

    Raises Stale when the draft is another than the one looked at, BadRegion when the data has not the shape of a model.
    """
    delivered = overlay.data_of(scope.plugin.definition)
    _hold_shape(data, delivered)
    return _keep(scope, overlay.patch_between(delivered, data), version, scope.plugin.definition)


def write_patch(scope: Scope, patch: Data, made_on: Definition, *, version: int) -> int:
    """Keep a patch that was made on another definition as the draft: what is in conflict and gone is told of it then.

    Raises Stale, and BadRegion where what it makes of the plugin's definition has not the shape of a model.
    """
    delivered = overlay.data_of(scope.plugin.definition)
    met = upgrade.meet(patch, overlay.data_of(made_on), delivered)
    _hold_shape(overlay.merge(delivered, met.patch), delivered)
    return _keep(scope, patch, version, made_on)


def _hold_shape(data: Data, delivered: Data) -> None:
    """Raise BadRegion for what is no model, and for one that says it is of another plugin or country."""
    if faults := overlay.faults_of(data) or walk.changed_for_good(data, delivered):
        raise BadRegion(faults)


def _keep(scope: Scope, patch: Data, version: int, made_on: Definition) -> int:
    draft, last = _draft(scope, is_locked=True), _last(scope)
    if (draft.version if draft is not None else 0) != version:
        raise _stale()
    if draft is not None:
        draft.patch, draft.changed_at, draft.changed_by = patch, scope.now, scope.actor.name
        draft.definition_id = effective.keep(scope, made_on)
        draft.version += 1
        scope.flush()
        return draft.version
    given = {
        "tenant_id": scope.tenant_id,
        "id": new_id(),
        "patch": patch,
        "definition_id": effective.keep(scope, made_on),
        "based_on": last.number if last is not None else None,
        "changed_at": scope.now,
        "changed_by": scope.actor.name,
        "version": 1,
    }
    # Two that begin a draft at once do not both make it: the second is told.
    if not insert_if_absent(scope.session, ConfigurationDraft, given):
        raise _stale()
    return 1


def _stale() -> Stale:
    return Stale(_("Somebody else changed this meanwhile. Look at what stands there now, then change it again."))


def discard(scope: Scope, *, version: int) -> None:
    """Throw the draft away. Raises Stale, and NotFound where there is none."""
    draft = _draft(scope, is_locked=True)
    if draft is None:
        raise NotFound()
    if draft.version != version:
        raise _stale()
    scope.session.execute(
        delete(ConfigurationDraft).where(
            ConfigurationDraft.tenant_id == scope.tenant_id, ConfigurationDraft.id == draft.id
        )
    )
    scope.session.expire_all()


def activate(scope: Scope, reason: str, *, version: int) -> int:
    """Make the wanted model the one the region works by; return the number of the version.

    Raises Stale, Conflict where nothing would change, Invalid with every fault of the model or a missing reason.
    """
    draft = _draft(scope, is_locked=True)
    stands = state(scope)
    if stands.version != version:
        raise _stale()
    if not stands.has_changes:
        raise Conflict(_("There is nothing to activate: nothing differs from what is active."))
    problems = [
        Problem("", f"{' › '.join(one.way)}: {one.message}", one.hint) for one in findings(scope, stands.wanted)
    ]
    words = " ".join(reason.split())
    if not words:
        problems.append(Problem("/reason", _("Say why."), field="reason"))
    elif len(words) > MAX_REASON:
        message = _("The text is longer than %(limit)s characters.", limit=MAX_REASON)
        problems.append(Problem("/reason", message, field="reason"))
    if problems:
        raise Invalid(tuple(problems))
    model = overlay.of_data(stands.wanted)
    patch = overlay.patch_between(stands.delivered, stands.wanted)
    restored = _restored(scope, patch, draft)
    row = ConfigurationVersion(
        id=new_id(),
        number=tenants.next_number(scope, "configuration"),
        patch=patch,
        definition_id=effective.keep(scope, scope.plugin.definition),
        model_id=effective.keep(scope, model),
        restored=restored,
        reason=words,
        activated_at=scope.now,
        activated_by=scope.actor.name,
    )
    scope.add(row)
    if draft is not None:
        scope.session.delete(draft)
    bodies.keep_up(scope, model.bodies)
    tenants.keep_sources(scope, model)
    # A region that has taken everything back follows its plugin again.
    effective.use(scope, row.model_id, is_delivered=not patch)
    scope.flush()
    return row.number


def _restored(scope: Scope, patch: Data, draft: ConfigurationDraft | None) -> int | None:
    """Return the number of the earlier version that has the same patch; 0 for the plugin's own model."""
    if draft is None:
        return None
    if not patch:
        return 0
    return next((one.number for one in versions(scope)[1:] if one.patch == patch), None)


def restore(scope: Scope, number: int, *, version: int) -> None:
    """Make a draft of an earlier version, or of the plugin's own model for 0.

    Raises NotFound for a version that never was, Conflict while there is another draft and where the plugin has become
    another one since, Stale.
    """
    patch, made_on = ({}, scope.plugin.definition) if number == 0 else _version(scope, number)
    if _draft(scope) is not None:
        raise Conflict(_("There are changes that are not active yet. Activate or discard them first."))
    try:
        write_patch(scope, patch, made_on, version=version)
    except BadRegion as error:
        raise Conflict(_("This version does not fit what the plugin is today: %(why)s", why=error.faults[0])) from error


def versions(scope: Scope) -> tuple[VersionView, ...]:
    """Return every version that was made active, the last first."""
    rows = scope.session.scalars(
        select(ConfigurationVersion)
        .where(ConfigurationVersion.tenant_id == scope.tenant_id)
        .order_by(ConfigurationVersion.number.desc())
    )
    return tuple(
        VersionView(row.number, row.patch, row.reason, row.activated_at, row.activated_by, row.restored) for row in rows
    )


def _draft(scope: Scope, *, is_locked: bool = False) -> ConfigurationDraft | None:
    wanted = select(ConfigurationDraft).where(ConfigurationDraft.tenant_id == scope.tenant_id)
    return scope.session.scalar(wanted.with_for_update() if is_locked else wanted)


def _last(scope: Scope) -> ConfigurationVersion | None:
    return scope.session.scalar(
        select(ConfigurationVersion)
        .where(ConfigurationVersion.tenant_id == scope.tenant_id)
        .order_by(ConfigurationVersion.number.desc())
        .limit(1)
    )


def _version(scope: Scope, number: int) -> tuple[Data, Definition]:
    row = scope.session.scalar(
        select(ConfigurationVersion).where(
            ConfigurationVersion.tenant_id == scope.tenant_id, ConfigurationVersion.number == number
        )
    )
    if row is None:
        raise NotFound()
    patch, made_on = _made(scope, row)
    return patch, overlay.of_data(made_on)
