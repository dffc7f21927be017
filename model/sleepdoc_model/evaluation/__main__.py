"""Measure how the default model reads, writes gists, and keeps to what a memory concerns.

python -m sleepdoc_model.evaluation reading --reading DIR --fairytales FAIRYTALEQA
python -m sleepdoc_model.evaluation gists --reading DIR
python -m sleepdoc_model.evaluation chat --data FAIRYTALEQA --plain GSM8K/test.jsonl

What it remembers is measured by `sleepdoc bench memory`, on documents that
`python -m sleepdoc_model.tasks` writes.
"""

import sys

from sleepdoc_model.evaluation import chat, gists, reading

_MAINS = {"reading": reading.main, "gists": gists.main, "chat": chat.main}


def main() -> None:
    name, *arguments = sys.argv[1:] or [""]
    if name not in _MAINS:
        raise SystemExit(f"python -m sleepdoc_model.evaluation {'|'.join(_MAINS)} ...")
    _MAINS[name](arguments)


if __name__ == "__main__":
    main()
