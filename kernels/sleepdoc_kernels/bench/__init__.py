"""How fast the kernels are, once they are right: ``python -m sleepdoc_kernels.bench``."""
