#!/usr/bin/env bash
# clipping.sh: what gradient clipping does for the stability of 2-bit QAT. LeNet-5 on the sample of MNIST, 2-bit weights
# and activations of learned range in all layers, 4 QAT epochs from one float network; each way of clipping at learning
# rates that work, that are high, and that are too high, with three seeds: 63 runs, a quarter of an hour on 2 idle cores.
# Prints the mean and the lowest accuracy of each, and how many runs diverged.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly OUT=${1:-target/clipping}
readonly RATES=(0.05 0.2 0.5)
readonly SEEDS=(1 2 3)
readonly WAYS=(
  "none"
  "shard-norm 5|clip.shard-norm=5"
  "shard-norm 1|clip.shard-norm=1"
  "value 0.1|clip.value=0.1"
  "adaptive 0.05|clip.adaptive=0.05"
  "global-norm 1|clip.global-norm=1"
  "shard-norm 1, ranges 0.1|clip.shard-norm=1|ranges"
)

train() {
  # Only the first compiler: most of so short a run would be compiling.
  ./submit-scripts/spark-qat --driver-memory 2g --conf spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1 \
    train --config conf/mnist-lenet5-int8.yaml --set training.clip.shard-norm=0 "$@"
}

field() {
  sed -n "s/^  \"$1\" : \([0-9.]*\),\{0,1\}\$/\1/p" "$2"
}

mkdir -p "$OUT"
if [[ ! -e $OUT/float/summary.json ]]; then
  train --set training.float-epochs=6 --set training.qat-epochs=0 --set output.path="$OUT/float" >"$OUT/float.log" 2>&1
fi
printf '%-26s %5s  %8s  %8s  %s\n' clipping rate mean lowest diverged
for rate in "${RATES[@]}"; do
  for way in "${WAYS[@]}"; do
    IFS='|' read -r name clip ranges <<<"$way"
    accuracies=()
    diverged=0
    for seed in "${SEEDS[@]}"; do
      run="$OUT/${name//[ ,]/-}-$rate-$seed"
      if [[ ! -e $run/summary.json ]]; then
        train --set model.weights="$OUT/float" --set training.float-epochs=0 --set training.qat-epochs=4 \
          --set quantization.preset=w2a2-lsq --set quantization.weights.bits=2 --set quantization.activations.bits=2 \
          --set quantization.first-last-bits=none \
          ${clip:+--set "training.$clip"} ${ranges:+--set quantization.learned-ranges.clip-norm=0.1} \
          --set training.qat-learning-rate.base="$rate" --set training.seed="$seed" \
          --set output.path="$run" >"$run.log" 2>&1 || true
      fi
      accuracy=$([[ ! -e $run/summary.json ]] || field qatAccuracy "$run/summary.json")
      # A network that answers with one class has a tenth of the images right.
      if [[ -z $accuracy ]] || awk "BEGIN { exit !($accuracy < 0.2) }"; then
        diverged=$((diverged + 1))
      else
        accuracies+=("$accuracy")
      fi
    done
    printf '%s\n' "${accuracies[@]}" | sort -n | awk -v name="$name" -v rate="$rate" -v diverged="$diverged" '
      NF { n++; sum += $1; if (n == 1) lowest = $1 }
      END {
        if (n) printf "%-26s %5s  %6.2f %%  %6.2f %%  %d\n", name, rate, 100 * sum / n, 100 * lowest, diverged
        else printf "%-26s %5s  %8s  %8s  %d\n", name, rate, "-", "-", diverged
      }'
  done
done
