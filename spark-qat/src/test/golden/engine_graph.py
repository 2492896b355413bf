"""A network as the engine sees it: blocks, and the order of its parameters."""

import math

import torch
import torch.nn.functional as F

ACTIVATIONS = ("relu", "relu6")
FUNCTIONS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "hard-sigmoid": F.hardsigmoid,
    "hard-swish": F.hardswish,
    "silu": F.silu,
}
PASSING = ("max-pool", "flatten")
WEIGHTED = ("convolution", "fully-connected")


def pair(value):
    return tuple(value) if isinstance(value, list) else (value, value)


class Block:
    """A layer with the batch normalization and the activation joined to it."""

    def __init__(self, layer, inputs):
        self.layer, self.inputs = layer, inputs
        self.name, self.kind = layer["name"], layer["type"]
        self.norm = layer if self.kind == "batch-normalization" else None
        self.activation = self.kind if self.kind in ACTIVATIONS else None

    def passes(self):
        return self.kind in PASSING and self.activation is None

    def takes(self, layer):
        if self.activation or self.passes():
            return False
        if layer["type"] == "batch-normalization":
            return self.kind in WEIGHTED and self.norm is None
        return layer["type"] in ACTIVATIONS


def blocks_of(layers):
    sources, before = {}, "input"
    for layer in layers:
        sources[layer["name"]] = layer.get("inputs", [before])
        before = layer["name"]
    readers = [source for names in sources.values() for source in names]
    blocks, at = [], {"input": None}
    for layer in layers:
        inputs = sources[layer["name"]]
        into = at[inputs[0]]
        if into is not None and readers.count(inputs[0]) == 1 and into.takes(layer):
            if layer["type"] == "batch-normalization":
                into.norm = layer
            else:
                into.activation = layer["type"]
            at[layer["name"]] = into
        else:
            block = Block(layer, [at[name] for name in inputs])
            blocks.append(block)
            at[layer["name"]] = block
    return blocks


def shapes_of(case):
    """Shape of each layer's input, from a run with zeros."""
    shapes, values, before = {}, {"input": torch.zeros(1, *case["input"])}, "input"
    for layer in case["layers"]:
        inputs = [values[name] for name in layer.get("inputs", [before])]
        shapes[layer["name"]] = tuple(inputs[0].shape[1:])
        kind = layer["type"]
        if kind == "convolution":
            channels = inputs[0].shape[1] // layer["groups"]
            weight = torch.zeros(layer["outputs"], channels, *pair(layer["kernel"]))
            value = convolve(layer, inputs[0], weight)
        elif kind == "fully-connected":
            value = torch.zeros(1, layer["outputs"])
        elif kind == "concatenate":
            value = torch.cat(inputs, 1)
        elif kind in ACTIVATIONS + tuple(FUNCTIONS) + ("batch-normalization", "add", "multiply"):
            value = inputs[0]
        else:
            value = spatial(layer, inputs[0])
        before = layer["name"]
        values[before] = value
    return shapes


def layout_of(case):
    """(name, shape) of the parameters and of the statistics, in the engine's order."""
    parameters, statistics, shapes = [], [], shapes_of(case)
    for layer in case["layers"]:
        name, channels = layer["name"], shapes[layer["name"]][0]
        if layer["type"] == "convolution":
            kernel = pair(layer["kernel"])
            parameters.append(
                (name + ".weight", (layer["outputs"], channels // layer["groups"], *kernel))
            )
        if layer["type"] == "fully-connected":
            parameters.append((name + ".weight", (layer["outputs"], channels)))
        if layer["type"] in WEIGHTED and layer["bias"]:
            parameters.append((name + ".bias", (layer["outputs"],)))
        if layer["type"] == "batch-normalization":
            parameters += [(name + ".gamma", (channels,)), (name + ".beta", (channels,))]
            statistics += [(name + ".mean", (channels,)), (name + ".variance", (channels,))]
    return parameters, statistics


def convolve(layer, x, weight):
    if layer["type"] == "fully-connected":
        return F.linear(x, weight)
    return F.conv2d(
        x,
        weight,
        stride=pair(layer["stride"]),
        padding=pair(layer["padding"]),
        groups=layer["groups"],
    )


def spatial(layer, x):
    if layer["type"] == "flatten":
        return x.flatten(1)
    if layer["type"] == "global-average-pool":
        return x.mean((2, 3), keepdim=True)
    window = dict(stride=pair(layer["stride"]), padding=pair(layer["padding"]))
    if layer["type"] == "max-pool":
        return F.max_pool2d(x, pair(layer["kernel"]), **window)
    return F.avg_pool2d(x, pair(layer["kernel"]), count_include_pad=False, **window)
