"""What the product does in a second, as ratios within one run on one machine: `python -m benchmarks [--quick]`."""
