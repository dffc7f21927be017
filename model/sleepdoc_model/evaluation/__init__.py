"""How much of what was read survives eviction: ``python -m sleepdoc_model.evaluation --help``."""
