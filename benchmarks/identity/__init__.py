"""How well people are recognized, beside others who do that: `python -m benchmarks.identity [--quick]`."""
