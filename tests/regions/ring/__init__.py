"""The region Ringen, invented for core's own tests: it shows everything a region's files can say.

No region of the world is described here; the four municipalities are real places, all else is made up.
"""

from importlib.resources import files

from samverk.plugin import Region, hookimpl

__all__ = ["samverk_region"]


@hookimpl
def samverk_region() -> Region:
    """Point to the folder of this package."""
    return Region(files(__name__))
