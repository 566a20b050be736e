"""Which acts fit what stands: every act passes `check` before it is logged and applied.

Rules: (1) one recipient and one purpose, in the order of time; (2) nothing is narrowed, extended
or revoked that does not stand; (3) an organization attests its own records only, and never
against or before a choice that the customer made here; (4) after an erasure nothing is granted,
while stopping is always accepted; (5) nothing is given for longer than its purpose may last.
"""

from datetime import timedelta

from consent import errors
from consent.acts import Act, Attest, Expire, Extend, Grant, Narrow, Revoke
from consent.permission import Permission, Stop, apply, covers, narrowed


def admit(permission: Permission, act: Act, *, longest: timedelta | None = None) -> Permission:
    """Return what `act` makes of `permission`, or raise the Problem that keeps it out."""
    check(act, permission, longest=longest)
    return apply(permission, act)


def check(act: Act, standing: Permission, *, longest: timedelta | None = None) -> None:
    """Raise Invalid, Conflict or Refused unless `act` may follow on `standing`.

    `longest` is how long anything may be given for the purpose; None says nothing beyond the twelve months.
    """
    if standing.latest_at is not None and act.at < standing.latest_at:
        raise errors.ActOutOfOrder(field="/at")
    if longest is not None:
        _check_period(act, longest)
    if isinstance(act, Grant | Extend | Attest) and standing.stopped is Stop.ERASED:
        raise errors.Erased
    match act:
        case Narrow():
            _check_narrow(act, standing)
        case Extend():
            _check_extend(act, standing)
        case Revoke():
            _check_something_stands(act, standing)
        case Attest():
            _check_attest(act, standing)
        case Expire():
            _check_expire(act, standing)
        case _:  # grant, refuse, object, merge, split and erase fit anything that stands
            pass


def _check_period(act: Act, longest: timedelta) -> None:
    """Refuse to give for too long; a narrowing gives nothing, so it may keep an end of before."""
    match act:
        case Grant() | Extend() if act.expires_at > act.at + longest:
            raise errors.PeriodTooLong(field="/expires_at")
        case Attest() if act.expires_at > act.evidence.at + longest:
            raise errors.PeriodTooLong(field="/expires_at")


def _check_something_stands(act: Act, standing: Permission) -> None:
    if not standing.open_at(act.at):
        raise errors.NothingGranted


def _check_narrow(act: Narrow, standing: Permission) -> None:
    _check_something_stands(act, standing)
    if not act.categories <= standing.open_at(act.at):
        raise errors.WiderThanGranted(field="/categories")
    if standing.granted_at(act.at) and not covers(standing.sources, act.sources):
        raise errors.WiderThanGranted(field="/sources")
    end = standing.end_at(act.at)
    if end is None or act.expires_at > end:
        raise errors.WiderThanGranted(field="/expires_at")
    if not narrowed(standing, act).open_at(act.at):
        raise errors.NothingLeft(field="/categories")


def _check_extend(act: Extend, standing: Permission) -> None:
    granted = standing.granted_at(act.at)
    if not granted or standing.expires_at is None:
        raise errors.NothingGranted
    if not granted <= act.categories:
        raise errors.NarrowerThanGranted(field="/categories")
    if not covers(act.sources, standing.sources):
        raise errors.NarrowerThanGranted(field="/sources")
    if act.expires_at < standing.expires_at:
        raise errors.NarrowerThanGranted(field="/expires_at")


def _check_attest(act: Attest, standing: Permission) -> None:
    if act.by != act.recipient:
        raise errors.NotYourRecords
    if standing.stopped is not None or act.categories & standing.stopped_categories:
        raise errors.StoppedByCustomer
    if standing.chosen_at is not None and act.evidence.at <= standing.chosen_at:
        raise errors.OlderThanTheChoice(field="/evidence/at")


def _check_expire(act: Expire, standing: Permission) -> None:
    """Record an end once: it came after the act before this one, and not after this one."""
    ends = (
        standing.expires_at if standing.categories else None,
        standing.attested_expires_at if standing.attested_categories else None,
    )
    before = standing.latest_at
    if not any(end and end <= act.at and (before is None or before < end) for end in ends):
        raise errors.NothingExpired(field="/at")
