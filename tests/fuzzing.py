"""Whether a run says the same of the same commit, or looks for what nobody found yet (`make fuzz`)."""

import os
from typing import Final

PROFILE: Final = os.environ.get("CDP_TEST_EXAMPLES", "gate")
"""Which examples are tried: `gate`, the same in every run, or `fuzz`, many others each time."""
IS_ON: Final = PROFILE == "fuzz"
