"""Runs a model in ONNX Runtime; for each line 'RUNS' on stdin, prints the median run in ms.

usage: onnx_worker.py MODEL.onnx BATCH THREADS
"""

import statistics
import sys
import time

import numpy
import onnxruntime

WARM_UP = 5


def main():
    model, batch, threads = sys.argv[1:]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(threads)
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, ["CPUExecutionProvider"])
    model_input = session.get_inputs()[0]
    shape = [int(batch), *model_input.shape[1:]]
    feed = {model_input.name: numpy.random.default_rng(42).random(shape, numpy.float32)}

    def run():
        start = time.perf_counter()
        session.run(None, feed)
        return 1000 * (time.perf_counter() - start)

    print(0, flush=True)
    for line in sys.stdin:
        for _ in range(WARM_UP):
            run()
        print(statistics.median(run() for _ in range(int(line))), flush=True)


if __name__ == "__main__":
    main()
