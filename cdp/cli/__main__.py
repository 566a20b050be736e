"""`python -m cdp.cli`: the command, for processes that start it themselves."""

from cdp.cli import main

main()
