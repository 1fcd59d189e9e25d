"""The arrangements as pages show them: the list, the matrix, by host, by municipality. Pure: rows in, values out.

Reading the rows is `service.py`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from samverk.arrangements.service import ArrangementRow, Participant
from samverk.tenants.service import PartyView


@dataclass(frozen=True, slots=True)
class Cell:
    """A role: `host`, `partner`, `observer`, `none` or `unknown`; `mark` when the source does not say it."""

    role: str
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class MatrixLine:
    """One arrangement and, for each column, the number of its cell among the matrix's `kinds`."""

    row: ArrangementRow
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Arrangement × party; the columns are the members and whoever else takes part in any of them."""

    columns: tuple[PartyView, ...]
    lines: tuple[MatrixLine, ...]
    kinds: tuple[Cell, ...]

    @property
    def marks(self) -> tuple[str, ...]:
        """The marks that occur in it, for the legend."""
        return tuple(sorted({cell.mark for cell in self.kinds if cell.mark}))

    def roles(self, line: MatrixLine) -> tuple[str, ...]:
        """Return the roles of a line, column by column."""
        return tuple(self.kinds[number].role for number in line.cells)


@dataclass(frozen=True, slots=True)
class ListLine:
    """One arrangement of the list; `hosts` and `partners` are numbers among the list's `groups`."""

    row: ArrangementRow
    hosts: int
    partners: int
    observers: tuple[Participant, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """The list with what stands in many lines named once: each party, and each group as numbers among `everyone`."""

    lines: tuple[ListLine, ...]
    groups: tuple[tuple[int, ...], ...]
    everyone: tuple[Participant, ...]
    statuses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartyGroup:
    """A party and the arrangements it hosts, takes part in, observes."""

    party: PartyView
    hosted: tuple[ArrangementRow, ...]
    joined: tuple[ArrangementRow, ...]
    observed: tuple[ArrangementRow, ...] = ()


def matrix(rows: Sequence[ArrangementRow], parties: Sequence[PartyView]) -> Matrix:
    """Return the matrix; a cell is unknown where places are open and the party may hold one of them."""
    taking_part = {one.party_id for row in rows for one in row.participants}
    columns = tuple(
        party for party in parties if party.id in taking_part or (party.is_member and party.kind == "municipality")
    )
    # A cell is drawn once for each kind, not once for each of some hundred places.
    kinds: dict[tuple[str, str | None], int] = {}
    lines = []
    for row in rows:
        roles = {one.party_id: (one.role, one.mark) for one in reversed(row.participants)}
        missing = ("unknown", None) if row.open_places or row.is_wholly_unknown else ("none", None)
        cells = tuple(
            [
                kinds.setdefault(roles.get(party.id, missing if party.is_member else ("none", None)), len(kinds))
                for party in columns
            ]
        )
        lines.append(MatrixLine(row, cells))
    return Matrix(columns, tuple(lines), tuple(Cell(role, mark) for role, mark in kinds))


def listed(rows: Sequence[ArrangementRow]) -> Listed:
    """Return the list; a host with a mark is somebody else than the same party as partner, whose mark stands apart."""
    places: dict[tuple[str, str | None], int] = {}
    everyone: list[Participant] = []
    groups: dict[tuple[int, ...], int] = {}

    def number(group: Sequence[Participant]) -> int:
        numbers = []
        for one in group:
            known = places.setdefault((one.party_id, one.mark if one.role == "host" else None), len(everyone))
            if known == len(everyone):
                everyone.append(one)
            numbers.append(known)
        return groups.setdefault(tuple(numbers), len(groups))

    lines = []
    for row in rows:
        roles: dict[str, list[Participant]] = {"host": [], "partner": [], "observer": []}
        for one in row.participants:
            roles[one.role].append(one)
        lines.append(ListLine(row, number(roles["host"]), number(roles["partner"]), tuple(roles["observer"])))
    return Listed(tuple(lines), tuple(groups), tuple(everyone), tuple(dict.fromkeys(row.status for row in rows)))


def chosen(drawn: Sequence[str], numbers: Sequence[int], between: str = "") -> Markup:
    """Return the pieces of a page with these numbers one after the other; the template has escaped them."""
    return Markup(between.join([drawn[number] for number in numbers]))  # noqa: S704


def by_host(
    rows: Sequence[ArrangementRow], parties: Sequence[PartyView]
) -> tuple[tuple[PartyView | None, tuple[ArrangementRow, ...]], ...]:
    """Return (host, its arrangements) in the order of the parties; None for those whose host is not known."""
    found: list[tuple[PartyView | None, tuple[ArrangementRow, ...]]] = []
    for party in parties:
        hosted = tuple(row for row in rows if any(one.party_id == party.id for one in row.hosts))
        if hosted:
            found.append((party, hosted))
    without = tuple(row for row in rows if not row.hosts)
    return (*found, (None, without)) if without else tuple(found)


def by_municipality(rows: Sequence[ArrangementRow], parties: Sequence[PartyView]) -> tuple[PartyGroup, ...]:
    """Return every party that takes part or is a member, with its arrangements."""
    groups = (group_of(rows, party) for party in parties)
    return tuple(group for group in groups if group.hosted or group.joined or group.observed or (group.party.is_member))


def group_of(rows: Sequence[ArrangementRow], party: PartyView) -> PartyGroup:
    """Return the arrangements of one party by its role in them."""

    def of(role: str) -> tuple[ArrangementRow, ...]:
        return tuple(row for row in rows if any(p.party_id == party.id and p.role == role for p in row.participants))

    return PartyGroup(party, of("host"), of("partner"), of("observer"))
