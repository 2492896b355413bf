"""The networks of the engine's golden files and how they are quantized."""


def conv(name, outputs, kernel, stride=1, padding=0, groups=1, bias=True, inputs=None):
    layer = dict(name=name, type="convolution", outputs=outputs, kernel=kernel, stride=stride)
    layer.update(padding=padding, groups=groups, bias=bias)
    return layer if inputs is None else dict(layer, inputs=inputs)


def fc(name, outputs, bias=True):
    return dict(name=name, type="fully-connected", outputs=outputs, bias=bias)


def bn(name, inputs=None, epsilon=1e-5, momentum=0.1):
    layer = dict(name=name, type="batch-normalization", epsilon=epsilon, momentum=momentum)
    return layer if inputs is None else dict(layer, inputs=inputs)


def plain(name, kind, inputs=None):
    layer = dict(name=name, type=kind)
    return layer if inputs is None else dict(layer, inputs=inputs)


def pool(name, kind, kernel, stride, padding=0):
    return dict(name=name, type=kind, kernel=kernel, stride=stride, padding=padding)


def weights(bits, symmetric, granularity):
    return dict(bits=bits, symmetric=symmetric, granularity=granularity)


def scheme(w, a):
    return dict(weights=weights(*w), activations=weights(*a))


CHANNEL, TENSOR = "per-channel", "per-tensor"
SCHEMES = {
    "w8a8": scheme((8, True, CHANNEL), (8, False, TENSOR)),
    "w8a8-per-tensor-symmetric": scheme((8, True, TENSOR), (8, True, TENSOR)),
    "w4a4-asymmetric": scheme((4, False, CHANNEL), (4, False, TENSOR)),
    "w4a8-per-tensor": scheme((4, False, TENSOR), (8, False, TENSOR)),
    "w2a3": scheme((2, True, CHANNEL), (3, False, TENSOR)),
    "w8a8-per-channel-activations": scheme((8, True, CHANNEL), (8, False, CHANNEL)),
}


def cross_entropy(classes, smoothing=0.0):
    return dict(type="softmax-cross-entropy", classes=classes, labelSmoothing=smoothing)


def squared_error(width):
    return dict(type="mean-squared-error", width=width)


def case(name, about, shape, batch, loss, layers):
    return dict(name=name, about=about, input=shape, layers=layers, batch=batch, loss=loss)


