"""In what something that was said strayed from what its customer had chosen.

Rules: (1) it is held against the choices of that moment, which the caller names: who stops something later makes
nothing of before wrong; (2) what the law demands keeps to no choice; (3) from what nobody chose nobody strays.
"""

from enum import StrEnum

from consent.contact import Question
from consent.wishes import Speaker, Wishes


class Stray(StrEnum):
    """What was chosen otherwise."""

    STOPPED = "stopped"
    """They wanted nothing from this organization, or nothing about this."""
    WAY = "other-way"
    """They did not want it by this channel."""
    HOUR = "other-hour"
    """They were not to be disturbed at this hour."""
    SPEAKER = "human-wanted"
    """They would rather speak to a human, and a computer spoke."""


def strays(said: Question, chosen: Wishes, *, is_live: bool) -> tuple[Stray, ...]:
    """Return in what something that was said by one channel strayed; on a live one two speak."""
    if said.topic.is_required:
        return ()
    channel = said.channels[0]
    found = [_of_topic(said, chosen)]
    if channel.is_disturbing and not chosen.is_open(said.organization, said.at):
        found.append(Stray.HOUR)
    is_human_first = chosen.first_at(said.organization) is Speaker.HUMAN
    if is_live and said.sender is Speaker.COMPUTER and is_human_first:
        found.append(Stray.SPEAKER)
    return tuple(each for each in found if each is not None)


def _of_topic(said: Question, chosen: Wishes) -> Stray | None:
    channel, organization = said.channels[0].key, said.organization
    if chosen.is_silent(organization):
        return Stray.STOPPED
    if chosen.avoids(channel) or channel in chosen.barred(organization):
        return Stray.WAY
    allowed = chosen.allowed(organization, said.topic.key, said.topic.under, (channel,))
    if channel in allowed:
        return None
    return Stray.WAY if allowed else Stray.STOPPED
