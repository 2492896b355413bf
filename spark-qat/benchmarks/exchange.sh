#!/usr/bin/env bash
# exchange.sh [MASTER...]: what a step costs beside its computation, with resident workers and with a Spark job a
# step, and what a message costs by plugin RPC and by Spark's network. Needs `mvn package` to have run.
#
#   spark-qat/benchmarks/exchange.sh 'local[2]' 'local-cluster[2,1,1024]'
set -euo pipefail

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
module=$root/spark-qat
(($#)) || set -- 'local[2]' 'local-cluster[2,1,1024]'

options=()
for package in java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent \
  java.util.concurrent.atomic jdk.internal.ref sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar; do
  options+=(--add-opens "java.base/$package=ALL-UNNAMED")
done

export SPARK_HOME=$root/target/spark-runtime SPARK_SCALA_VERSION=2.13 SPARK_LOCAL_IP=127.0.0.1
SPARK_WORKER_DIR=$(mktemp -d)
export SPARK_WORKER_DIR
trap 'rm -rf "$SPARK_WORKER_DIR"' EXIT
for master in "$@"; do
  "${JAVA_HOME:+$JAVA_HOME/bin/}java" "${options[@]}" -Xmx2g -Dio.netty.tryReflectionSetAccessible=true \
    -Dlog4j2.configurationFile="$root/conf/log4j2.properties" \
    -cp "$module/target/test-classes:$module/target/spark-qat_2.13-0.1.0.jar:$SPARK_HOME/jars/*" \
    org.sparkqat.distributed.ExchangeBenchmark "$master"
done
