"""Times the same training steps in spark-qat and in PyTorch, in turn, and prints their ratios."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from networks import NETWORKS

HERE = Path(__file__).resolve().parent
LAUNCHER = HERE.parents[2] / "submit-scripts" / "spark-qat"
LAYOUTS = ("contiguous", "channels-last")
WRONG_USAGE = 2
# Both plans of mobilenetv2-cifar at batch 64.
MEMORY = "8g"


def pinned(threads, command):
    """The command on the first cores, one for each thread."""
    cores = sorted(os.sched_getaffinity(0))[:threads]
    if len(cores) < threads:
        sys.exit(f"Cannot pin {threads} threads: {len(cores)} cores are allowed")
    return ["taskset", "-c", ",".join(map(str, cores)), *map(str, command)]


class Worker:
    """A process that stays warm and times steps when it is asked to."""

    def __init__(self, threads, script, *arguments):
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        self.process = subprocess.Popen(
            pinned(threads, [sys.executable, HERE / script, *arguments]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self.kept = int(self.answer())

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"Failed to run {self.process.args}: see its message above")
        return line

    def median_ms(self, steps):
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return float(self.answer())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def ours(name, threads, arguments, folder, onnx):
    """The figures of one run of the benchmark command; None where it does not take the threads."""
    figures = Path(folder) / "figures.json"
    command = [LAUNCHER, "--driver-memory", MEMORY, "benchmark", "--model", name, "--batch", NETWORKS[name][2]]
    command += ["--threads", threads, "--steps", arguments.steps, "--warm-up", arguments.warm_up]
    command += ["--json", figures, "--onnx", onnx, "--gradients", arguments.gradients]
    run = subprocess.run(pinned(threads, command), capture_output=True, text=True)
    if run.returncode == WRONG_USAGE and threads > 1:
        print(f"{name}, {threads} threads: {run.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    if run.returncode != 0:
        sys.exit(f"Failed to run the benchmark of {name}:\n{run.stderr}")
    return json.loads(figures.read_text())


def one_round(workers, steps):
    """Median step of PyTorch in float and with QAT, in ms, in the better layout."""
    times = {key: worker.median_ms(steps) for key, worker in workers.items()}
    return {mode: min(times[mode, layout] for layout in LAYOUTS) for mode in ("float", "qat")}


def compare(name, threads, arguments, folder):
    """All rounds of one network: one dictionary of milliseconds and bytes for each."""
    onnx = Path(folder) / f"{name}.onnx"
    if ours(name, threads, arguments, folder, onnx) is None:
        return []
    batch = NETWORKS[name][2]
    runtime = Worker(threads, "onnx_worker.py", onnx, batch, threads)
    workers = {
        (mode, layout): Worker(threads, "torch_worker.py", name, mode, layout, threads)
        for mode in ("float", "qat")
        for layout in LAYOUTS
    }
    kept = {
        mode: min(workers[mode, layout].kept for layout in LAYOUTS) for mode in ("float", "qat")
    }
    rounds = []
    for number in range(arguments.rounds):
        figures = ours(name, threads, arguments, folder, onnx)
        rounds.append(
            {
                "ours": figures,
                "torch": one_round(workers, arguments.steps),
                "torchKept": kept,
                "onnxRuntimeMs": runtime.median_ms(arguments.steps),
            }
        )
        print(f"{name}, {threads} threads: round {number + 1}", file=sys.stderr, flush=True)
    for worker in [runtime, *workers.values()]:
        worker.close()
    return rounds


def spread(values):
    """Median and, when the values differ, the smallest and the largest."""
    text = f"{statistics.median(values):.2f}"
    return text if min(values) == max(values) else f"{text} ({min(values):.2f} to {max(values):.2f})"


# heading: figure of one round
COLUMNS = {
    "our QAT against torch QAT": lambda r: r["torch"]["qat"] / r["ours"]["qat"]["medianMs"],
    "our QAT against torch float": lambda r: r["torch"]["float"] / r["ours"]["qat"]["medianMs"],
    "our float against torch float": lambda r: r["torch"]["float"] / r["ours"]["float"]["medianMs"],
    "our QAT / our float": lambda r: r["ours"]["qat"]["medianMs"] / r["ours"]["float"]["medianMs"],
    "torch QAT / torch float": lambda r: r["torch"]["qat"] / r["torch"]["float"],
    "kept for backward, ours": lambda r: r["ours"]["qat"]["keptForBackwardBytes"]
    / r["ours"]["float"]["keptForBackwardBytes"],
    "kept for backward, torch": lambda r: r["torchKept"]["qat"] / r["torchKept"]["float"],
    "our int8 evaluation against ONNX Runtime": lambda r: r["onnxRuntimeMs"]
    / r["ours"]["qat"]["evaluationMs"],
}


def table(results):
    """Markdown: one row for each network and number of threads."""
    lines = ["| network | batch | threads | " + " | ".join(COLUMNS) + " |"]
    lines.append("|" + "---|" * (3 + len(COLUMNS)))
    for (name, threads), rounds in results.items():
        cells = [spread([column(r) for r in rounds]) for column in COLUMNS.values()]
        head = f"| {name} | {NETWORKS[name][2]} | {threads} | "
        lines.append(head + " | ".join(cells) + " |")
    return "\n".join(lines)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default="resnet20,mobilenetv2-cifar,vgg-small,mlp")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=10, help="steps timed in a round")
    parser.add_argument("--warm-up", type=float, default=10, help="seconds, for each of our runs")
    parser.add_argument(
        "--gradients", choices=("float32", "bfloat16"), default="float32", help="of our QAT steps"
    )
    parser.add_argument("--json", help="file for all figures")
    return parser.parse_args()


def main():
    arguments = parse()
    names = arguments.models.split(",")
    unknown = sorted(set(names) - set(NETWORKS))
    if unknown:
        sys.exit(f"Invalid --models: {', '.join(unknown)} (allowed: {', '.join(NETWORKS)})")
    # Builds the project, if it must be built, before anything is timed.
    subprocess.run([LAUNCHER, "--version"], check=True, stdout=subprocess.DEVNULL)
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            for threads in map(int, arguments.threads.split(",")):
                rounds = compare(name, threads, arguments, folder)
                if rounds:
                    results[name, threads] = rounds
    print("Ratios are medians of the rounds (smallest to largest); 'against': above 1, ours is faster.\n")
    print(table(results))
    if arguments.json:
        document = {f"{name}/{threads}": rounds for (name, threads), rounds in results.items()}
        Path(arguments.json).write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
