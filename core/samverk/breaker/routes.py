"""The page of a region's plugin: whether it is called, what went wrong last, and the switch."""

from collections.abc import Mapping
from types import MappingProxyType

from samverk.breaker import service
from samverk.errors import Invalid, Problem
from samverk.hookspecs import HOOKS
from samverk.i18n import N_, _
from samverk.web.call import Answer, Call, Page, Redirect, Routes

routes = Routes()
KINDS: Mapping[str, str] = MappingProxyType(
    {
        "raised": N_("it failed with an error"),
        "late": N_("it did not answer in time"),
        "wrong_type": N_("it answered with something that cannot be used"),
        "too_large": N_("it answered with too much"),
        "ended": N_("its process ended"),
        "not_started": N_("it could not be started"),
    }
)
TASKS: Mapping[str, str] = MappingProxyType(
    {
        "samverk_answer_problems": N_("check answers before they are submitted"),
        "samverk_summary": N_("propose the lines of a summary"),
        "samverk_report_sections": N_("add sections to reports and papers"),
        "samverk_calendar_entries": N_("add entries to the year"),
        "samverk_analyses": N_("offer analyses"),
        "samverk_report_formats": N_("offer more formats of reports"),
        "samverk_response_submitted": N_("be told that a form was submitted"),
    }
)


@routes.page("GET", "/{tenant}/settings/plugin", action="plugin.switch")
def show_plugin(call: Call) -> Answer:
    return _page(call)


def _page(call: Call, problems: tuple[Problem, ...] = ()) -> Page:
    plugin, switch = call.scope.plugin, service.get_switch(call.scope)
    context = {
        "plugin": plugin,
        "switch": switch,
        "kept": call.form,
        "limit": service.FAULTS,
        "tasks": tuple(_(TASKS[hook]) for hook in HOOKS if hook in TASKS and plugin.has(hook)),
        "fault": _words(KINDS, switch.fault_kind),
        "fault_task": _words(TASKS, switch.fault_hook),
    }
    status = 422 if problems else 200
    return Page("breaker/plugin.html", _("Plugin of the region"), context, call.settings_crumbs(), status, problems)


def _words(known: Mapping[str, str], key: str | None) -> str:
    return _(known[key]) if key is not None and key in known else ""


@routes.page("POST", "/{tenant}/settings/plugin/off", action="plugin.switch")
def switch_plugin_off(call: Call) -> Answer:
    return _switch(call, off=True)


@routes.page("POST", "/{tenant}/settings/plugin/on", action="plugin.switch")
def switch_plugin_on(call: Call) -> Answer:
    return _switch(call, off=False)


def _switch(call: Call, *, off: bool) -> Answer:
    try:
        service.switch(call.scope, off=off, reason=call.form.get("reason"), version=call.version())
    except Invalid as error:
        return _page(call, error.problems)
    words = _("The plugin is off for this region.") if off else _("The plugin is on again.")
    return Redirect(f"/{call.scope.tenant.slug}/settings/plugin", words)
