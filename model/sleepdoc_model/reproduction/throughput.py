"""Training speed against the length of a window and the number of passes.

python -m sleepdoc_model.reproduction.throughput --out throughput.json --plot throughput.svg

Sequences of one length, cut into windows that are read one after the other. The paper (its Fig. 6)
finds windows in turn as fast as all at once when they are long enough to fill the device, and speed
inverse to the passes.
"""

import argparse
import platform
import statistics
import time
from pathlib import Path
from typing import Any

import torch

from sleepdoc_kernels import result_file
from sleepdoc_model.config import paper
from sleepdoc_model.drawing import drawing
from sleepdoc_model.network import Network
from sleepdoc_model.reproduction.algorithm import answer_logits, answer_loss
from sleepdoc_model.tasks.sequences import Sequences

VOCAB = 256


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m sleepdoc_model.reproduction.throughput",
        description="Tokens per second of training steps, of one length of sequence.",
    )
    parser.add_argument("--length", type=int, default=1024, help="tokens of a sequence")
    parser.add_argument("--windows", default="64,128,256,512")
    parser.add_argument("--passes", default="1,2,4")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--dim", type=int, default=256)
    parser.add_argument("--depth", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    parser.add_argument("--plot", type=Path, help="draw them (.svg or .png)")
    options = parser.parse_args()

    device = "cuda" if torch.cuda.is_available() else "cpu"
    passes = [int(n) for n in options.passes.split(",")]
    rows = []
    for window in (int(size) for size in options.windows.split(",")):
        network = Network(paper(VOCAB, dim=options.dim, depth=options.depth, window=window))
        sequences = _random(options.batch, options.length, window, device)
        for count in passes:
            rate = _tokens_per_second(network.to(device), sequences, count, options.repeats)
            rows.append({"window": window, "passes": count, "tokens_per_second": rate})
    print(table(rows))
    if options.out:
        figures = {
            "rows": rows,
            "length": options.length,
            "batch": options.batch,
            "dim": options.dim,
            "depth": options.depth,
            "machine": f"{platform.machine()}, {device}, {torch.get_num_threads()} threads",
            "torch": torch.__version__,
        }
        result_file.write(options.out, figures)
    if options.plot:
        plot(rows, options.plot)


def table(rows: list[dict[str, Any]]) -> str:
    """A line per window; speed as the share of one pass over the shortest."""
    passes = sorted({row["passes"] for row in rows})
    first = rows[0]["tokens_per_second"]
    lines = ["window  " + " ".join(f"{f'N = {n}':>8}" for n in passes)]
    for window in sorted({row["window"] for row in rows}):
        shares = [row["tokens_per_second"] / first for row in rows if row["window"] == window]
        lines.append(f"{window:6}  " + " ".join(f"{share:8.2f}" for share in shares))
    return "\n".join([*lines, f"1.00 is {first:.0f} tokens/s"])


def _random(batch: int, length: int, window: int, device: str) -> Sequences:
    """Random tokens; of the last window all but the first are asked for."""
    tokens = torch.randint(VOCAB, (batch, length), device=device)
    asked = torch.zeros_like(tokens, dtype=torch.bool)
    asked[:, (length - 1) // window * window + 1 :] = True
    return Sequences(tokens, asked, torch.zeros_like(tokens))


def _tokens_per_second(network: Network, sequences: Sequences, passes: int, repeats: int) -> float:
    seconds = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        loss = answer_loss(answer_logits(network, sequences, passes), sequences)
        loss.backward()  # type: ignore[no-untyped-call]
        loss.item()  # waits for a GPU
        if sequences.tokens.is_cuda:
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - started)
        network.zero_grad()
    return sequences.tokens.numel() / statistics.median(seconds[1:])


def plot(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw speed by window, a line for every number of passes.

    Raises:
        ImportError: matplotlib is not installed; it is part of ``sleepdoc[dev]``.
    """
    with drawing(path, size=(4, 2.8)) as ((axis,),):
        for passes in sorted({row["passes"] for row in rows}):
            mine = [row for row in rows if row["passes"] == passes]
            axis.plot(
                [row["window"] for row in mine],
                [row["tokens_per_second"] / rows[0]["tokens_per_second"] for row in mine],
                marker="o",
                label=f"N = {passes}",
            )
        axis.set_xscale("log", base=2)
        axis.set_xlabel("tokens in a window")
        axis.set_ylabel("training speed")
        axis.set_ylim(bottom=0)
        axis.legend(frameon=False)


if __name__ == "__main__":
    main()
