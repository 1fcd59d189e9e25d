"""The Jinja environment: templates of every slice, the functions they may call, the static files' names.

Templates hold no rules; what is shown is worked out by the slice's service.
"""

import datetime as dt
import functools
import hashlib
import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from samverk import i18n
from samverk.i18n import N_, _, ngettext, pgettext
from samverk.regions.definition import in_locale
from samverk.scope import Scope
from samverk.web.templating import PageEnvironment

ROOT = Path(str(resources.files("samverk")))
STATIC = ROOT / "static"
MARKS = {
    "demonstration": N_("Demonstration: invented, not from a source"),
    "assumed": N_("Assumed: the source does not say this"),
}
STATES: dict[str, tuple[str, str]] = {
    "not_opened": ("○", N_("not opened")),
    "draft": ("◐", N_("draft")),
    "awaiting_approval": ("◑", N_("awaiting approval")),
    "submitted": ("●", N_("submitted")),
    "late": ("◆", N_("submitted late")),
    "returned": ("↩", N_("returned")),
    "removed": ("–", N_("taken out")),
    "open": ("○", N_("open")),
    "answered": ("◐", N_("answered")),
    "accepted": ("●", N_("accepted")),
    "reopened": ("↻", N_("reopened")),
    "dropped": ("–", N_("dropped")),
    "closed": ("■", N_("closed")),
    "withdrawn": ("×", N_("withdrawn")),
    "decided": ("■", N_("decided")),
    "done": ("●", N_("done")),
    "under_way": ("◐", N_("under way")),
    "not_started": ("○", N_("not started")),
    "will_not_be_done": ("×", N_("will not be done")),
    "agree": ("●", N_("agree")),
    "partly": ("◐", N_("partly agree")),
    "disagree": ("×", N_("disagree")),
    "proposed": ("◌", N_("proposed")),
    "tentative": ("◍", N_("tentative")),
    "active": ("●", N_("active")),
    "ended": ("■", N_("ended")),
    "round_open": ("○", "open"),
    "round_closed": ("■", "closed"),
    "round_withdrawn": ("×", "withdrawn"),
    "proposal_open": ("○", "open"),
    "proposal_decided": ("■", "decided"),
    "proposal_withdrawn": ("×", "withdrawn"),
    "queued": ("○", N_("waiting")),
    "sending": ("◐", N_("being sent")),
    "sent": ("●", N_("sent")),
    "failed": ("×", N_("failed")),
    "kept_back": ("–", N_("kept back: not sent from here")),
    "comment": ("◐", N_("out for comment")),
    "approved": ("■", N_("approved")),
    "planned": ("○", N_("planned")),
    "held": ("●", N_("held")),
}
"""State → symbol and word; the same everywhere, and never colour alone."""


@functools.cache
def vendor() -> Mapping[str, str]:
    """Return the names of the packaged static files: {"ds.css": "/static/vendor/ds.<hash>.css"}."""
    path = STATIC / "vendor" / "manifest.json"
    if not path.is_file():
        return {}
    manifest = json.loads(path.read_text("utf-8"))
    return {name: f"/static/vendor/{entry['file']}" for name, entry in manifest.items() if isinstance(entry, dict)}


@functools.cache
def static(name: str) -> str:
    """Return the address of an own static file, with its content in the query so that it may be kept for long."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?{digest}"


def state_word(state: str) -> str:
    """Return a state as a word in the reader's language; some agree with the noun that their key begins with."""
    agreeing = {
        "round_open": lambda: pgettext("round", "open"),
        "round_closed": lambda: pgettext("round", "closed"),
        "round_withdrawn": lambda: pgettext("round", "withdrawn"),
        "proposal_open": lambda: pgettext("proposal", "open"),
        "proposal_decided": lambda: pgettext("proposal", "decided"),
        "proposal_withdrawn": lambda: pgettext("proposal", "withdrawn"),
    }
    return agreeing[state]() if state in agreeing else _(STATES[state][1])


def state_mark(state: str, extra: str = "") -> Markup:
    """Return a state as symbol and word."""
    return _state_mark(i18n.locale(), state, extra)


@functools.lru_cache(1024)
def _state_mark(_locale: str, state: str, extra: str) -> Markup:
    symbol = STATES[state][0]
    # The symbol never stands alone at the end of a line.
    return Markup('<span class="state state-{}"><span aria-hidden="true">{}</span>&nbsp;{}{}</span>').format(
        state, symbol, state_word(state), extra
    )


def lines(text: str) -> Markup:
    """Return a person's text as paragraphs; every character of it escaped."""
    blocks = [block for block in text.split("\n\n") if block.strip()]
    parts = [Markup("<br>").join(block.strip().split("\n")) for block in blocks]
    return Markup("").join(Markup("<p>{}</p>").format(part) for part in parts)


@functools.cache
def environment() -> Environment:
    """Return the environment; templates are named `slice/name.html`, and compiled once."""
    folders = {path.parent.name: FileSystemLoader(path) for path in sorted(ROOT.glob("*/templates"))}
    env = PageEnvironment(
        loader=ChoiceLoader([PrefixLoader(folders)]),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=400,
    )
    env.globals.update(
        _=_,
        ngettext=ngettext,
        pgettext=pgettext,
        N_=N_,
        format_date=i18n.format_date,
        format_size=i18n.format_size,
        format_day_month=i18n.format_day_month,
        format_number=i18n.format_number,
        weekday_name=i18n.weekday_name,
        month_name=i18n.month_name,
        vendor=vendor,
        static=static,
        state=state_mark,
        state_word=state_word,
        STATES=STATES,
        MARKS=MARKS,
        language_name=i18n.language_name,
        today=dt.date.today,
    )
    env.filters["lines"] = lines
    return env


def scope_functions(scope: Scope) -> dict[str, Any]:
    """Return what a page of a region may call besides: its words, its texts with their language, its times."""
    locales = scope.model.locales
    vocabulary = scope.words

    def text(value: Mapping[str, str] | None) -> Markup | str:
        if not value:
            return ""
        words, language = in_locale(dict(value), scope.locale, *locales)
        if language == scope.locale:
            return words
        # A language of the region that the text lacks is seen; one that the region has not is no lack.
        mark = Markup(' class="fallback"') if scope.locale in locales else ""
        return Markup('<span lang="{}"{}>{}</span>').format(language, mark, words)

    return {
        "scope": scope,
        "t": vocabulary.form,
        "T": vocabulary.title,
        "text": text,
        "moment": lambda value: i18n.format_moment(value, scope.tenant.zone),
        "clock": lambda value: i18n.format_time(value, scope.tenant.zone),
        "base": f"/{scope.tenant.slug}",
    }
