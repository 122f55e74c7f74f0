"""How a model is judged: one file a measurement, each a function that takes recordings and gives rows and medians."""
