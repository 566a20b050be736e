"""Answering on a token that is looked at in the very transaction that answers.

Who it stood for before is believed as far as it takes to ask: that transaction finds out whether it still does
(`cdp.scope.Held`). Whatever else is to be said about a request is said after a check of its own.
"""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from starlette.types import Scope

from api import caller, possession, rates
from cdp.credentials import CredentialEnded, TokenHolder
from cdp.logins.token_checks import TokenChecks

Answer = TypeVar("Answer")
Ask = Callable[[], Awaitable[Answer]]
Prepare = Callable[[TokenHolder], Awaitable[Ask[Answer] | None]]
"""Returns what asks with the token, still unverified; None for a request that takes a token which was checked."""
_AUTHORIZATION: Final = b"authorization"


def shown(scope: Scope) -> tuple[bytes, possession.Shown]:
    """Return the fingerprint of the token that came with a request, and how it came; raises Unauthenticated."""
    authorization = next((value for name, value in scope["headers"] if name == _AUTHORIZATION), b"")
    token = possession.shown(authorization.decode("latin-1"))
    checks: TokenChecks = scope["app"].state.token_checks
    return checks.fingerprint(token.unverified_token), token


async def answered(
    scope: Scope,
    token: bytes,
    how: possession.Shown,
    *,
    prepare: Prepare[Answer],
    checked: Callable[[TokenHolder], Awaitable[Answer]],
) -> Answer:
    """Return what `prepare` asks for, if the token stands for who it is believed to; or else what `checked` says."""
    checks: TokenChecks = scope["app"].state.token_checks
    believed = None if how.as_bound else checks.believed(token)
    ask = None if believed is None or not _is_plain(believed) else await prepare(believed)
    if believed is not None and ask is not None:
        note(scope, believed)
        try:
            return await ask()
        except CredentialEnded:  # this token, or another that shared the transaction: each asks for itself
            checks.disbelieve(token)
            note(scope, None)
    holder = await checks.holder(token)
    await possession.prove(scope, scope["app"].state.platform, how, holder.key_hash)
    note(scope, holder)
    return await checked(holder)


def note(scope: Scope, holder: TokenHolder | None) -> None:
    """Keep who asks for the line of the request, and count it."""
    told = caller.note_of(scope)
    told.principal, told.organization = ("anyone", None) if holder is None else ("service", holder.slug)
    if holder is not None:
        rates.count_client(scope, holder.client_id)


def _is_plain(believed: TokenHolder) -> bool:
    """Tell whether a token is one that `cdp.scope.Held` may find to stand: a program's own, bound to no key."""
    return believed.organization is not None and believed.key_hash is None and believed.customer is None
