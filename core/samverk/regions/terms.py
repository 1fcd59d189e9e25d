"""Terms with their forms: the core's defaults from `terms.toml`, overridden by a region's own.

Messages name the form they need (`sg`, `sg_def`, `pl`, `pl_def`, `compound`); a missing form is an error here
before it is a page.
"""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import get_args

import msgspec

from samverk.regions.definition import Locale, TermForms

LOCALES: tuple[str, ...] = get_args(Locale)
"""The languages of content: what regions' texts are written in, and what people's words are stored in."""
Terms = Mapping[str, Mapping[str, TermForms]]


@functools.cache
def core_terms() -> dict[str, dict[str, TermForms]]:
    """Return the core's terms: {key: {locale: forms}}."""
    data = tomllib.loads(resources.files("samverk.regions").joinpath("terms.toml").read_text("utf-8"))
    return msgspec.convert(data, dict[str, dict[str, TermForms]])


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The terms of one tenant in one language."""

    locale: str
    own: Terms

    def form(self, key: str, form: str = "sg") -> str:
        """Return a term in a form. Raises KeyError when the term or the form is unknown: a fault of the build."""
        own = self.own.get(key, {})
        forms = own.get(self.locale) or core_terms().get(key, {}).get(self.locale)
        if forms is None:
            # A word that only the region has stands as the region writes it for one who reads another language.
            forms = next(iter(own.values()), None)
        if forms is None:
            raise KeyError(f"there is no term {key!r}")
        word = getattr(forms, form)
        if word is None:
            # A name is not inflected and an uncountable noun has no plural: its singular serves.
            if forms.name or not forms.countable:
                return forms.sg_def if form.endswith("def") and forms.sg_def else forms.sg
            raise KeyError(f"the term {key!r} has no form {form!r} in {self.locale!r}")
        return str(word)

    def title(self, key: str, form: str = "sg") -> str:
        """Return the form with a capital first letter, for headings."""
        word = self.form(key, form)
        return word[:1].upper() + word[1:]
