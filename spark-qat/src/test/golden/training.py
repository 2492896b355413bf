"""Golden numbers of losses, optimizers, clipping, schedules and batch-norm statistics.

Written by PyTorch 2.13.0 (CPU) with NumPy 2.4.6 on Python 3.11:

    pip install torch==2.13.0 numpy==2.4.6
    python spark-qat/src/test/golden/training.py

Writes spark-qat/src/test/resources/golden/training.json. Every number is a float32 value, except
losses and learning rates, which are float64. The layout has two parameters: 'fc.weight' [3, 4],
which decays, and 'fc.bias' [3], which does not.
"""

import json
import pathlib

import torch
from torch.nn import functional

OUT = pathlib.Path(__file__).parent.parent / "resources" / "golden" / "training.json"
STEPS = 5


def flat(*tensors):
    return [value for tensor in tensors for value in tensor.detach().double().flatten().tolist()]


def gradients(generator):
    return [
        (torch.randn(3, 4, generator=generator), torch.randn(3, generator=generator))
        for _ in range(STEPS)
    ]


def optimizer_case(name, make, learning_rate):
    """Five steps with given gradients; the parameters after each."""
    generator = torch.Generator().manual_seed(7)
    weight = torch.randn(3, 4, generator=generator).requires_grad_()
    bias = torch.randn(3, generator=generator).requires_grad_()
    start = flat(weight, bias)
    optimizer = make(weight, bias, learning_rate)
    given, after = gradients(generator), []
    for weight.grad, bias.grad in given:
        optimizer.step()
        after.append(flat(weight, bias))
    return {
        "name": name,
        "learningRate": learning_rate,
        "start": start,
        "gradients": [flat(*pair) for pair in given],
        "after": after,
    }


def groups(weight, bias, decay):
    return [{"params": [weight], "weight_decay": decay}, {"params": [bias], "weight_decay": 0.0}]


def optimizers():
    def sgd(momentum, nesterov, decay):
        return lambda w, b, lr: torch.optim.SGD(
            groups(w, b, decay), lr=lr, momentum=momentum, nesterov=nesterov, foreach=False
        )

    def adam(kind, decay):
        return lambda w, b, lr: kind(
            groups(w, b, decay), lr=lr, betas=(0.9, 0.999), eps=1e-8, foreach=False
        )

    return [
        optimizer_case("sgd", sgd(0.0, False, 0.01), 0.1),
        optimizer_case("sgd-momentum", sgd(0.9, False, 0.01), 0.1),
        optimizer_case("sgd-nesterov", sgd(0.9, True, 0.01), 0.1),
        optimizer_case("adam", adam(torch.optim.Adam, 0.01), 0.05),
        optimizer_case("adamw", adam(torch.optim.AdamW, 0.1), 0.05),
    ]


def cross_entropies():
    cases = []
    for smoothing in (0.0, 0.1):
        generator = torch.Generator().manual_seed(11)
        outputs = (3 * torch.randn(5, 4, generator=generator)).requires_grad_()
        labels = torch.tensor([0, 3, 2, 1, 3])
        loss = functional.cross_entropy(outputs.double(), labels, label_smoothing=smoothing)
        loss.backward()
        cases.append(
            {
                "smoothing": smoothing,
                "outputs": flat(outputs),
                "labels": labels.tolist(),
                "loss": loss.item(),
                "gradient": flat(outputs.grad),
                "plainSum": functional.cross_entropy(
                    outputs.double(), labels, reduction="sum"
                ).item(),
            }
        )
    return cases


def mean_squared_error():
    generator = torch.Generator().manual_seed(13)
    outputs = torch.randn(5, 3, generator=generator).requires_grad_()
    values = torch.randn(5, 3, generator=generator)
    loss = functional.mse_loss(outputs.double(), values.double())
    loss.backward()
    return {
        "width": 3,
        "outputs": flat(outputs),
        "values": flat(values),
        "loss": loss.item(),
        "gradient": flat(outputs.grad),
    }


def clippings():
    generator = torch.Generator().manual_seed(17)
    weight = 0.1 * torch.randn(3, 4, generator=generator)
    weight[2] = 0
    bias = torch.randn(3, generator=generator)
    grads = torch.randn(3, 4, generator=generator), torch.randn(3, generator=generator)

    def clipped(clip):
        parameters = [torch.nn.Parameter(weight.clone()), torch.nn.Parameter(bias.clone())]
        for parameter, gradient in zip(parameters, grads):
            parameter.grad = gradient.clone()
        clip(parameters)
        return flat(*[parameter.grad for parameter in parameters])

    def adaptive(parameters, ratio=0.01, epsilon=1e-3):
        """Algorithm of arXiv 2102.06171, equation 3, for the rows of the weight."""
        kernel = parameters[0]
        largest = ratio * kernel.data.norm(dim=1, keepdim=True).clamp_min(epsilon)
        norm = kernel.grad.norm(dim=1, keepdim=True)
        kernel.grad *= torch.where(norm > largest, largest / norm, torch.ones_like(norm))

    return {
        "parameters": flat(weight, bias),
        "gradient": flat(*grads),
        "norm": clipped(lambda p: torch.nn.utils.clip_grad_norm_(p, 0.5)),
        "value": clipped(lambda p: torch.nn.utils.clip_grad_value_(p, 0.5)),
        "adaptive": clipped(adaptive),
    }


def schedules():
    def rates(make, steps, base=0.1):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
        schedule = make(optimizer)
        found = []
        for _ in range(steps):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        return found

    schedule = torch.optim.lr_scheduler
    return {
        # Rate at epochs 0 ... 10 of 10, falling from 0.1 to 0.001.
        "cosine": rates(lambda o: schedule.CosineAnnealingLR(o, T_max=10, eta_min=0.001), 11),
        # Rate at epochs 0 ... 9, times 0.2 at epochs 3 and 6.
        "steps": rates(lambda o: schedule.MultiStepLR(o, milestones=[3, 6], gamma=0.2), 10),
        # Rate at epochs 0 ... 21 of 21, the top of 0.1 at epoch 6, start 0.1 / 25, end 0.1 / 1e4.
        "oneCycle": rates(
            lambda o: schedule.OneCycleLR(
                o, max_lr=0.1, total_steps=22, pct_start=7 / 22, div_factor=25, final_div_factor=400
            ),
            22,
        ),
    }


def batch_norm():
    generator = torch.Generator().manual_seed(19)
    norm = torch.nn.BatchNorm2d(2, momentum=0.1)
    batches, after = [], []
    for _ in range(3):
        batch = 2 * torch.randn(4, 2, 3, 3, generator=generator) + 1
        norm(batch)
        batches.append(
            {
                "sums": flat(batch.double().sum((0, 2, 3)), batch.double().square().sum((0, 2, 3))),
                "count": batch.numel() // 2,
            }
        )
        after.append(flat(norm.running_mean, norm.running_var))
    return {"batches": batches, "after": after}


if __name__ == "__main__":
    golden = {
        "versions": {"torch": torch.__version__},
        "optimizers": optimizers(),
        "crossEntropy": cross_entropies(),
        "meanSquaredError": mean_squared_error(),
        "clipping": clippings(),
        "schedules": schedules(),
        "batchNorm": batch_norm(),
    }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(golden, indent=1) + "\n")
