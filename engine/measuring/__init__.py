"""The parts that `engine.metrics` measures with: each takes blocks and owns the state between them."""
