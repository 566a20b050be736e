"""What stands on a page of Berichten."""

import re

PAGE = "/berichten"


def entry(page: str) -> str:
    """Return where the first entry of the list is."""
    found: str = re.findall(rf'href="({PAGE}/[0-9a-f-]+)"', page)[0]
    return found
