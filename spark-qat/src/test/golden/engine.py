#!/usr/bin/env python3
"""Writes the golden files of the engine: little networks, trained for one micro-batch by PyTorch.

Made with Python 3.11.7, torch 2.13.0 (CPU) and numpy 2.4.6, seed 20240229. To make them again:

    python3 -m venv VENV && VENV/bin/pip install torch numpy
    VENV/bin/python spark-qat/src/test/golden/engine.py spark-qat/src/test/resources/golden/engine

Everything is computed in float64 from float32 numbers, so that the files hold the exact result up to
their last digit. Scales are float32 numbers, as everywhere. Numbers are drawn again until no code is
near a tie and no activation near its kink (MARGINS): a float32 engine then has the same codes and
masks, and differs by its rounding only.

One file a case:

    name       name of the case
    about      what it covers
    input      shape of an example, [C, H, W] or [F]
    layers     the network, as NetworkDescription reads it
    layout     [[name, size], ...] of the parameters, in the order of the flat array
    batch      N
    normalization  {offset, factor}, one number a channel: (x - offset) * factor
    inputs     raw inputs, flat [N, C, H, W]
    loss       {type: softmax-cross-entropy, classes, labelSmoothing, labels}
               or {type: mean-squared-error, width, targets: flat [N, width]}; mean over N and width
    parameters flat, in layout order
    statistics flat, running mean and variance of each batch normalization
    runs       the same micro-batch, computed in several ways:
      name          unique within the case
      arithmetic    FLOAT or QUANTIZED
      normalization BATCH or RUNNING; BATCH only where there is batch normalization
      tolerance     largest error allowed, relative to the largest magnitude of the array at hand
      reason        why this tolerance
      scheme        (QUANTIZED) {weights: {bits, symmetric, granularity},
                    activations: {bits, symmetric, granularity}}, as in a configuration
      ranges        (QUANTIZED) range in force, point -> [[min, max], ... a pair a slot]
      outputs       flat [N, K]
      loss          mean loss
      gradient      parameter -> flat gradient of the mean loss
      observed      point -> [[min, max], ...] of the real values before quantization, per slot; one
                    slot a point with FLOAT
      saturated     (QUANTIZED) how many activations and inputs lie outside their codes
      batchStatistics (BATCH) mean and biased variance of what is normalized, by statistic's name
      counts        (BATCH) number of values behind each of them
      newStatistics (BATCH) running statistics after the step as PyTorch updates them, that is with
                    the unbiased variance count / (count - 1) * variance

A point is the network's input, or a block: a layer with the batch normalization and the activation
joined to it, named after the layer.

Quantized arithmetic, as in training:

    input    codes of (x - offset) * factor
    weighted block, RUNNING or without batch normalization
             f = gamma / sigma_running (1 without), w_f = w * f, b_f = beta + (b - mean_running) * f,
             real = s_x * s_w[o] * (conv(codes, codes of w_f) + round(b_f / (s_x * s_w[o])))
             the gradient flows through w_f and b_f to w, b, gamma and beta; when activations are
             quantized per channel the input is real and so is b_f
    weighted block, BATCH
             real = batch_norm(conv(codes, codes of w_f) * s_x * s_w[o] / f + b), f constant for the
             gradient
    other    in real numbers: activation functions, concatenation, products and sums of what the codes
             stand for
    then activation, then codes, except for the last block that computes; max pool and flatten pass
    codes through
    gamma below 2^-24 in magnitude counts as 2^-24 with its sign
    straight-through: gradient 1 where the unclamped code lies in the codes, else 0; for weights too
"""

import json
import math
import pathlib
import sys

import numpy as np
import torch

from engine_cases import CASES, CHANNEL, SCHEMES
from engine_graph import layout_of
from engine_quantization import NearTie, minmax
from engine_run import Run

SEED = 20240229
ATTEMPTS = 400


def float32(values):
    """Shortest decimal numbers that are these float32 numbers; exact when read as float32."""
    return [float(str(value)) for value in np.asarray(values, dtype=np.float32).flatten()]


def exact(values, shape=None):
    array = np.asarray(values, dtype=np.float32).astype(np.float64)
    return torch.tensor(array if shape is None else array.reshape(shape))


def draw_parameter(random, name, shape, zero_gamma):
    kind = name.rsplit(".", 1)[1]
    if kind == "weight":
        return random.normal(0, math.sqrt(2 / math.prod(shape[1:])), shape)
    if kind == "gamma":
        gamma = random.uniform(0.5, 1.5, shape) * np.where(random.random(shape) < 0.2, -1, 1)
        if name == zero_gamma:
            gamma[0] = 0
        return gamma
    if kind == "variance":
        return random.uniform(0.4, 2.0, shape)
    return random.normal(0, 0.2, shape)


