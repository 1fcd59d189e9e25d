"""The chain by itself: any single change to a log of any length is found at its place."""

import dataclasses
import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from samverk.audit import chain
from samverk.audit.chain import Entry, Fault

AT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def log(length: int) -> list[Entry]:
    found: list[Entry] = []
    for seq in range(1, length + 1):
        previous = found[-1].hash if found else chain.FIRST
        changes = (("change", "form", f"f{seq}"),)
        draft = Entry(
            "t", seq, AT, "who", "forms.answer", "submit_form", f"form/f{seq}", changes, "b", "a", previous, ""
        )
        found.append(dataclasses.replace(draft, hash=chain.digest(draft)))
    return found


def test_a_log_that_was_left_alone_has_no_faults() -> None:
    assert chain.check(log(20)) == ((), log(20)[-1])
    assert chain.check([]) == ((), None)


FIELDS: dict[str, Any] = {
    "at": AT + dt.timedelta(seconds=1),
    "actor": "another",
    "action": "rounds.open",
    "operation": "open_round",
    "subject": "form/x",
    "changes": (("remove", "form", "f1"),),
    "before": "x",
    "after": None,
    "tenant_id": "other",
}


@given(st.integers(1, 12), st.data())
def test_a_changed_field_is_found_at_its_entry(length: int, data: st.DataObject) -> None:
    entries = log(length)
    at = data.draw(st.integers(0, length - 1))
    field = data.draw(st.sampled_from(sorted(FIELDS)))
    entries[at] = dataclasses.replace(entries[at], **{field: FIELDS[field]})

    assert chain.check(entries)[0] == (Fault(at + 1, "changed"),)


@given(st.integers(2, 12), st.data())
def test_a_changed_entry_with_a_fitting_hash_is_found_at_the_next(length: int, data: st.DataObject) -> None:
    entries = log(length)
    at = data.draw(st.integers(0, length - 2))
    forged = dataclasses.replace(entries[at], actor="another", hash="")
    entries[at] = dataclasses.replace(forged, hash=chain.digest(forged))

    assert chain.check(entries)[0] == (Fault(at + 2, "cut"),)


@given(st.integers(3, 12), st.data())
def test_a_removed_or_swapped_entry_is_found(length: int, data: st.DataObject) -> None:
    entries = log(length)
    at = data.draw(st.integers(0, length - 2))
    swapped = [*entries]
    swapped[at], swapped[at + 1] = swapped[at + 1], swapped[at]
    removed = entries[:at] + entries[at + 1 :]

    assert chain.check(removed)[0][0] == Fault(at + 1, "gap")
    assert chain.check(swapped)[0][0] == Fault(at + 1, "gap")


def test_a_commitment_tells_nothing_without_its_salt() -> None:
    one, other = chain.commitment("00" * 32, "person"), chain.commitment("01" * 32, "person")

    assert one != other
    assert "person" not in one
    assert len(one) == 64
