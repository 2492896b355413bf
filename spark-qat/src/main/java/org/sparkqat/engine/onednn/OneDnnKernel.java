package org.sparkqat.engine.onednn;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.CallContract;
import org.sparkqat.engine.WeightedKernel;

/** A linear map on oneDNN: three primitives that are made once and run without allocating. */
final class OneDnnKernel implements WeightedKernel {

  private final CallContract contract;
  private final Ownership owned = new Ownership();
  private final Context context;
  private final Consumer<OneDnnKernel> onClose;
  private final Forward forward;
  private final BackwardSrc backwardSrc;
  private final BackwardWeights backwardWeights;

  OneDnnKernel(Context context, Problem problem, Consumer<OneDnnKernel> onClose) {
    this.contract = new CallContract(problem.shape());
    this.context = context;
    this.onClose = onClose;
    try {
      Workshop workshop = new Workshop(context, problem.shape(), owned);
      forward = new Forward(workshop, problem);
      backwardSrc = new BackwardSrc(workshop, problem, forward);
      backwardWeights = new BackwardWeights(workshop, problem, forward, backwardSrc);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  @Override
  public void weights(float[] weights, int offset) {
    contract.weights(weights, offset);
    context.useThreads();
    forward.weights(weights, offset);
    backwardSrc.weightsChanged();
  }

  @Override
  public void forward(float[] src, float[] dst) {
    contract.forward(src, dst);
    context.useThreads();
    forward.run(src, dst);
  }

  @Override
  public void backward(
      float[] src, float[] diffDst, float @Nullable [] diffSrc, float[] diffWeights) {
    contract.backward(src, diffDst, diffSrc, diffWeights);
    context.useThreads();
    if (diffSrc == null) {
      backwardWeights.run(diffDst, diffWeights);
    } else {
      backwardSrc.run(diffDst, diffSrc);
      backwardWeights.runAfterBackwardSrc(diffDst, diffWeights);
    }
  }

  @Override
  public long keptForBackwardBytes() {
    return forward.src.bytes();
  }

  @Override
  public void close() {
    contract.close();
    owned.close();
    onClose.accept(this);
  }
}
