"""``sleepdoc``, and ``python -m sleepdoc``.

The script that starts it is imported again by every process of a model, which needs none of the
command line.
"""


def main() -> None:
    """Run the command line."""
    from sleepdoc.cli import main

    main()


if __name__ == "__main__":
    main()
