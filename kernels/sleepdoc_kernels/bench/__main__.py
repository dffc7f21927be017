"""python -m sleepdoc_kernels.bench [--json OUT] [--plot OUT]

Every implementation is first compared with the definition in float64, and measured only if it is
within its tolerance. A run that stops early leaves the rows it has; running it again goes on.
"""

import argparse
import os
import platform
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from sleepdoc_kernels import dispatch, result_file
from sleepdoc_kernels.bench import cases
from sleepdoc_kernels.bench.cases import Case, Operation, Rates
from sleepdoc_kernels.bench.contestants import contestants
from sleepdoc_kernels.bench.timing import Call, measure, measure_rates
from sleepdoc_kernels.testing import Inputs, Scan, assert_results, results

Row = dict[str, Any]
"""One line of the table, as it stands in the JSON file. Times are in seconds."""


def main() -> int:
    options = _parse()
    if options.rehearse:
        os.environ[dispatch.INTERPRETED] = "1"
    machine = _machine(options.device)
    rates = measure_rates("cuda") if options.device == "cuda" else None
    done: list[Row] = []
    if options.json and options.json.exists():
        before = result_file.read(options.json)
        done = before["rows"] if before["machine"] == machine else []
    print(_heading(machine, rates))
    rows: list[Row] = []
    for case in _cases(options):
        print(f"\n{case}")
        for row in _measured(case, options, rates, done):
            rows.append(row)
            print(_line(row, rows), flush=True)
            if options.json:
                found = {"command": " ".join(sys.argv[1:]), "machine": machine, "rows": rows}
                result_file.write(options.json, found)
    if options.plot:
        from sleepdoc_kernels.bench.plot import plot

        plot(rows, options.plot)
    return 1 if any("wrong" in row for row in rows) else 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sleepdoc_kernels.bench")
    found = "cuda" if torch.cuda.is_available() else "cpu"
    parser.add_argument("--device", choices=("cpu", "cuda"), default=found)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each time measured")
    parser.add_argument("--cases", default="", help="names, such as a,default; all if left out")
    parser.add_argument("--json", type=Path, help="write rows here; rows that are there are kept")
    parser.add_argument("--plot", type=Path, help="write a plot here (.svg or .png)")
    parser.add_argument(
        "--rehearse", action="store_true", help="tiny shapes, interpreted Triton: no figures"
    )
    return parser.parse_args()


def _cases(options: argparse.Namespace) -> tuple[Case, ...]:
    if options.rehearse:
        return cases.REHEARSAL
    every = cases.GPU if options.device == "cuda" else cases.CPU
    names = options.cases.split(",") if options.cases else [case.name for case in every]
    return tuple(case for case in every if case.name in names)


def _measured(
    case: Case, options: argparse.Namespace, rates: Rates | None, done: list[Row]
) -> Iterator[Row]:
    device = options.device
    for name, scan in contestants(device).items():
        if name == "triton_chunk" and device == "cpu" and not options.rehearse:
            continue
        half = device == "cuda" or name == "torch_chunk_bfloat16"
        inputs = case.inputs(torch.bfloat16 if half else torch.float32, device)
        for operation in cases.OPERATIONS:
            same = {"case": case.name, "shape": str(case), "operation": operation}
            same |= {"implementation": name}
            if known := [row for row in done if row.items() >= same.items()]:
                yield known[0]
                continue
            if isinstance(scan, str):
                yield same | {"not measured": scan}
                continue
            if name == "naive" and operation == "training":
                continue  # its tape would hold a state per token
            try:
                yield same | _row(case, operation, scan, inputs, options, rates)
            except AssertionError as error:
                yield same | {"wrong": str(error)}
            except (ValueError, RuntimeError) as error:
                yield same | {"not measured": str(error).splitlines()[0]}


def _row(
    case: Case,
    operation: Operation,
    scan: Scan,
    inputs: Inputs,
    options: argparse.Namespace,
    rates: Rates | None,
) -> Row:
    if operation == "state":
        scan = partial(_state_alone, scan)
    call = _call(scan, inputs, operation)
    _gate(scan, inputs, operation)
    timing = measure(call, options.device, seconds=options.seconds)
    row: Row = {name: value for name, value in vars(timing).items() if value is not None}
    if rates:
        row["floor"] = case.floor(operation, rates)
    return row


def _state_alone(scan: Scan, **inputs: Tensor | None) -> tuple[Tensor | None, Tensor]:
    return scan(**inputs | {"q": None})


def _call(scan: Scan, inputs: Inputs, operation: Operation) -> Call:
    if operation != "training":

        def forward() -> object:
            with torch.no_grad():
                return scan(**inputs.keywords())

        return forward
    leaves = inputs.map(lambda x: x.detach().requires_grad_())
    weights = [torch.ones_like(inputs.v), torch.ones_like(inputs.state)]

    def training() -> object:
        out = scan(**leaves.keywords())
        wanted = [x for x in leaves.keywords().values() if x is not None]
        return torch.autograd.grad([x for x in out if x is not None], wanted, weights)

    return training


def _gate(scan: Scan, inputs: Inputs, operation: Operation) -> None:
    """Compare with the chunked scan in float64, which the tests hold to 1e-12 of the definition."""
    true = contestants("cpu")["torch_chunk"]
    assert not isinstance(true, str)
    if operation == "state":
        true = partial(_state_alone, true)
    gradients = operation == "training"
    expected = results(true, inputs.map(torch.Tensor.double), gradients=gradients)
    assert_results(results(scan, inputs, gradients=gradients), expected, inputs.k.dtype)


def _machine(device: str) -> dict[str, str]:
    machine = {"torch": torch.__version__, "python": platform.python_version()}
    if device == "cuda":
        machine |= {"gpu": torch.cuda.get_device_name(), "cuda": str(torch.version.cuda)}
        import triton

        machine["triton"] = triton.__version__
    else:
        machine |= {"cpu": platform.machine(), "threads": str(torch.get_num_threads())}
    return machine


def _heading(machine: dict[str, str], rates: Rates | None) -> str:
    lines = [", ".join(f"{name} {value}" for name, value in machine.items())]
    if rates:
        copied, multiplied = rates.bytes_per_second / 1e12, rates.products_per_second / 1e12
        lines.append(f"copies at {copied:.2f} TB/s, multiplies at {multiplied:.0f} TFLOP/s")
    return "\n".join(lines)


def _line(row: Row, rows: list[Row]) -> str:
    head = f"  {row['operation']:<9} {row['implementation']:<21}"
    for problem in ("wrong", "not measured"):
        if problem in row:
            return f"{head} {problem}: {row[problem]}"
    first = next(
        other
        for other in rows
        if "eager" in other
        and (other["case"], other["operation"]) == (row["case"], row["operation"])
    )
    parts = [f"{row['eager'] * 1e3:9.3f} ms", f"{first['eager'] / row['eager']:6.1f}x"]
    if "warm" in row:
        parts += [f"graph {row['warm'] * 1e6:8.1f} us", f"cold {row['cold'] * 1e6:8.1f} us"]
        parts.append(f"floor {row['floor'] * 1e6:6.1f} us ({row['floor'] / row['warm']:.0%})")
    return "  ".join([head, *parts])


if __name__ == "__main__":
    sys.exit(main())
