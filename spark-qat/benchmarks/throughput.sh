#!/usr/bin/env bash
# throughput.sh [MASTER...]: steps of resnet20 in QAT with two tasks, against the same steps by two threads without
# Spark, in turn. Needs `mvn package` to have run.
#
#   spark-qat/benchmarks/throughput.sh 'local[2]' 'local-cluster[2,1,2048]'
set -euo pipefail

(($#)) || set -- 'local[2]' 'local-cluster[2,1,2048]'
for master in "$@"; do
  "$(dirname "${BASH_SOURCE[0]}")/run.sh" org.sparkqat.distributed.ThroughputBenchmark "$master"
done
