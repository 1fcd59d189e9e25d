"""Languages of the interface: gettext per request, dates and numbers in the language's form, sort keys.

English is the msgid, and shown where a catalogue lacks a message; nb, nn and sv are complete (a test holds them so).
Which languages there are is what catalogues the package brings. The languages that content is stored in, and what a
region calls things, are in `regions/terms.py`.
"""

import contextvars
import datetime as dt
import functools
import gettext as _gettext
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from importlib import resources
from importlib.resources.abc import Traversable
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel import dates as _dates
from babel import numbers as _numbers

FIRST = ("nn", "nb", "sv")
"""The languages that stand first where one is chosen."""
_OWN_NAMES = {"nn": "Nynorsk", "nb": "Bokmål"}
"""What these call themselves among each other; Babel calls them norsk nynorsk and norsk bokmål."""
_CATALOGUE = "LC_MESSAGES/samverk.mo"
_current: contextvars.ContextVar[str] = contextvars.ContextVar("samverk_locale", default="en")


def catalogues() -> Traversable:
    """Return the folder of the compiled catalogues, one folder a language, as the build hook fills it."""
    return resources.files("samverk").joinpath("locales")


@functools.cache
def locales() -> tuple[str, ...]:
    """Return the tags of the interface's languages ("nn", "da", "pt-BR") in the order of a choice, English last."""
    folder = catalogues()
    names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    # A folder that is named otherwise is refused by the build; whatever lies there, the others are served.
    found = {_tag(name) for name in names if _is_language(name) and folder.joinpath(name, _CATALOGUE).is_file()}
    return (*(one for one in FIRST if one in found), *sorted(found - {*FIRST, "en"}), "en")


def _is_language(name: str) -> bool:
    try:
        return str(Locale.parse(name)) == name
    except (UnknownLocaleError, ValueError):
        return False


def _tag(name: str) -> str:
    """Return the tag that pages and headers name a language by, of the name that its folder has."""
    return name.replace("_", "-")


@functools.cache
def translations(locale: str) -> _gettext.NullTranslations:
    """Return the compiled catalogue of a language, or one that answers with the msgid."""
    path = catalogues().joinpath(locale.replace("-", "_"), _CATALOGUE)
    if locale == "en" or not path.is_file():
        return _gettext.NullTranslations()
    with path.open("rb") as file:
        return _gettext.GNUTranslations(file)


@functools.cache
def language_name(code: str) -> str:
    """Return what a language calls itself, with a capital; the code where it is no language that is known.

    >>> language_name("nb"), language_name("sv"), language_name("da"), language_name("xx")
    ('Bokmål', 'Svenska', 'Dansk', 'xx')
    """
    if not _is_language(code.replace("-", "_")):
        return code
    name = _OWN_NAMES.get(code) or _babel(code).display_name or code
    return name[:1].upper() + name[1:]


def locale() -> str:
    """Return the language of the current request or job."""
    return _current.get()


def preferred(header: str) -> str:
    """Return the language that a browser asks for first among ours, English where it asks for none.

    >>> preferred("da, nn-NO;q=0.9, sv"), preferred("no"), preferred("")
    ('nn', 'nb', 'en')
    """
    known = _asked_for()
    for part in header[:200].split(","):
        code = part.partition(";")[0].strip().lower()
        found = known.get(code) or known.get(code.partition("-")[0])
        if found is not None:
            return found
    return "en"


@functools.cache
def _asked_for() -> dict[str, str]:
    """Return {what a browser may ask for: the tag of ours that answers it}; Norwegian alone is Bokmål."""
    short = {one.lower().partition("-")[0]: one for one in reversed(locales())}
    known = short | {one.lower(): one for one in locales()}
    return {"no": known.get("nb", "en")} | known


@contextmanager
def using(wanted: str) -> Iterator[None]:
    """Speak the given language inside the block; an unknown one is spoken as English."""
    token = _current.set(wanted if wanted in locales() else "en")
    try:
        yield
    finally:
        _current.reset(token)


def _(message: str, /, **given: object) -> str:
    """Translate a whole sentence; named placeholders are written %(name)s."""
    text = translations(_current.get()).gettext(message)
    return text % given if given else text


def ngettext(singular: str, plural: str, number: int, /, **given: object) -> str:
    """Translate a sentence that depends on a number; `%(number)s` is given by itself."""
    text = translations(_current.get()).ngettext(singular, plural, number)
    return text % {"number": format_number(number), **given}


