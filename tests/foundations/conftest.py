"""The region that these tests read."""

from tests.region_database import region, scope

__all__ = ["region", "scope"]
