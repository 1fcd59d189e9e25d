"""Times as a source writes them (2022-12-16, 2023-10, 2003, a span with words), read and said again.

Nothing is rounded: a year stays a year on the page. Dates of rows that we write ourselves are plain dates.
"""

import calendar
import datetime as dt

from samverk.i18n import _, format_date, month_name


def first_day(written: str) -> dt.date:
    """Return the first day that the written time can mean.

    >>> first_day("2023-10")
    datetime.date(2023, 10, 1)
    """
    year, month, day = (*(int(part) for part in written.split("-")), 1, 1)[:3]
    return dt.date(year, month, day)


def last_day(written: str) -> dt.date:
    """Return the last day that the written time can mean.

    >>> last_day("2023-02"), last_day("2003")
    (datetime.date(2023, 2, 28), datetime.date(2003, 12, 31))
    """
    parts = [int(part) for part in written.split("-")]
    if len(parts) == 1:
        return dt.date(parts[0], 12, 31)
    if len(parts) == 2:
        return dt.date(parts[0], parts[1], calendar.monthrange(parts[0], parts[1])[1])
    return dt.date(*parts)


def whole_day(written: str | None) -> dt.date | None:
    """Return the day where a whole date is written, None otherwise."""
    return dt.date.fromisoformat(written) if written and len(written) == 10 else None


def say(begins: str | None, ends: str | None = None) -> str:
    """Say a written time in the reader's language, as exactly as it is written and no more."""
    if not begins:
        return _("date not known")
    if not ends or ends == begins:
        return _one(begins)
    return _("%(begins)s – %(ends)s", begins=_one(begins), ends=_one(ends))


def _one(written: str) -> str:
    parts = written.split("-")
    if len(parts) == 1:
        return written
    if len(parts) == 2:
        return f"{month_name(int(parts[1]))} {parts[0]}"
    return format_date(dt.date.fromisoformat(written))


def is_before(written: str | None, on: dt.date) -> bool:
    """Tell whether a written end had wholly passed on the day."""
    return bool(written) and last_day(written or "") < on


def is_after(written: str | None, on: dt.date) -> bool:
    """Tell whether a written beginning had not come on the day, however it is read."""
    return bool(written) and first_day(written or "") > on