def pgettext(context: str, message: str, /, **given: object) -> str:
    """Translate a word whose meaning depends on where it stands."""
    text = translations(_current.get()).pgettext(context, message)
    return text % given if given else text


def N_(message: str) -> str:
    """Mark a message for extraction; it is translated where it is shown."""
    return message


@functools.cache
def _babel(name: str) -> Locale:
    return Locale.parse(name, sep="-")


def format_date(day: dt.date | None, style: str = "long") -> str:
    """Write a date in the language's form: 9. desember 2026."""
    return "" if day is None else _dates.format_date(day, style, locale=_babel(_current.get()))


def format_day_month(day: dt.date) -> str:
    """Write day and month without the year: 9. des."""
    return _dates.format_skeleton("MMMd", day, locale=_babel(_current.get()))


def format_moment(moment: dt.datetime | None, zone: str) -> str:
    """Write a moment in local time: 9. des. 2026, 10:42."""
    if moment is None:
        return ""
    language, local = _babel(_current.get()), moment.astimezone(ZoneInfo(zone))
    # Put together from its parts: whole forms have seconds, and English ones would need their half of the day.
    day = _dates.format_date(local, "medium", locale=language)
    clock = _dates.format_skeleton("Hm", local, locale=language)
    whole = str(_dates.get_datetime_format("medium", locale=language)).replace("'", "")
    return whole.replace("{0}", clock).replace("{1}", day)


def format_time(moment: dt.datetime, zone: str) -> str:
    """Write the local time of day: 10.42."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%H.%M")


def month_name(month: int, width: str = "wide") -> str:
    return str(_dates.get_month_names(width, locale=_babel(_current.get()))[month])  # type: ignore[arg-type]


def weekday_name(day: dt.date) -> str:
    return _dates.format_date(day, "EEEE", locale=_babel(_current.get()))


def format_number(value: int | float | Decimal) -> str:
    """Write a number in the language's form: 1 234,5."""
    return _numbers.format_decimal(value, locale=_babel(_current.get()))


def decimal_mark(wanted: str) -> str:
    """Return what stands before the decimals in a language: a comma, a point."""
    return _numbers.get_decimal_symbol(_babel(wanted))


def format_size(size: int) -> str:
    """Write the size of a file: 812 byte, 12 kB, 3.4 MB."""
    if size < 1000:
        return _("%(number)s bytes", number=size)
    if size < 1_000_000:
        return _("%(number)s kB", number=format_number(round(size / 1000)))
    return _("%(number)s MB", number=format_number(round(size / 1_000_000, 1)))


def period_name(every: str, year: int, index: int) -> str:
    """Name a period in the current language: 1. kvartal 2026; kvartal 1 2026; 2026."""
    given = {"index": index, "year": year}
    match every:
        case "quarter":
            return _("quarter %(index)s of %(year)s", **given)
        case "tertial":
            return _("tertial %(index)s of %(year)s", **given)
        case "half_year":
            return _("half-year %(index)s of %(year)s", **given)
        case _:
            return str(year)


_NORWEGIAN = {"æ": "z1", "ä": "z1", "ø": "z2", "ö": "z2", "å": "z3"}
_SWEDISH = {"å": "z1", "ä": "z2", "æ": "z2", "ö": "z3", "ø": "z3"}
_SORTED_AS_SWEDISH = frozenset({"sv", "fi"})
"""The others are sorted as Norwegian is: Danish has its order, and most of the names are Norwegian."""


def sort_key(text: str, wanted: str | None = None) -> str:
    """Return the key that sorts names as the language does: æøå after z; Swedish and Finnish åäö.

    Databases are not asked: SQLite and the PostgreSQL of the tests lack the collations.

    >>> sorted(["Ås", "Zeta", "Ærfugl", "Øst"], key=lambda name: sort_key(name, "nb"))
    ['Zeta', 'Ærfugl', 'Øst', 'Ås']
    """
    return _sort_key(text, (wanted or _current.get()) in _SORTED_AS_SWEDISH)


@functools.lru_cache(8192)
def _sort_key(text: str, is_swedish: bool) -> str:
    letters = _SWEDISH if is_swedish else _NORWEGIAN
    out = []
    for letter in unicodedata.normalize("NFC", text).casefold():
        if letter in letters:
            out.append("zz" + letters[letter])
        else:
            out.append(unicodedata.normalize("NFD", letter)[0])
    return "".join(out)
