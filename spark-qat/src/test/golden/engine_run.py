"""One micro-batch, forward and backward, by PyTorch in float64."""

import numpy as np
import torch
import torch.nn.functional as F

from engine_graph import ACTIVATIONS, FUNCTIONS, WEIGHTED, blocks_of, convolve, spatial
from engine_quantization import (
    MARGINS,
    Codes,
    NearTie,
    affine_of,
    codes_of,
    keep_margin,
    minmax,
    quantize,
)

SMALLEST_GAMMA = 2.0**-24

REASON_FLOAT = "float32 sums in another order than these float64 ones"
REASON_QUANTIZED = "codes are equal; scales, normalization and gradients are float32 in the engine"

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def per_channel(values, like):
    return values.reshape(1, -1, *([1] * (like.dim() - 2)))


class Run:
    """One forward and backward of a case in one arithmetic and one kind of normalization."""

    def __init__(self, case, parameters, statistics, quantized, batch, scheme=None, ranges=None):
        self.case, self.quantized, self.batch = case, quantized, batch
        self.scheme, self.ranges = scheme, ranges
        self.parameters = {k: v.clone().requires_grad_(True) for k, v in parameters.items()}
        self.statistics = {k: v.clone() for k, v in statistics.items()}
        self.observed, self.saturated = {}, 0
        self.batch_statistics, self.counts = {}, {}

    # Every value is (data, scale or None when it is real).

    def real(self, value):
        data, scale = value
        return data if scale is None else data * scale

    def point(self, name, x):
        per_slot = self.quantized and self.scheme["activations"]["granularity"] == "per-channel"
        slots = x.unbind(1) if per_slot else [x]
        self.observed[name] = [minmax(slot.detach()) for slot in slots]
        if not self.quantized:
            return x, None
        by = self.scheme["activations"]
        codes = codes_of(by["bits"], by["symmetric"], signed=False)
        affines = [affine_of(*slot, codes, by["symmetric"]) for slot in self.ranges[name]]
        scales, zero_points = zip(*affines)
        data, scale, outside = quantize(x, scales, zero_points, codes, 1, "activation")
        self.saturated += outside
        # Per channel there is no single unit to count in: the values go on as real numbers.
        return (data * scale, None) if per_slot else (data, scales[0])

    def keep_from_kinks(self, x, kinks):
        for kink in kinks:
            distance = (x.detach() - kink).abs()
            # Exactly 0 is 0 in every arithmetic.
            if ((distance < MARGINS["kink"]) & (distance > 0)).any():
                raise NearTie("kink")

    def activate(self, kind, x):
        self.keep_from_kinks(x, [0.0] if kind == "relu" else [0.0, 6.0])
        return F.relu(x) if kind == "relu" else F.relu6(x)

    def factor(self, norm):
        """gamma' / sigma_running."""
        gamma = self.parameters[norm["name"] + ".gamma"]
        small = gamma.detach().abs() < SMALLEST_GAMMA
        raised = torch.copysign(torch.tensor(SMALLEST_GAMMA), gamma.detach())
        gamma = torch.where(small, raised, gamma)
        variance = self.statistics[norm["name"] + ".variance"]
        return gamma / torch.sqrt(variance + norm["epsilon"])

    def normalize(self, norm, x):
        """With batch statistics, which are recorded."""
        name = norm["name"]
        dims = [d for d in range(x.dim()) if d != 1]
        variance, mean = torch.var_mean(x.detach(), dims, correction=0)
        self.batch_statistics[name + ".mean"] = mean
        self.batch_statistics[name + ".variance"] = variance
        self.counts[name] = x.numel() // x.shape[1]
        new_mean = self.statistics[name + ".mean"].clone()
        new_variance = self.statistics[name + ".variance"].clone()
        y = F.batch_norm(
            x,
            new_mean,
            new_variance,
            self.parameters[name + ".gamma"],
            self.parameters[name + ".beta"],
            training=True,
            momentum=norm["momentum"],
            eps=norm["epsilon"],
        )
        self.new_statistics[name + ".mean"] = new_mean
        self.new_statistics[name + ".variance"] = new_variance
        return y

    def weighted(self, block, value):
        name, norm = block.name, block.norm
        weight = self.parameters[name + ".weight"]
        bias = self.parameters.get(name + ".bias", torch.zeros(weight.shape[0]))
        uses_batch = norm is not None and self.batch
        factor = torch.ones(weight.shape[0])
        if norm is not None and (self.quantized or not uses_batch):
            factor = self.factor(norm).detach() if uses_batch else self.factor(norm)
        folded = weight * factor.reshape(-1, *([1] * (weight.dim() - 1)))
        if norm is not None and not uses_batch:
            mean = self.statistics[norm["name"] + ".mean"]
            bias = self.parameters[norm["name"] + ".beta"] + (bias - mean) * factor
        data, scale = value
        unit = torch.ones(weight.shape[0])
        if self.quantized:
            folded, unit = self.weight_codes(folded)
        if scale is not None:
            unit = (unit.float() * np.float32(scale)).double()  # a float32 product
            if not uses_batch:
                # Straight through: 2^31 codes are never left.
                limit = torch.full_like(unit, 2.0**31 - 1)
                keep_margin((bias / unit).detach(), -limit, limit, "bias")
                bias = Codes.apply(bias, unit, -limit, limit) * unit
        out = convolve(block.layer, data, folded)
        real = out * per_channel(unit, out)
        if uses_batch:
            real = real / per_channel(factor, out) + per_channel(bias, out)
            return self.normalize(norm, real)
        return real + per_channel(bias, out)

    def weight_codes(self, weight):
        by = self.scheme["weights"]
        codes = codes_of(by["bits"], by["symmetric"], signed=True)
        rows = weight.detach() if by["granularity"] == "per-channel" else [weight.detach()]
        affines = [affine_of(*minmax(row), codes, by["symmetric"]) for row in rows]
        if len(affines) == 1:
            affines = affines * weight.shape[0]
        scales, zero_points = zip(*affines)
        data, _, _ = quantize(weight, scales, zero_points, codes, 0, "weight")
        return data, torch.tensor(scales)

    def compute(self, block, values):
        """The block's real output before quantization."""
        inputs = [values[source] for source in block.inputs]
        if block.kind in WEIGHTED:
            out = self.weighted(block, inputs[0])
        elif block.kind == "add":
            out = self.real(inputs[0]) + self.real(inputs[1])
        elif block.kind == "concatenate":
            out = torch.cat([self.real(value) for value in inputs], 1)
        elif block.kind == "multiply":
            x, gate = self.real(inputs[0]), self.real(inputs[1])
            out = x * gate.reshape(gate.shape[:2] + (1,) * (x.dim() - 2))
        elif block.kind in FUNCTIONS:
            x = self.real(inputs[0])
            self.keep_from_kinks(x, [-3.0, 3.0] if block.kind.startswith("hard") else [])
            out = FUNCTIONS[block.kind](x)
        elif block.kind == "batch-normalization" and self.batch:
            out = self.normalize(block.norm, self.real(inputs[0]))
        elif block.kind == "batch-normalization":
            x, name = self.real(inputs[0]), block.name
            factor = self.factor(block.norm)
            shift = self.parameters[name + ".beta"] - self.statistics[name + ".mean"] * factor
            out = x * per_channel(factor, x) + per_channel(shift, x)
        elif block.kind in ACTIVATIONS:
            out = self.real(inputs[0])
        else:
            out = spatial(block.layer, self.real(inputs[0]))
        return self.activate(block.activation, out) if block.activation else out

    def forward(self):
        case = self.case
        self.new_statistics = {}
        x = torch.tensor(case["inputs"]).reshape(case["batch"], *case["input"])
        offset = torch.tensor(case["normalization"]["offset"])
        factor = torch.tensor(case["normalization"]["factor"])
        x = (x - per_channel(offset, x)) * per_channel(factor, x)
        values = {None: self.point("input", x)}
        blocks = blocks_of(case["layers"])
        last_computing = [block for block in blocks if not block.passes()][-1]
        for block in blocks:
            if block.passes():
                data, scale = values[block.inputs[0]]
                values[block] = spatial(block.layer, data), scale
            elif block is last_computing:
                values[block] = self.compute(block, values), None
            else:
                values[block] = self.point(block.name, self.compute(block, values))
        return self.real(values[blocks[-1]])

    def result(self, name):
        outputs = self.forward()
        loss = loss_of(self.case, outputs)
        loss.backward()
        run = dict(
            name=name,
            arithmetic="QUANTIZED" if self.quantized else "FLOAT",
            normalization="BATCH" if self.batch else "RUNNING",
            tolerance=5e-6,
            reason=REASON_QUANTIZED if self.quantized else REASON_FLOAT,
        )
        if self.quantized:
            run.update(scheme=self.scheme, ranges=self.ranges)
        run.update(outputs=rounded(outputs), loss=float(loss.detach()))
        run["gradient"] = {k: rounded(v.grad) for k, v in self.parameters.items()}
        run["observed"] = {k: [significant(s) for s in v] for k, v in self.observed.items()}
        if self.quantized:
            run["saturated"] = self.saturated
        if self.batch:
            run["batchStatistics"] = {k: rounded(v) for k, v in self.batch_statistics.items()}
            run["counts"] = self.counts
            run["newStatistics"] = {k: rounded(v) for k, v in self.new_statistics.items()}
        return run


def loss_of(case, outputs):
    loss = case["loss"]
    if loss["type"] == "softmax-cross-entropy":
        labels = torch.tensor(loss["labels"])
        return F.cross_entropy(outputs, labels, label_smoothing=loss["labelSmoothing"])
    targets = torch.tensor(loss["targets"]).reshape(outputs.shape)
    return F.mse_loss(outputs, targets)


def significant(values):
    """Ten significant digits: more than the tolerances ask for."""
    return [float(f"{value:.10g}") for value in values]


def rounded(tensor):
    return significant(tensor.detach().flatten().tolist())
