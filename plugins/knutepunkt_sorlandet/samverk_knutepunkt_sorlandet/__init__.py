"""The plugin of Knutepunkt Sørlandet: it says where the region's files are.

The cooperation model, the facts and the invented life stand in the TOML files beside this one.
"""

from importlib.resources import files

from samverk.plugin import Region, hookimpl

__all__ = ["samverk_region"]


@hookimpl
def samverk_region() -> Region:
    """Point to the folder of this package."""
    return Region(files(__name__))
