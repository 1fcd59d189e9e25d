"""How the rows of the registers become places: codes and names are followed through every change.

Reading the files and finding a place is in `places`; this module is given rows and gives back places.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from samverk.reference.place import Place, PlacePeriod

Row = Mapping[str, str]

# The only names of former counties that our sources state (data/SOURCES.md); both ended with 2017.
FORMER_COUNTIES = {"16": "Sør-Trøndelag", "17": "Nord-Trøndelag"}

# What is known today of a place that has ended: nothing.
_NO_FACTS: Row = dict.fromkeys(
    (
        "population",
        "population_date",
        "language_form",
        "org_number",
        "name_official",
        "name_sami",
        "name_sami_lang",
        "name_kven",
    ),
    "",
)


@dataclass(eq=False)
class _Draft:
    """A place while its history is being read; compared by identity, since codes and names do not tell it apart."""

    periods: list[PlacePeriod]
    successors: list["_Draft"] = field(default_factory=list)
    predecessors: list["_Draft"] = field(default_factory=list)
    key: str = ""

    def close(self, last_day: date) -> None:
        self.periods[-1] = replace(self.periods[-1], valid_to=last_day)


def _period(code: str, name: str, since: date | None) -> PlacePeriod:
    return PlacePeriod(code=code, name=name, name_official=name, county_code=code[:2], valid_from=since)


def _goes_on(row: Row) -> bool:
    """Tell whether the old place lives on: it was renumbered or renamed, or kept its code through a merger."""
    return row["kind"] in ("renumber", "rename") or (row["kind"] == "merge" and row["old_code"] == row["new_code"])


def _apply_one_day(living: dict[str, _Draft], ended: list[_Draft], day: date, rows: Sequence[Row]) -> None:
    # All old codes leave before any new one comes, since a code may pass from one place to another on the day.
    leaving = {code: living.pop(code, None) for code in {row["old_code"] for row in rows}}
    coming: dict[str, _Draft] = {}
    by_old_code: dict[str, _Draft] = {}
    last_day = day - timedelta(days=1)
    for row in rows:
        old_code = row["old_code"]
        if old_code in by_old_code:
            continue
        draft = by_old_code[old_code] = leaving[old_code] or _Draft([_period(old_code, row["old_name"], None)])
        if not _goes_on(row):
            draft.close(last_day)
            ended.append(draft)
            continue
        coming[row["new_code"]] = draft
        if (row["old_code"], draft.periods[-1].name_official) != (row["new_code"], row["new_name"]):
            draft.close(last_day)
            draft.periods.append(_period(row["new_code"], row["new_name"], day))
    for row in rows:
        if _goes_on(row):
            continue
        new_code = row["new_code"]
        heir = coming.get(new_code)
        if heir is None:
            heir = coming[new_code] = _Draft([_period(new_code, row["new_name"], day)])
        by_old_code[row["old_code"]].successors.append(heir)
        heir.predecessors.append(by_old_code[row["old_code"]])
    living.update(coming)


def _give_keys(country: str, drafts: Iterable[_Draft]) -> None:
    """Give each place country and last code; whoever had the same last code earlier gets the year it ended as well."""
    latest_first = sorted(drafts, key=lambda draft: draft.periods[-1].valid_to or date.max, reverse=True)
    taken: set[str] = set()
    for draft in latest_first:
        last = draft.periods[-1]
        key = f"{country.lower()}-{last.code}"
        if key in taken:
            assert last.valid_to is not None  # Only one place at a time can have the code, so this one has ended.
            key = f"{key}-{last.valid_to.year}"
        taken.add(key)
        draft.key = key


def _norwegian_part(official: str, norwegian: frozenset[str]) -> str:
    """Pick the Norwegian one of several names, or keep them all where the sources do not tell which it is.

    >>> _norwegian_part("Kárásjohka - Karasjok", frozenset({"Karasjok"}))
    'Karasjok'
    >>> _norwegian_part("Tysfjord - Divtasvuodna", frozenset({"Karasjok"}))
    'Tysfjord - Divtasvuodna'
    """
    known = [part for part in official.split(" - ") if part in norwegian]
    return known[0] if len(known) == 1 else official


def _finished_periods(draft: _Draft, today: Row | None, norwegian: frozenset[str]) -> tuple[PlacePeriod, ...]:
    county_now = today["county_name"] if today is not None else None
    return tuple(
        PlacePeriod(
            code=period.code,
            name=_norwegian_part(period.name_official, norwegian),
            name_official=period.name_official,
            county_code=period.county_code,
            county_name=county_now if period.valid_to is None else FORMER_COUNTIES.get(period.county_code),
            valid_from=period.valid_from,
            valid_to=period.valid_to,
        )
        for period in draft.periods
    )


def norwegian_places(municipalities: Sequence[Row], changes: Sequence[Row]) -> tuple[Place, ...]:
    """Follow every code through the changes to the municipalities of today; ordered by key.

    A renumbering or renaming goes on in the same place, and so does the part of a merger that kept its code.
    All other parts of a merger or a split end, and what they became begins. ValueError when the changes do not
    lead to the municipalities of today.

    >>> lesja = {"old_code": "0512", "old_name": "Lesja", "new_code": "3432", "new_name": "Lesja"}
    >>> today = dict.fromkeys(["name_sami", "name_sami_lang", "name_kven", "org_number"], "") | {
    ...     "code": "3432", "name": "Lesja", "name_official": "Lesja", "county_name": "Innlandet",
    ...     "population": "1900", "population_date": "2024-01-01", "language_form": "nøytral"}
    >>> [place] = norwegian_places([today], [lesja | {"date": "2020-01-01", "kind": "renumber"}])
    >>> place.key, [period.code for period in place.periods]
    ('no-3432', ['0512', '3432'])
    """
    living: dict[str, _Draft] = {}
    ended: list[_Draft] = []
    for day in sorted({row["date"] for row in changes}):
        _apply_one_day(living, ended, date.fromisoformat(day), [row for row in changes if row["date"] == day])
    today = {row["code"]: row for row in municipalities}
    if astray := sorted(living.keys() - today.keys()):
        raise ValueError(f"The changes lead to codes that no municipality has today: {', '.join(astray)}")
    for code, row in today.items():
        living.setdefault(code, _Draft([_period(code, row["name_official"], None)]))
    _give_keys("NO", [*living.values(), *ended])
    names = {row["name"] for row in municipalities}
    names.update(row[column] for row in changes for column in ("old_name", "new_name") if " - " not in row[column])
    norwegian = frozenset(names)
    places = [_norwegian_place(draft, None, norwegian) for draft in ended]
    places += [_norwegian_place(draft, today[code], norwegian) for code, draft in living.items()]
    return tuple(sorted(places, key=lambda place: place.key))


def _norwegian_place(draft: _Draft, today: Row | None, norwegian: frozenset[str]) -> Place:
    facts = today or _NO_FACTS
    return Place(
        key=draft.key,
        country="NO",
        periods=_finished_periods(draft, today, norwegian),
        successors=tuple(sorted({heir.key for heir in draft.successors})),
        predecessors=tuple(sorted({ancestor.key for ancestor in draft.predecessors})),
        population=int(facts["population"]) if facts["population"] else None,
        population_date=date.fromisoformat(facts["population_date"]) if facts["population_date"] else None,
        language_form=facts["language_form"] or None,
        org_number=facts["org_number"] or None,
        name_official=facts["name_official"] or None,
        name_sami=facts["name_sami"] or None,
        name_sami_lang=facts["name_sami_lang"] or None,
        name_kven=facts["name_kven"] or None,
    )


def swedish_places(municipalities: Sequence[Row]) -> tuple[Place, ...]:
    """Make one place of each row, with one undated period: no list of Swedish code changes has been sourced."""
    return tuple(
        Place(
            key=f"se-{row['code']}",
            country="SE",
            periods=(
                PlacePeriod(
                    code=row["code"],
                    name=row["name"],
                    name_official=row["name"],
                    county_code=row["county_code"],
                    county_name=row["county_name"],
                ),
            ),
            population=int(row["population"]),
            population_date=date.fromisoformat(row["population_date"]),
            name_official=row["name"],
            name_long=row["name_long"],
        )
        for row in municipalities
    )
