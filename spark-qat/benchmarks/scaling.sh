#!/usr/bin/env bash
# scaling.sh [WORKERS]: the driver with 1 to WORKERS (256) simulated workers of another process, which speak the real
# protocol over loopback; the cost model that fits the driver's processor time; and what the model predicts. Needs
# `mvn package` to have run, and 8 GB of memory.
set -euo pipefail

heap=4g "$(dirname "${BASH_SOURCE[0]}")/run.sh" org.sparkqat.distributed.resident.ScalingBenchmark "$@"
