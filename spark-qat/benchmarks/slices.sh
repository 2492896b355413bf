#!/usr/bin/env bash
# slices.sh [MASTER...]: what a step costs, and what of it the driver, when the driver merges gradients and when the
# workers do so by slices, with 16 MiB and 100 MB of parameters. Needs `mvn package` to have run.
#
#   spark-qat/benchmarks/slices.sh 'local-cluster[2,1,3072]'
set -euo pipefail

(($#)) || set -- 'local-cluster[2,1,3072]'
export heap=${heap:-4g}
for master in "$@"; do
  "$(dirname "${BASH_SOURCE[0]}")/run.sh" org.sparkqat.distributed.SlicesBenchmark "$master" 5276 31447
done
