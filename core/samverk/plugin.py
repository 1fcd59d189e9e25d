"""The only door for plugins: everything a region plugin may import.

A name that is not here is not public.
"""

from samverk.hookspecs import (
    Analysis,
    AnsweredForm,
    AnswerProblem,
    CalendarEntry,
    Region,
    ReportFormat,
    ReportSection,
    SummaryLine,
    hookimpl,
)

__all__ = [
    "Analysis",
    "AnswerProblem",
    "AnsweredForm",
    "CalendarEntry",
    "Region",
    "ReportFormat",
    "ReportSection",
    "SummaryLine",
    "hookimpl",
]
