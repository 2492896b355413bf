#!/usr/bin/env bash
# run.sh CLASS [ARGUMENT...]: runs a benchmark of the test sources with Spark. Needs `mvn package` to have run.
# `heap` in the environment: -Xmx of the driver, 2g by default.
set -euo pipefail

root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
module=$root/spark-qat

options=()
for package in java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent \
  java.util.concurrent.atomic jdk.internal.ref sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar; do
  options+=(--add-opens "java.base/$package=ALL-UNNAMED")
done

export SPARK_HOME=$root/target/spark-runtime SPARK_SCALA_VERSION=2.13 SPARK_LOCAL_IP=127.0.0.1
SPARK_WORKER_DIR=$(mktemp -d)
export SPARK_WORKER_DIR
trap 'rm -rf "$SPARK_WORKER_DIR"' EXIT
"${JAVA_HOME:+$JAVA_HOME/bin/}java" "${options[@]}" "-Xmx${heap:-2g}" -Dio.netty.tryReflectionSetAccessible=true \
  -Dlog4j2.configurationFile="$root/conf/log4j2.properties" \
  -cp "$module/target/test-classes:$module/target/spark-qat_2.13-0.1.0.jar:$SPARK_HOME/jars/*" "$@"
