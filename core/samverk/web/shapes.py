"""The shapes of the interface that slices share: ids, words, languages, texts, what a list may be asked.

What one operation takes or gives stands beside its route.
"""

import datetime as dt
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

UUID = r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z"
_CONTROLS = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff"
# Written out, since those who read our patterns differ: U+0085 is no white space to ECMAScript, and U+FEFF is.
_BLANKS = r"\t\n\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
NO_CONTROLS = rf"^[^{_CONTROLS}]*\Z"

Id = Annotated[str, Meta(extra_json_schema={"format": "uuid"})]
"""An id in an answer."""

GivenId = Annotated[str, Meta(pattern=UUID, extra_json_schema={"format": "uuid"})]
"""An id in what is sent: lower-case, as every answer writes it."""

Key = Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,60}\Z")]
"""The key of a thing in a region's definition."""

Line = Annotated[str, Meta(pattern=NO_CONTROLS, max_length=500)]
Words = Annotated[str, Meta(pattern=NO_CONTROLS, max_length=20_000)]
Reason = Annotated[str, Meta(pattern=rf"^[{_BLANKS}]*[^{_CONTROLS}{_BLANKS}][^{_CONTROLS}]*\Z", max_length=2_000)]
"""Words that must say something."""
Language = Literal["nn", "nb", "sv", "en"]
"""A language that content is stored in."""

Spoken = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*\Z")]
"""A language of the interface; which there are is not known before the catalogues are (`i18n.locales`)."""


class Text(msgspec.Struct, frozen=True):
    """A text and its language."""

    lang: str
    text: str


class Name(msgspec.Struct, frozen=True):
    """A name in the reader's language, with all that there are."""

    lang: str
    text: str
    all: tuple[Text, ...]


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every operation may be asked in its query: the language of words and faults."""

    lang: Spoken | UnsetType = UNSET


class Page(Asked, frozen=True, forbid_unknown_fields=True):
    """Which page of a list: `after` is the place that `next` of the page before names."""

    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    after: Annotated[int, Meta(ge=0, le=999_999)] = 0


class Day(Asked, frozen=True, forbid_unknown_fields=True):
    """As of which day; the region's own where none is named."""

    as_of: dt.date | UnsetType = UNSET
