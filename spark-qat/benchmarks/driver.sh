#!/usr/bin/env bash
# driver.sh: what the driver does with the gradients of 25 million parameters from 8 workers, against the time to read
# them once. Needs `mvn package` to have run, and 5 GB of memory.
set -euo pipefail

heap=5g "$(dirname "${BASH_SOURCE[0]}")/run.sh" org.sparkqat.distributed.DriverBenchmark
