"""Fake quantization, written independently of the engine."""

import numpy as np
import torch

# Distance from a tie that codes of activations, weights and biases keep, in codes; distance of an
# activation from its kink.
MARGINS = {"activation": 2e-4, "weight": 1e-4, "bias": 1e-3, "kink": 2e-5}


class NearTie(Exception):
    """Numbers too close to a tie or a kink: draw them again."""


def codes_of(bits, symmetric, signed):
    half = 2 ** (bits - 1)
    if symmetric:
        return 1 - half, half - 1
    return (-half, half - 1) if signed else (0, 2**bits - 1)


def affine_of(low, high, codes, symmetric):
    """(scale, zero point): the one function from a range."""
    quant_min, quant_max = codes
    low, high = float(np.float32(low)), float(np.float32(high))
    if symmetric:
        scale = max(abs(low), abs(high)) / quant_max
    else:
        scale = (max(high, 0.0) - min(low, 0.0)) / (quant_max - quant_min)
    scale = float(np.float32(scale))
    if scale < 2.0**-126:
        return 1.0, 0
    if symmetric:
        return scale, 0
    zero_point = round(quant_min - min(low, 0.0) / scale)  # Python rounds half to even
    return scale, max(quant_min, min(quant_max, zero_point))


def keep_margin(quotient, low, high, what):
    near = (quotient > low - 1) & (quotient < high + 1)
    distance = ((quotient - torch.floor(quotient)) - 0.5).abs()
    if (near & (distance < MARGINS[what])).any():
        raise NearTie(what)


class Codes(torch.autograd.Function):
    """Code less zero point, with the straight-through gradient; scale has the shape of x or is one."""

    @staticmethod
    def forward(ctx, x, scale, low, high):
        unclamped = torch.round(x / scale)  # half to even
        ctx.save_for_backward((unclamped >= low) & (unclamped <= high), scale)
        return torch.maximum(torch.minimum(unclamped, high), low)

    @staticmethod
    def backward(ctx, diff):
        inside, scale = ctx.saved_tensors
        return diff * inside / scale, None, None, None


def quantize(x, scales, zero_points, codes, axis, what):
    """(codes less zero point, scale per element of the axis, elements outside the codes)."""
    shape = [1] * x.dim()
    shape[axis] = len(scales)
    scale = torch.tensor(scales).reshape(shape)
    zero_point = torch.tensor(zero_points, dtype=torch.float64).reshape(shape)
    low, high = codes[0] - zero_point, codes[1] - zero_point
    quotient = (x / scale).detach()
    keep_margin(quotient, low, high, what)
    outside = (torch.round(quotient) < low) | (torch.round(quotient) > high)
    return Codes.apply(x, scale.expand_as(x), low, high), scale, int(outside.sum())


def minmax(values):
    return [float(values.min()), float(values.max())]
