"""What can go wrong with keys, as one small family.

These are facts about our own house, not about a caller's request: at the door an uncaught one is an opaque 500.
No message carries a key, a plaintext, an identifier or a path outside the ring's own directory.
"""


class KeyFailure(Exception):
    """A key could not do its work."""


class Unreadable(KeyFailure):
    """These sealed bytes were not made by this key for this place, or were changed since."""


class KeyDestroyed(KeyFailure):
    """This key was destroyed on purpose; what it sealed can never be read again."""


class RingBroken(KeyFailure):
    """The key ring is missing, torn, foreign or badly protected; an operator must restore the right one."""
