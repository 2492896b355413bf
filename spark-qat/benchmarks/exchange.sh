#!/usr/bin/env bash
# exchange.sh [MASTER...]: what a step costs beside its computation, with resident workers and with a Spark job a
# step, and what a message costs by plugin RPC and by Spark's network. Needs `mvn package` to have run.
#
#   spark-qat/benchmarks/exchange.sh 'local[2]' 'local-cluster[2,1,1024]'
set -euo pipefail

(($#)) || set -- 'local[2]' 'local-cluster[2,1,1024]'
for master in "$@"; do
  "$(dirname "${BASH_SOURCE[0]}")/run.sh" org.sparkqat.distributed.resident.ExchangeBenchmark "$master"
done
