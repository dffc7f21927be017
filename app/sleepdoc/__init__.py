"""sleepdoc: read long documents into a small local model that sleeps."""

__version__ = "0.2.0"
