"""What other slices put on the wheel: meetings and rounds of the year, as rows like the model's own."""

from samverk.scope import Scope
from samverk.wheel.service import WheelItem


def items_of(scope: Scope, year: int) -> tuple[WheelItem, ...]:
    """Return the meetings and rounds of a year that have rows of their own."""
    return ()
