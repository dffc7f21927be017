"""Training of fast-weight heads: ``python -m sleepdoc_model.training --help``."""
