"""What must come of a probe: who may use a route, whose texts an answer may hold, which status fits.

The probes themselves are in `cells.py` and `variants.py`.
"""

import html
import io
import re
import zipfile

from samverk.permissions import ACTIONS
from samverk.web.outgoing import Outgoing
from tests.probes.cells import Cell, is_uuid
from tests.probes.fields import FIELD_KINDS, ROUTE_WORDS
from tests.probes.people import OWN_PARTY, Who
from tests.probes.things import Form
from tests.probes.world import World

RULES = dict(ACTIONS)
"""The permission table as it stands, which no mutant changes."""
OFFICE = frozenset({"secretariat", "administrator"})


def may(cell: Cell) -> bool:
    """Say whether the permission table lets the cell's person use the route at all."""
    rule = RULES[cell.route.action]
    if cell.route.is_api and cell.route.writes and cell.who.only_reads:
        return False
    if rule.is_public:
        return is_known(cell) or not rule.needs_person
    return is_inside(cell, cell.tenant) and bool(cell.who.roles & rule.roles)


def is_known(cell: Cell) -> bool:
    """Say whether the credential is of the kind that the route takes, and still somebody's."""
    return not cell.who.has_ended and cell.credential == ("token" if cell.route.is_api else "session")


def is_inside(cell: Cell, tenant: str) -> bool:
    """Say whether the person holds roles in a tenant, and the credential reaches it: a token is of one tenant."""
    who = cell.who
    reached = {who.tenant} if cell.credential == "token" else {who.tenant, *who.also}
    return is_known(cell) and bool(who.roles) and tenant in reached


# Texts of these tables are the public's; `meeting` only its title and place.
PUBLIC = re.compile(
    r"cnry-\w+-(?:arrangement|arrangement_form|arrangement_party|party|member_set|governing_document|adoption|register"
    r"|source|timeline_event|subject|seat_holder|agenda_item-title|agenda_item-reason|agenda_item-marks|meeting-title"
    r"|meeting-place|model_version|pinned_questionnaire)(?:-(?!exempt)|$)"
)
PERSONAL = re.compile(r"cnry-\w+-message-|@(?:alpha|beta)\.example")


_CHOSEN = re.compile(r"cnry-\w+-(form|submission)-answers-(no-\d{4})")
_AGENDA = ("-agenda_item-title-ungranted", "-agenda_item-marks-ungranted")


def leaks(world: World, cell: Cell, found: set[str]) -> set[str]:
    """Return the canaries that the cell's person may not have seen."""
    who, wrong = cell.who, set()
    at_office = bool(who.roles & OFFICE)
    for canary in found:
        tenant = _tenant_of(world, cell, canary)
        if canary.endswith("-person-name") and is_known(cell) and tenant in (who.tenant, *who.also):
            continue  # the own name, at the top of every page
        if canary == who.email and is_known(cell):
            continue  # the own address, on the own page
        if canary in _sent(cell):
            continue  # what was written stands in the form again, or goes along to the sign-in
        if RULES[cell.route.action].shows == "personal" and canary in _colleagues(who):
            continue  # somebody of the own municipality, who may stand in
        is_public = PUBLIC.match(canary) is not None
        draft = _CHOSEN.fullmatch(canary)
        is_elsewhere = tenant != cell.tenant and not (cell.tenant == "" and is_public)
        is_internal = not is_public and not is_inside(cell, tenant)
        is_personal = PERSONAL.search(canary) is not None and not at_office
        is_ungranted = (
            who.name.startswith("limited auditor") and canary.endswith("-ungranted") and not canary.endswith(_AGENDA)
        )
        is_unreleased = (
            draft is not None and not at_office and draft[2] != who.party and not _is_released(world, cell, draft)
        )
        if is_elsewhere or is_internal or is_personal or is_unreleased or is_ungranted:
            wrong.add(canary)
    return wrong


def _sent(cell: Cell) -> tuple[str, ...]:
    changed = () if cell.changed is None else (cell.changed[1],)
    return (*changed, *ROUTE_WORDS.get(cell.route.name, {}).values())


def _tenant_of(world: World, cell: Cell, canary: str) -> str:
    """Return whose a canary is; the address of who holds roles in both tenants is of the one that is asked."""
    if canary.startswith("cnry-"):
        return canary.split("-")[1]
    return cell.tenant if cell.tenant and canary in world.of_both else canary.partition("@")[2].partition(".")[0]


def _colleagues(who: Who) -> tuple[str, ...]:
    if who.party is None:
        return ()
    contact = f"contact-{who.party.partition('-')[2]}@{who.tenant}.example"
    others = ("approver", "limited-contact") if who.party == OWN_PARTY else ()
    return (contact, *(f"{name}@{who.tenant}.example" for name in others))


def _is_released(world: World, cell: Cell, draft: re.Match[str]) -> bool:
    """Say whether it is what the host sent in, on a partner's own form."""
    form = form_of(world, cell)
    return draft[1] == "submission" and form is not None and form.host == draft[2] and form.party == cell.who.party


_OTHER_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|#34;|#39;|#x27;|nbsp;)")


def texts(sent: Outgoing) -> str:
    """Return everything of an answer that can be read: headers, body, and what is inside a zipped file."""
    words = " ".join(f"{name}: {value}" for name, value in sent.headers)
    if sent.body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(sent.body)) as file:
            words += " ".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())
        return words
    body = sent.body.decode("utf-8", "replace")
    # What stands for & < > " and ' stands in no canary: only where there is more does reading it all tell more.
    return words + (html.unescape(body) if _OTHER_ENTITY.search(body) else body)


