"""Trains one network in PyTorch; for each line 'STEPS' on stdin, prints the median step in ms.

usage: torch_worker.py NETWORK float|qat contiguous|channels-last THREADS
"""

import statistics
import sys
import time

import torch

from networks import NETWORKS, prepared

WARM_UP = 3


def kept_for_backward(network, examples, labels):
    """Bytes that autograd keeps from forward to backward, parameters apart."""
    own = {p.untyped_storage().data_ptr() for p in network.parameters()}
    kept = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = torch.nn.functional.cross_entropy(network(examples), labels)
    loss.backward()
    return sum(kept.values())


def main():
    name, mode, layout, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.manual_seed(42)
    make, shape, batch = NETWORKS[name]
    network = make().train()
    network = prepared(network) if mode == "qat" else network
    examples = (torch.rand(batch, *shape) - 0.5) / 0.25
    labels = torch.randint(10, (batch,))
    if layout == "channels-last":
        network = network.to(memory_format=torch.channels_last)
        examples = examples.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.001, momentum=0.9, weight_decay=1e-4)

    def step():
        start = time.perf_counter()
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(network(examples), labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5)
        optimizer.step()
        return 1000 * (time.perf_counter() - start)

    step()
    print(kept_for_backward(network, examples, labels), flush=True)
    for line in sys.stdin:
        for _ in range(WARM_UP):
            step()
        print(statistics.median(step() for _ in range(int(line))), flush=True)


if __name__ == "__main__":
    main()