def draw_inputs(case, random):
    size = case["batch"] * math.prod(case["input"])
    case["inputs"] = float32(random.uniform(0, 255, size))
    channels = case["input"][0]
    case["normalization"] = dict(
        offset=float32(random.uniform(110, 140, channels)),
        factor=float32(random.uniform(0.012, 0.02, channels)),
    )
    loss = case["loss"]
    if loss["type"] == "softmax-cross-entropy":
        loss["labels"] = random.integers(0, loss["classes"], case["batch"]).tolist()
    else:
        loss["targets"] = float32(random.normal(0, 1, case["batch"] * loss["width"]))


def as_float32(case):
    """The case as a reader of float32 numbers sees it."""
    seen = dict(case, inputs=exact(case["inputs"]).tolist(), loss=dict(case["loss"]))
    seen["normalization"] = {k: exact(v).tolist() for k, v in case["normalization"].items()}
    if "targets" in case["loss"]:
        seen["loss"]["targets"] = exact(case["loss"]["targets"]).tolist()
    return seen


def draw_ranges(observed, random, per_slot):
    """Ranges a little too narrow, so that some activations saturate."""
    ranges = {}
    for name, slots in observed.items():
        scales = random.uniform(0.75, 1.0, len(slots))
        ranges[name] = [float32([low * s, high * s]) for (low, high), s in zip(slots, scales)]
    return ranges


def drawn(case, zero_gamma, random):
    draw_inputs(case, random)
    layout, statistics_layout = layout_of(case)
    draw = lambda entries: {
        name: np.float32(draw_parameter(random, name, shape, zero_gamma)) for name, shape in entries
    }
    parameters, statistics = draw(layout), draw(statistics_layout)
    case["layout"] = [[name, math.prod(shape)] for name, shape in layout]
    case["parameters"] = sum((float32(v) for v in parameters.values()), [])
    case["statistics"] = sum((float32(v) for v in statistics.values()), [])
    as_tensors = lambda arrays: {k: exact(v, v.shape) for k, v in arrays.items()}
    return as_float32(case), as_tensors(parameters), as_tensors(statistics)


def quantized_run(seen, parameters, statistics, batch, name, random):
    by = SCHEMES[name]
    per_slot = by["activations"]["granularity"] == CHANNEL
    scout = Run(seen, parameters, statistics, False, batch)
    observed = observe(scout, per_slot)
    for _ in range(ATTEMPTS):
        ranges = draw_ranges(observed, random, per_slot)
        as_read = {k: [exact(slot).tolist() for slot in v] for k, v in ranges.items()}
        run = Run(seen, parameters, statistics, True, batch, by, as_read)
        try:
            result = run.result(name + ("-batch" if batch else "-running"))
        except NearTie as tie:
            if str(tie) == "weight":
                raise
            continue
        return dict(result, ranges=ranges)
    raise NearTie("ranges")


def observe(run, per_slot):
    """Float ranges of all points, per channel where asked for."""
    observed = {}

    def point(name, x):
        slots = x.unbind(1) if per_slot else [x]
        observed[name] = [minmax(slot.detach()) for slot in slots]
        return x, None

    run.point = point
    run.forward()
    return observed


def make(case, schemes, zero_gamma, random):
    for attempt in range(ATTEMPTS):
        seen, parameters, statistics = drawn(case, zero_gamma, random)
        kinds = [True, False] if statistics else [False]
        try:
            runs = [
                Run(seen, parameters, statistics, False, batch).result(
                    "float" + ("-batch" if batch else "-running")
                )
                for batch in kinds
            ]
            for name in schemes:
                for batch in kinds:
                    runs.append(
                        quantized_run(seen, parameters, statistics, batch, name, random)
                    )
        except NearTie as tie:
            last = tie
            continue
        return dict(case, runs=runs)
    raise SystemExit(f"Failed to make {case['name']}: always near a tie of {last}")


def main(folder):
    for number, (definition, schemes, zero_gamma) in enumerate(CASES):
        random = np.random.Generator(np.random.PCG64([SEED, number]))
        made = make(definition, schemes, zero_gamma, random)
        path = folder / (definition["name"] + ".json")
        path.write_text(to_json(made))
        print(f"{path.name}: {len(made['runs'])} runs, {path.stat().st_size // 1024} KiB")


def to_json(value):
    """One key a line at the top and in each run, arrays on one line."""
    head = {k: v for k, v in value.items() if k != "runs"}
    lines = [f'  "{k}": {json.dumps(v)}' for k, v in head.items()]
    runs = []
    for run in value["runs"]:
        runs.append("    {\n" + ",\n".join(f'      "{k}": {json.dumps(v)}' for k, v in run.items()))
    text = ",\n".join(lines) + ',\n  "runs": [\n' + "\n    },\n".join(runs) + "\n    }\n  ]"
    return "{\n" + text + "\n}\n"


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
