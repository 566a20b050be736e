"""People, organizations, grants and records for tests, made through the product's own functions.

`make.person(vault, facts={…}, grants=[…])` reads as what the test needs; everything not named is random
but valid, so that no two tests share a row. Add the makers beside the functions they call.
"""

import secrets


def name(prefix: str = "test") -> str:
    """Return a name that nothing else in the run has."""
    return f"{prefix}-{secrets.token_hex(6)}"


def email() -> str:
    """Return an e-mail address that nobody else in the run has, under a domain that nobody can own."""
    return f"{name('person')}@example.org"
