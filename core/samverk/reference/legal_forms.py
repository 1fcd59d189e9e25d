"""The legal forms of inter-municipal cooperation: names, validity in time, and what each form allows and asks.

The advice that is built on them, and the contents of agreements, are elsewhere; nothing here is stored.
"""

import difflib
import hashlib
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

ANY = "any"
"""The successor key that means "free choice"."""

RESERVED_KEYS = frozenset({"se_1985_municipal_federation"})
"""Keys that other forms may name though there is no record: kommunalförbundslagen 1985:894, before our time."""

Validity = Literal["not_yet", "perhaps", "valid", "closed_for_new", "ended"]
Mark = Literal["verified", "partly", "unverified"]
PublicAuthority = Literal[
    "no",
    "no_individual_benefits",
    "no_individual_decisions",
    "running_only",
    "with_support_in_law",
    "by_special_act",
    "as_approved",
    "yes_by_delegation",
    "yes_not_of_principle",
    "yes",
]
AdoptingBody = Literal[
    "none",
    "by_delegation",
    "council_or_delegation",
    "each_party",
    "each_council",
    "each_council_itself",
    "each_council_and_king",
]

# Where a name is missing, a reader is better served by the neighbouring language than by English.
FALLBACKS: Mapping[str, tuple[str, ...]] = {
    "nb": ("nb", "nn", "sv", "en"),
    "nn": ("nn", "nb", "sv", "en"),
    "sv": ("sv", "nb", "nn", "en"),
    "en": ("en", "nb", "nn", "sv"),
}


class FormName(msgspec.Struct, frozen=True):
    """A name and the language it is in; `is_fallback` when that is not the one that was asked for."""

    text: str
    language: str
    is_fallback: bool


class LegalForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One legal form; every field is described at the head of data/legal_forms.toml.

    The notes are English remarks on the record. What a person reads is made from the closed vocabularies, which
    can be translated.
    """

    key: str
    country: Literal["NO", "SE"]
    names: dict[str, str]
    name_verified: bool
    statute: str
    sections: tuple[str, ...]
    predecessor_keys: tuple[str, ...]
    successor_keys: tuple[str, ...]
    legal_personality: Literal["yes", "no", "optional", "depends"]
    min_participants: int
    public_authority: PublicAuthority
    public_authority_note: str
    host_required: Literal["yes", "no", "depends"]
    adopting_body: AdoptingBody
    adopting_body_note: str
    exit_notice: str
    mark: Mark
    sources: tuple[str, ...]
    short: str | None = None
    valid_from: date | None = None
    valid_from_span: tuple[date, date] | None = None
    valid_to: date | None = None
    valid_to_span: tuple[date, date] | None = None
    last_new_on: date | None = None
    last_new_on_span: tuple[date, date] | None = None
    min_for_cooperation: int | None = None
    exit_notice_months: int | None = None
    host_note: str | None = None
    note: str | None = None

    def name(self, locale: str) -> FormName:
        """Return the name in the language of the locale ("nn", "nn-NO", "sv_SE"), or in the nearest there is.

        >>> load_legal_forms().require("no_municipal_task_community").name("nn").text
        'kommunalt oppgåvefellesskap'
        """
        wanted = locale.replace("_", "-").split("-")[0].lower()
        for language in FALLBACKS.get(wanted, FALLBACKS["en"]):
            if language in self.names:
                return FormName(self.names[language], language, language != wanted)
        raise LookupError(f"{self.key} has no name")

    def validity_on(self, on: date) -> Validity:
        """Tell what is known of the day; "perhaps" inside a span, where it differs from council to council.

        "closed_for_new" means that cooperation which already had the form could keep it.

        >>> load_legal_forms().require("no_kl1992_s27_board").validity_on(date(2021, 1, 1))
        'closed_for_new'
        """
        first, start = self.valid_from_span or (self.valid_from or date.min,) * 2
        end, last = self.valid_to_span or (self.valid_to or date.max,) * 2
        last_new = self.last_new_on_span[1] if self.last_new_on_span else self.last_new_on
        if on < first:
            return "not_yet"
        if on > last:
            return "ended"
        if on < start or on > end:
            return "perhaps"
        return "closed_for_new" if last_new is not None and on > last_new else "valid"

    def is_valid_on(self, on: date) -> bool:
        """Tell whether a cooperation could have the form on the day.

        Inside a span the stored day decides; where none is stored, the whole span counts as valid.

        >>> form = load_legal_forms().require("se_contract_cooperation")
        >>> form.is_valid_on(date(2018, 6, 30)), form.is_valid_on(date(2018, 7, 1))
        (False, True)
        """
        first = self.valid_from or (self.valid_from_span[0] if self.valid_from_span else date.min)
        last = self.valid_to or (self.valid_to_span[1] if self.valid_to_span else date.max)
        return first <= on <= last

    def accepts_new_on(self, on: date) -> bool:
        """Tell whether a new cooperation could take the form on the day."""
        return self.is_valid_on(on) and (self.last_new_on is None or on <= self.last_new_on)

    def ended_on(self, on: date) -> bool:
        """Tell whether the form had ended everywhere before the day; its cooperations then need a successor form."""
        return self.validity_on(on) == "ended"


class LegalFormRegister(msgspec.Struct, frozen=True):
    """All forms in the order of the file, what the codes of `sources` mean, and a checksum of the file."""

    forms: tuple[LegalForm, ...]
    sources: dict[str, str]
    checksum: str

    def by_key(self, key: str) -> LegalForm | None:
        """Return the form with the key; None for an unknown key, for `any` and for a reserved one."""
        return next((form for form in self.forms if form.key == key), None)

    def require(self, key: str) -> LegalForm:
        """Return the form with the key; LookupError that names the nearest keys when there is none."""
        form = self.by_key(key)
        if form is None:
            nearest = ", ".join(self.nearest(key)) or "none"
            raise LookupError(f'There is no legal form "{key}"; nearest: {nearest}')
        return form

    def valid_on(self, on: date, country: str | None = None) -> tuple[LegalForm, ...]:
        """Return the forms that a cooperation could have on the day, of one country or of both."""
        return tuple(form for form in self.forms if country in (None, form.country) and form.is_valid_on(on))

    def successors_on(self, key: str, on: date) -> tuple[LegalForm, ...]:
        """Return the forms an ended one may become and that are valid on the day; all of its country for `any`."""
        form = self.require(key)
        if ANY in form.successor_keys:
            return tuple(other for other in self.valid_on(on, form.country) if other.key != key)
        return tuple(other for other in self.forms if other.key in form.successor_keys and other.is_valid_on(on))

    def nearest(self, text: str, country: str | None = None) -> tuple[str, ...]:
        """Return up to three keys that may have been meant, by key, name or abbreviation; for error messages.

        >>> load_legal_forms().nearest("IKS")
        ('no_intermunicipal_company',)
        """
        words: dict[str, list[str]] = {}
        for form in self.forms:
            if country is None or form.country == country.upper():
                for word in {form.key, *form.names.values(), form.short or form.key}:
                    words.setdefault(word.casefold(), []).append(form.key)
        wanted = text.strip().casefold()
        near = [wanted] if wanted in words else difflib.get_close_matches(wanted, sorted(words), n=3, cutoff=0.6)
        return tuple(dict.fromkeys(key for word in near for key in words[word]))[:3]


@cache
def load_legal_forms() -> LegalFormRegister:
    """Read the forms that are shipped with the package; the same object each time."""
    text = files("samverk.reference").joinpath("data", "legal_forms.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    forms = [content["forms"][key] | {"key": key} for key in content["forms"]]
    return LegalFormRegister(
        forms=msgspec.convert(forms, tuple[LegalForm, ...]),
        sources=msgspec.convert(content["sources"], dict[str, str]),
        checksum=hashlib.sha256(text.encode()).hexdigest(),
    )
