"""Does an answer cost the same however much was read? Decoding speed and peak memory per window.

python -m sleepdoc_model.evaluation.speed --heads assets/heads.safetensors --text FILE
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from sleepdoc_kernels import result_file
from sleepdoc_model.engine import Engine, Sampling
from sleepdoc_model.evaluation.identity import identity, sha256_of
from sleepdoc_model.load import load


def peak_mib() -> float:
    """The process's highest resident memory so far, from /proc."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise OSError("/proc/self/status has no VmHWM")


def decode_rate(engine: Engine, prefix: Sequence[int], memory: bytes, tokens: int) -> float:
    """Tokens per second of an answer of `tokens` tokens to one token of question."""
    engine.load(memory)
    engine.reset_window(prefix)
    engine.prefill([28])
    started = time.perf_counter()
    count = sum(1 for _ in engine.generate(tokens, stop=frozenset(), sampling=Sampling()))
    return count / (time.perf_counter() - started)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc_model.evaluation.speed")
    parser.add_argument("--heads", type=Path, required=True)
    parser.add_argument("--text", type=Path, required=True, help="any text; repeated as needed")
    parser.add_argument("--windows", default="1,10,50")
    parser.add_argument("--tokens", type=int, default=48)
    parser.add_argument("--repeats", type=int, default=11)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()

    engine, tokenizer = load("default", heads=options.heads)
    document = tokenizer.encode(options.text.read_text("utf-8"))
    points = [int(n) for n in options.windows.split(",")]
    prefix = tokenizer.frame.prefix
    room = engine.info.window - len(prefix)
    engine.reset_window(prefix)
    rows: list[dict[str, float]] = []
    memories: list[bytes] = []
    read = 0
    for window in range(1, max(points) + 1):
        piece = [document[(read + i) % len(document)] for i in range(room)]
        engine.prefill(piece)
        read += room
        list(engine.sleep(engine.info.passes))
        if window in points:
            memories.append(engine.state())
            rows.append({"windows": window, "tokens_read": read, "peak_mib": peak_mib()})
    # In turns, and as ratios within a turn: a machine's speed drifts by more than we look for.
    turns = [
        [decode_rate(engine, prefix, memory, options.tokens) for memory in memories]
        for _ in range(options.repeats)
    ]
    for index, row in enumerate(rows):
        row["decode_ratio"] = statistics.median(turn[index] / turn[0] for turn in turns)
        row["peak_ratio"] = row["peak_mib"] / rows[0]["peak_mib"]
        print(
            f"{row['windows']:4.0f} windows {row['tokens_read']:7.0f} tokens  "
            f"decode x{row['decode_ratio']:.3f}  peak memory x{row['peak_ratio']:.3f}"
        )
    if options.out:
        settings = {"tokens": options.tokens, "repeats": options.repeats}
        of = identity(engine.info, {"text": sha256_of(options.text)}, settings)
        figures = {"of": of, "rows": rows, "threads": torch.get_num_threads()}
        result_file.write(options.out, figures)


if __name__ == "__main__":
    main()