_MARK = re.compile(r"cnry-[a-z]+-[a-z_]+(?:-(?!no-\d)[a-z_]+)*(?:-no-\d{4})?")
_AT, _LOCAL = re.compile(r"@(?:alpha|beta)\.example"), re.compile(r"[a-z0-9-]+\Z")


def canaries(sent: Outgoing) -> set[str]:
    """Return the marks and addresses in an answer."""
    return canaries_in(texts(sent))


def canaries_in(text: str) -> set[str]:
    """Return the marks and addresses in a text; each expression begins with letters that are quickly looked for."""
    found = set(_MARK.findall(text))
    for at in _AT.finditer(text):
        local = _LOCAL.search(text, max(0, at.start() - 80), at.start())
        if local is not None:
            found.add(local[0] + at[0])
    return found


_NONCE = re.compile(r"nonce-[\w-]+|nonce=\"[\w-]+\"|urn:uuid:[0-9a-f-]{36}")


def comparable(sent: Outgoing, ids: tuple[str, ...]) -> tuple[int, tuple[tuple[str, str], ...], str]:
    """Return an answer without what differs by itself: nonces, the request's id, and the ids that were asked for."""
    body = _NONCE.sub("", sent.body.decode("utf-8", "replace"))
    headers = [(name, _NONCE.sub("", value)) for name, value in sent.headers if name != "request-id"]
    for one in ids:
        body = body.replace(one, "ID")
        headers = [(name, value.replace(one, "ID")) for name, value in headers]
    return sent.status, tuple(sorted(headers)), body


def form_of(world: World, cell: Cell) -> Form | None:
    """Return the form that a cell asks for in its own region, None where it asks for none."""
    form = world.forms.get(dict(cell.path).get("form_id", ""))
    return form if form is not None and form.tenant == cell.tenant else None


def reaches(who: Who, form: Form) -> bool:
    """Say whether somebody inside may see a form: the office; the party's own people; auditors what was sent in."""
    is_granted = who.subject in (None, form.subject)
    if who.roles & {"contact", "approver"}:
        return form.party == who.party and is_granted
    return bool(who.roles & OFFICE) or ("auditor" in who.roles and form.is_audited and is_granted)


FOREIGN_MATTERS = {"change_round_add", "change_meeting_point", "record_point", "compile_papers"}
"""Steps whose fields name another object: one of another tenant must be refused there."""


def verdict(world: World, cell: Cell, sent: Outgoing) -> str | None:
    """Return what is wrong with an answer, None when nothing is."""
    leaked = leaks(world, cell, canaries(sent))
    if leaked:
        return f"{sent.status} shows {sorted(leaked)[:3]}"
    if sent.status >= 500 or sent.status == 429:
        return f"{sent.status}"
    if not may(cell):
        signs_in = sent.status == 303 and dict(sent.headers).get("location", "").startswith("/sign-in")
        if sent.status not in (401, 403, 404) and not signs_in:
            return f"{sent.status} although the role may not"
        return None
    if sent.status == 401 or (sent.status == 403 and not _owned_elsewhere(cell)):
        return f"{sent.status} although the role may"
    form = form_of(world, cell)
    if form is not None and not reaches(cell.who, form) and not _is_refused(cell, sent, 404):
        return f"{sent.status} at a form that is not the person's"
    has_ids = any(is_uuid(value) for _name, value in cell.path)
    if has_ids and cell.ownership in ("other tenant", "missing") and not _is_hidden(world, cell, sent):
        return f"{sent.status}, not 404"
    if sent.status < 400 and names_foreign(cell):
        return f"{sent.status} with ids of another tenant"
    return None


def _is_hidden(world: World, cell: Cell, sent: Outgoing) -> bool:
    """What is inside an object of one's own may be refused for the state of that object, before it is looked for."""
    is_inner = len(cell.path) > 1 and cell.path[0][1] in world.versions and cell.path[0][1] not in world.foreign
    return sent.status in (404, 422) or (is_inner and sent.status == 409)


def _is_refused(cell: Cell, sent: Outgoing, status: int) -> bool:
    """A value that fits no field is told of before any object is looked for."""
    return sent.status == status or (cell.changed is not None and cell.route.is_api and sent.status == 422)


def names_foreign(cell: Cell) -> bool:
    """Say whether an id in the body is one that must be refused: nobody's, or another tenant's."""
    if cell.foreign_fields:
        return cell.route.name in FOREIGN_MATTERS
    if cell.changed is None or cell.whose not in ("other tenant", "missing"):
        return False
    name = cell.changed[0]
    return name in FIELD_KINDS and (cell.route.name, name) not in LOOKED_FOR_NOWHERE


LOOKED_FOR_NOWHERE = {("delegate", "person"), *(("preview_or_open", name) for name in ("without", "subject", "item"))}
"""Who is no colleague is nobody there, and the invitation goes to the address in the field beside; what is not of a
round is left out of it anyway.
"""


def _owned_elsewhere(cell: Cell) -> bool:
    """A role that may, of an object that is another's: 403 is as good as 404 inside the own tenant (rule 8)."""
    return cell.who.roles <= {"contact", "approver", "auditor", "member"} or not is_inside(cell, cell.tenant)
