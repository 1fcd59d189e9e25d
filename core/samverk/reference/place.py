"""What a place is: one identity through time, with a dated period for each code and name it has had.

Where the places come from is in `place_history`, how one is found in `places`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

PlaceKind = Literal["municipality"]


@dataclass(frozen=True, slots=True)
class PlacePeriod:
    """The days on which a place had this code and this name; `valid_to` is the last of them.

    A day that is None is unknown or has not come: `valid_from` None means "older than our sources".
    `county_name` is None where no source gives it; it is never guessed from the code.
    `name` is the Norwegian or Swedish name, `name_official` the whole of it with its Sámi and Kven parts.
    """

    code: str
    name: str
    name_official: str
    county_code: str
    county_name: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, on: date) -> bool:
        """Tell whether the day lies in the period, its first and its last day included.

        >>> PlacePeriod("0512", "Lesja", "Lesja", "05", valid_to=date(2019, 12, 31)).covers(date(2019, 12, 31))
        True
        """
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Place:
    """A municipality, whatever its code and name were on the way.

    `periods` stand in order of time and leave no gap. `successors` are the keys of the places that an ended
    place became at once, `predecessors` of those that ended in this one; both sorted. Population, language form,
    organisation number and the names outside `periods` are today's, and None where no source gives them.
    `language_form` is the form the state must write to the municipality in: bokmål, nynorsk or nøytral.
    """

    key: str
    country: str
    periods: tuple[PlacePeriod, ...]
    kind: PlaceKind = "municipality"
    successors: tuple[str, ...] = ()
    predecessors: tuple[str, ...] = ()
    population: int | None = None
    population_date: date | None = None
    language_form: str | None = None
    org_number: str | None = None
    name_official: str | None = None
    name_long: str | None = None
    name_sami: str | None = None
    name_sami_lang: str | None = None
    name_kven: str | None = None

    @property
    def code(self) -> str:
        """Today's code, or the last one of a place that has ended."""
        return self.periods[-1].code

    @property
    def name(self) -> str:
        """Today's name, or the last one of a place that has ended."""
        return self.periods[-1].name

    @property
    def began_on(self) -> date | None:
        """The first day of the place; None when it is older than our sources."""
        return self.periods[0].valid_from

    @property
    def ended_on(self) -> date | None:
        """The last day of the place; None while it lives."""
        return self.periods[-1].valid_to

    def at(self, on: date) -> PlacePeriod | None:
        """Return code and name of the day, None before the place began and after it ended."""
        return next((period for period in self.periods if period.covers(on)), None)
