"""The networks of the zoo in PyTorch, layer for layer, in a form that eager fused QAT can prepare."""

import warnings

from torch import nn
from torch.ao.nn.quantized import FloatFunctional
from torch.ao.quantization import (
    DeQuantStub,
    QuantStub,
    fuse_modules_qat,
    get_default_qat_qconfig,
    prepare_qat,
)


class Step(nn.Sequential):
    """Convolution, batch normalization and, unless linear, ReLU."""

    def __init__(self, inputs, outputs, kernel, stride=1, groups=1, relu=True):
        padding = kernel // 2
        layers = [
            nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False),
            nn.BatchNorm2d(outputs),
        ]
        super().__init__(*layers, *([nn.ReLU(inplace=True)] if relu else []))

    def fuse(self):
        fuse_modules_qat(self, [str(i) for i in range(len(self))], inplace=True)


class Residual(nn.Module):
    """The block of a CIFAR ResNet, with a 1x1 shortcut where the shape changes."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = Step(inputs, outputs, 3, stride)
        self.conv2 = Step(outputs, outputs, 3, relu=False)
        self.shortcut = None
        if stride != 1 or inputs != outputs:
            self.shortcut = Step(inputs, outputs, 1, stride, relu=False)
        self.add = FloatFunctional()

    def forward(self, x):
        shortcut = x if self.shortcut is None else self.shortcut(x)
        return self.add.add_relu(self.conv2(self.conv1(x)), shortcut)


class Inverted(nn.Module):
    """The block of MobileNetV2. ReLU stands for ReLU6, as in torchvision's quantizable models."""

    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        hidden = inputs * expansion
        steps = [Step(inputs, hidden, 1)] if expansion != 1 else []
        steps.append(Step(hidden, hidden, 3, stride, groups=hidden))
        steps.append(Step(hidden, outputs, 1, relu=False))
        self.steps = nn.Sequential(*steps)
        self.add = FloatFunctional() if stride == 1 and inputs == outputs else None

    def forward(self, x):
        y = self.steps(x)
        return y if self.add is None else self.add.add(y, x)


class Dense(nn.Sequential):
    """A fully connected layer with ReLU."""

    def __init__(self, inputs, outputs):
        super().__init__(nn.Linear(inputs, outputs), nn.ReLU(inplace=True))

    def fuse(self):
        fuse_modules_qat(self, ["0", "1"], inplace=True)


def resnet(depth):
    blocks = []
    channels = 16
    for width in (16, 32, 64):
        for _ in range((depth - 2) // 6):
            blocks.append(Residual(channels, width, 1 if width == channels else 2))
            channels = width
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)]
    return nn.Sequential(Step(3, 16, 3), *blocks, *head)


def vgg_small():
    layers = []
    channels = 3
    for width in (128, 256, 512):
        layers += [Step(channels, width, 3), Step(width, width, 3), nn.MaxPool2d(2)]
        channels = width
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(512 * 4 * 4, 10))


def mobilenetv2_cifar():
    stages = [
        (1, 16, 1, 1),
        (6, 24, 2, 1),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ]
    layers = [Step(3, 32, 3)]
    channels = 32
    for expansion, width, repetitions, stride in stages:
        for i in range(repetitions):
            layers.append(Inverted(channels, width, stride if i == 0 else 1, expansion))
            channels = width
    layers += [Step(320, 1280, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, 10)]
    return nn.Sequential(*layers)


def mlp():
    return nn.Sequential(nn.Flatten(), Dense(784, 1024), Dense(1024, 1024), nn.Linear(1024, 10))


# name: network, shape of an example, examples of a step
NETWORKS = {
    "resnet20": (lambda: resnet(20), (3, 32, 32), 64),
    "resnet56": (lambda: resnet(56), (3, 32, 32), 64),
    "vgg-small": (vgg_small, (3, 32, 32), 64),
    "mobilenetv2-cifar": (mobilenetv2_cifar, (3, 32, 32), 64),
    "mlp": (mlp, (1, 28, 28), 256),
}


def prepared(network):
    """Eager fused QAT: per-channel weights, moving-average observers, fused fake quantization."""
    network.train()
    for module in network.modules():
        if hasattr(module, "fuse"):
            module.fuse()
    quantized = nn.Sequential(QuantStub(), network, DeQuantStub())
    with warnings.catch_warnings():
        # Deprecations inside PyTorch.
        warnings.simplefilter("ignore")
        quantized.qconfig = get_default_qat_qconfig("x86")
        return prepare_qat(quantized.train())
