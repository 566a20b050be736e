"""The demo: four fictional organizations and 300 fictional people, put in through the product's own doors.

Everything follows from a fixed seed and the day: the same day gives the same bytes. Nothing here runs, and nothing of
it can be reached, unless the settings say that this is a demo.
"""

from cdp.demo.loading import is_loaded, load, shut

__all__ = ["is_loaded", "load", "shut"]
