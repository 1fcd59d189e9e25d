"""The eight hooks of a region plugin, and the frozen values that cross the door.

No session, request or row of the database is among them. Calling a hook safely is `registry`'s business.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any

import pluggy

hookspec = pluggy.HookspecMarker("samverk")
hookimpl = pluggy.HookimplMarker("samverk")


@dataclass(frozen=True, slots=True)
class Region:
    """Where a plugin keeps its files: a folder with `region.toml`, perhaps `starter.toml` and `demonstration.toml`."""

    folder: Traversable


@dataclass(frozen=True, slots=True)
class AnsweredForm:
    """A form as a plugin sees it: keys and plain values, no ids of the database."""

    cycle: str
    year: int
    period: int
    role: str
    subject: str
    party: str
    questionnaire: str
    language: str | None
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnswerProblem:
    """A fault that a plugin finds in an answer: the item's key and a sentence per language."""

    item: str
    message: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of a proposed summary, with its language."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class ReportSection:
    """One section of a report: heading and paragraphs, each with its language."""

    heading: SummaryLine
    paragraphs: tuple[SummaryLine, ...]


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One more entry of a year, beside those of `region.toml`."""

    key: str
    layer: str
    name: Mapping[str, str]
    begins: dt.date
    ends: dt.date
    assumed: bool = True


@dataclass(frozen=True, slots=True)
class Analysis:
    """An analysis that the plugin offers, by key and name."""

    key: str
    name: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReportFormat:
    """A format that the plugin can write a report in."""

    key: str
    media_type: str
    extension: str


class Hooks:
    """The specifications. An implementation may leave out arguments that it does not need.

    Every hook but the first runs in a process of the plugin's own and has two seconds; see `docs/hooks.md`.
    """

    @hookspec
    def samverk_region(self) -> Region:  # type: ignore[empty-body]
        """Say where the region's files are.

        When called: once, at start, before any tenant is served.
        Args: none.
        Returns: a Region with the folder that holds `region.toml`.
        Errors: a plugin that raises or returns anything else is switched off with its name and reason.
        Example: `return Region(importlib.resources.files(__name__))`
        """

    @hookspec
    def samverk_answer_problems(self, form: AnsweredForm) -> Sequence[AnswerProblem]:  # type: ignore[empty-body]
        """Find faults in answers that the questionnaire's own rules cannot express.

        When called: on every submission, after the questionnaire's checks, before anything is stored.
        Args: form, the answers as they would be stored.
        Returns: faults, empty when there are none; the person sees all of them beside the core's.
        Errors: a raising plugin is logged and its check is left out; the submission goes on.
        Example: `return [AnswerProblem("economy", {"nb": "Summen stemmer ikke."})]`
        """

    @hookspec
    def samverk_summary(self, forms: Sequence[AnsweredForm]) -> Sequence[SummaryLine]:  # type: ignore[empty-body]
        """Propose the lines that a meeting's summary of one subject starts from.

        When called: when the agenda of a meeting is made from a round, once for each subject.
        Args: forms, the submitted forms of one subject, host first.
        Returns: lines that the secretariat edits; empty to leave the summary blank.
        Errors: a raising plugin is logged and the summary starts blank.
        Example: `return [SummaryLine("Verten melder om god drift.", "nn")]`
        """

    @hookspec
    def samverk_report_sections(self, kind: str, forms: Sequence[AnsweredForm]) -> Sequence[ReportSection]:  # type: ignore[empty-body]
        """Add sections to a report or to meeting papers.

        When called: when a document is compiled, after the core's own sections.
        Args: kind, `papers` for meeting papers; forms, all submitted forms of the round.
        Returns: sections in order; empty for none.
        Errors: a raising plugin is logged and its sections are left out.
        Example: `return [ReportSection(SummaryLine("Økonomi", "nb"), (SummaryLine("…", "nb"),))]`
        """

    @hookspec
    def samverk_calendar_entries(self, year: int) -> Sequence[CalendarEntry]:  # type: ignore[empty-body]
        """Add entries to a year that no rule of `region.toml` can express.

        When called: whenever the wheel of a year is drawn or listed.
        Args: year, the calendar year.
        Returns: entries in that year; empty for none.
        Errors: a raising plugin is logged and its entries are left out.
        Example: `return [CalendarEntry("fair", "region", {"sv": "Mässa"}, date(2026, 5, 2), date(2026, 5, 3))]`
        """

    @hookspec
    def samverk_analyses(self) -> Sequence[Analysis]:  # type: ignore[empty-body]
        """Name the analyses that the region offers.

        When called: when the list of analyses is shown.
        Args: none.
        Returns: analyses in order; empty for none.
        Errors: a raising plugin is logged and offers none.
        Example: `return [Analysis("strategy_map", {"nb": "Strategikart"})]`
        """

    @hookspec
    def samverk_report_formats(self) -> Sequence[ReportFormat]:  # type: ignore[empty-body]
        """Name formats, beside HTML, PDF and DOCX, that reports can be had in.

        When called: when a document's downloads are listed.
        Args: none.
        Returns: formats in order; empty for none.
        Errors: a raising plugin is logged and offers none.
        Example: `return [ReportFormat("utvalgssak", "application/json", "json")]`
        """

    @hookspec
    def samverk_response_submitted(self, form: AnsweredForm) -> None:
        """Be told that a form was submitted.

        When called: after the submission was committed, before the person has the answer.
        Args: form, as it was stored.
        Returns: nothing; it cannot change or refuse the submission.
        Errors: a raising plugin is logged; the submission stands.
        Example: `counter[form.subject] += 1`
        """


HOOKS = tuple(name for name in vars(Hooks) if name.startswith("samverk_"))