ALL = list(SCHEMES)
CASES = [
    (
        case(
            "lenet",
            "convolution with bias, ReLU, maximum pooling, fully connected",
            [2, 8, 8],
            4,
            cross_entropy(3),
            [
                conv("conv1", 4, 3, padding=1),
                plain("relu1", "relu"),
                pool("pool1", "max-pool", 2, 2),
                conv("conv2", 5, 3),
                plain("relu2", "relu"),
                plain("flatten", "flatten"),
                fc("fc1", 6),
                plain("relu3", "relu"),
                fc("fc2", 3),
            ],
        ),
        ALL,
        None,
    ),
    (
        case(
            "batch-normalization",
            "convolution with and without bias, batch normalization, ReLU; label smoothing",
            [2, 6, 6],
            5,
            cross_entropy(4, 0.1),
            [
                conv("conv1", 5, 3, padding=1, bias=False),
                bn("bn1"),
                plain("relu1", "relu"),
                conv("conv2", 4, 3, stride=2, padding=1),
                bn("bn2", epsilon=0.001, momentum=0.25),
                plain("relu2", "relu"),
                plain("pool", "global-average-pool"),
                plain("flatten", "flatten"),
                fc("fc", 4),
            ],
        ),
        ALL,
        None,
    ),
    (
        case(
            "inverted-residual",
            "pointwise, depthwise with stride 2, batch normalization, ReLU6, linear projection",
            [3, 7, 7],
            4,
            cross_entropy(3),
            [
                conv("expand", 6, 1, bias=False),
                bn("expand.bn"),
                plain("expand.relu", "relu6"),
                conv("depthwise", 6, 3, stride=2, padding=1, groups=6, bias=False),
                bn("depthwise.bn"),
                plain("depthwise.relu", "relu6"),
                conv("project", 4, 1, bias=False),
                bn("project.bn"),
                conv("depthwise2", 4, 3, padding=1, groups=4, bias=False, inputs=["project.bn"]),
                bn("depthwise2.bn"),
                plain("add", "add", ["depthwise2.bn", "project.bn"]),
                plain("pool", "global-average-pool"),
                plain("flatten", "flatten"),
                fc("fc", 3),
            ],
        ),
        ["w8a8", "w4a4-asymmetric", "w8a8-per-tensor-symmetric"],
        None,
    ),
    (
        case(
            "residual",
            "residual block with a 1x1 shortcut, one with the identity; add then ReLU",
            [2, 6, 6],
            4,
            cross_entropy(3, 0.05),
            [
                conv("conv1", 4, 3, padding=1, bias=False),
                bn("bn1"),
                plain("relu1", "relu"),
                conv("conv2", 4, 3, padding=1, bias=False),
                bn("bn2"),
                plain("add1", "add", ["bn2", "relu1"]),
                plain("relu2", "relu"),
                conv("conv3", 5, 3, stride=2, padding=1, bias=False),
                bn("bn3"),
                conv("shortcut", 5, 1, stride=2, bias=False, inputs=["relu2"]),
                bn("shortcut.bn"),
                plain("add2", "add", ["bn3", "shortcut.bn"]),
                plain("relu3", "relu"),
                pool("pool", "average-pool", 3, 1),
                plain("flatten", "flatten"),
                fc("fc", 3, bias=False),
            ],
        ),
        ["w8a8", "w4a8-per-tensor", "w8a8-per-channel-activations"],
        None,
    ),
    (
        case(
            "windows",
            "rectangular kernels, strides and paddings, grouped convolution, overlapping and padded"
            " pools; squared error of two outputs",
            [4, 9, 8],
            3,
            squared_error(2),
            [
                conv("conv1", 6, [3, 5], stride=[2, 1], padding=[1, 2], groups=2),
                plain("relu1", "relu"),
                pool("pool1", "max-pool", 3, 2, 1),
                conv("conv2", 4, [1, 3], stride=[1, 2], padding=[0, 1]),
                pool("pool2", "average-pool", [3, 2], [2, 1], [1, 1]),
                plain("relu2", "relu6"),
                plain("flatten", "flatten"),
                fc("fc", 2),
            ],
        ),
        ["w8a8", "w4a4-asymmetric", "w8a8-per-channel-activations"],
        None,
    ),
    (
        case(
            "regression",
            "vector in, one real number out, batch normalization after a fully connected layer",
            [6],
            8,
            squared_error(1),
            [
                fc("fc1", 7),
                bn("bn1"),
                plain("relu1", "relu"),
                fc("fc2", 5),
                plain("relu2", "relu"),
                fc("fc3", 1),
            ],
        ),
        ["w8a8", "w8a8-per-tensor-symmetric", "w2a3"],
        None,
    ),
    (
        case(
            "standalone",
            "batch normalization and activations that join no layer: on the input, after two"
            " readers, after flatten, two in a row",
            [2, 5, 5],
            4,
            cross_entropy(3),
            [
                bn("bn0"),
                plain("relu0", "relu"),
                conv("conv1", 3, 3, padding=1),
                bn("bn1", inputs=["conv1"]),
                plain("relu1", "relu"),
                plain("add", "add", ["relu1", "conv1"]),
                plain("relu2", "relu"),
                plain("relu3", "relu6"),
                pool("pool", "max-pool", 2, 2),
                plain("flatten", "flatten"),
                plain("relu4", "relu6"),
                fc("fc", 3),
            ],
        ),
        ["w8a8", "w4a4-asymmetric"],
        None,
    ),
    (
        case(
            "zero-gamma",
            "a channel whose gamma is 0",
            [2, 5, 5],
            4,
            cross_entropy(3),
            [
                conv("conv1", 3, 3, padding=1, bias=False),
                bn("bn1"),
                plain("relu1", "relu"),
                plain("pool", "global-average-pool"),
                plain("flatten", "flatten"),
                fc("fc", 3),
            ],
        ),
        ["w8a8", "w4a8-per-tensor"],
        "bn1.gamma",
    ),
    (
        case(
            "fully-convolutional",
            "an output that passes through flatten",
            [2, 6, 6],
            3,
            cross_entropy(3),
            [
                conv("conv1", 4, 3, stride=2, padding=1),
                plain("relu1", "relu"),
                conv("conv2", 3, 1),
                plain("pool", "global-average-pool"),
                plain("flatten", "flatten"),
            ],
        ),
        ["w8a8", "w4a4-asymmetric"],
        None,
    ),
    (
        case(
            "functions",
            "each activation function behind a layer with codes of its own; one behind another, with"
            " a rectifier, on the input; concatenation of images and of vectors, of one layer twice",
            [2, 5, 4],
            4,
            cross_entropy(3),
            [
                plain("tanh0", "tanh"),
                conv("conv1", 4, 3, padding=1, bias=False),
                bn("bn1"),
                plain("swish", "hard-swish"),
                conv("conv2", 3, 3, padding=1, inputs=["tanh0"]),
                plain("silu", "silu"),
                plain("joined", "concatenate", ["swish", "silu", "input", "swish"]),
                bn("bn2"),
                plain("sigmoid", "sigmoid"),
                conv("conv3", 4, 3, stride=2),
                plain("hard", "hard-sigmoid"),
                plain("relu", "relu"),
                plain("pool", "global-average-pool"),
                plain("flatten", "flatten"),
                fc("fc1", 4),
                plain("tanh", "tanh"),
                plain("vectors", "concatenate", ["tanh", "flatten"]),
                fc("fc2", 3),
            ],
        ),
        ["w8a8", "w4a4-asymmetric", "w8a8-per-tensor-symmetric", "w8a8-per-channel-activations"],
        None,
    ),
    (
        case(
            "squeeze-excite",
            "channels weighed by a gate of fully connected layers, and by one of convolutions; a"
            " product of vectors",
            [2, 6, 6],
            4,
            cross_entropy(3),
            [
                conv("conv1", 6, 3, padding=1, bias=False),
                bn("bn1"),
                plain("swish", "hard-swish"),
                plain("se.pool", "global-average-pool"),
                plain("se.flatten", "flatten"),
                fc("se.fc1", 3),
                plain("se.relu", "relu"),
                fc("se.fc2", 6),
                plain("se.gate", "hard-sigmoid"),
                plain("se", "multiply", ["swish", "se.gate"]),
                conv("conv2", 5, 3, stride=2, bias=False),
                bn("bn2"),
                plain("pool", "global-average-pool"),
                conv("squeeze", 5, 1),
                plain("gate", "sigmoid"),
                plain("scaled", "multiply", ["bn2", "gate"]),
                plain("relu", "relu"),
                plain("pool2", "global-average-pool"),
                plain("flatten", "flatten"),
                plain("flatten2", "flatten", ["gate"]),
                plain("product", "multiply", ["flatten", "flatten2"]),
                fc("fc", 3),
            ],
        ),
        ["w8a8", "w4a4-asymmetric", "w8a8-per-channel-activations"],
        None,
    ),
]
