"""The bridge to the engine: one process that computes, and the thread that supervises it. Free of torch."""
