"""The reliability programme: faults done to sleepdoc, many times each, and what must hold then.

``python -m tests.reliability --quick`` takes minutes, ``--release`` hours. Promises, figures and
what each fault is: docs/reliability.md.
"""
