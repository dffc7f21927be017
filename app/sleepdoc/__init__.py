"""sleepdoc: read long documents into a small local model that sleeps."""

__version__ = "0.1.0"
