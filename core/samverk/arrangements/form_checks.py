"""Whether the legal forms that a starter gives its arrangements exist, and could be had when it says they were.

A region is loaded without; the conformance kit asks for it. When a form ended is the register's (`legal_forms.toml`).
"""

import datetime as dt
from collections.abc import Iterator

from samverk import i18n
from samverk.errors import RegionFault
from samverk.i18n import _
from samverk.reference.legal_forms import load_legal_forms
from samverk.regions.starter import Starter


def faults(starter: Starter, today: dt.date) -> tuple[RegionFault, ...]:
    """Return a fault for each form that is not known, had ended when it began, or has ended and is not said to be left.

    A day on which it differed from council to council is let through.
    """
    return tuple(_faults(starter, today))


def _faults(starter: Starter, today: dt.date) -> Iterator[RegionFault]:
    register = load_legal_forms()
    for key, one in starter.arrangements.items():
        if (given := one.legal_form) is None:
            continue
        path = f"arrangements.{key}.legal_form"
        form = register.by_key(given.key)
        if form is None:
            nearest = next(iter(register.nearest(given.key)), None)
            message = _("there is no legal form %(value)s", value=repr(given.key))
            yield RegionFault("starter.toml", f"{path}.key", message, nearest, "legal-form")
            continue
        name = form.name(i18n.locale()).text
        begun, left = (dt.date.fromisoformat(day) if day else None for day in (given.from_, given.to))
        if begun is not None and form.validity_on(begun) in ("not_yet", "ended", "closed_for_new"):
            message = _(
                "no arrangement could take the legal form “%(form)s” on %(day)s", form=name, day=begun.isoformat()
            )
            hint = next((other.key for other in register.successors_on(form.key, begun)), None)
            yield RegionFault("starter.toml", f"{path}.from", message, hint, "legal-form-ended")
        elif left is None and form.ended_on(today):
            message = _("the legal form “%(form)s” has ended; say in “to” until when the arrangement had it", form=name)
            hint = next((other.key for other in register.successors_on(form.key, today)), None)
            yield RegionFault("starter.toml", path, message, hint, "legal-form-ended")
