"""``python -m sleepdoc``."""

from sleepdoc.cli import main

main()
