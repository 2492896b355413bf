package org.sparkqat.engine.onednn;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sparkqat.engine.CallContract;
import org.sparkqat.engine.WeightedKernel;

/** A linear map on oneDNN: three primitives that are made once and run without allocating. */
final class OneDnnKernel implements WeightedKernel {

  private final CallContract contract;
  private final Ownership owned = new Ownership();
  private final Consumer<OneDnnKernel> onClose;
  private final Forward forward;
  private final BackwardSrc backwardSrc;
  private final BackwardWeights backwardWeights;

  OneDnnKernel(Context context, Problem problem, Consumer<OneDnnKernel> onClose) {
    this.contract = new CallContract(problem.shape());
    this.onClose = onClose;
    try {
      Workshop workshop = new Workshop(context, problem, owned);
      forward = new Forward(workshop);
      backwardSrc = new BackwardSrc(workshop, forward);
      backwardWeights = new BackwardWeights(workshop, forward, backwardSrc);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  @Override
  public void weights(float[] weights, int offset) {
    contract.weights(weights, offset);
    OpenMpThreads.useOne();
    forward.weights(weights, offset);
    backwardSrc.weightsChanged();
  }

  @Override
  public void forward(float[] src, float[] dst) {
    contract.forward(src, dst);
    OpenMpThreads.useOne();
    forward.run(src, dst);
  }

  @Override
  public void backward(
      float[] src, float[] diffDst, float @Nullable [] diffSrc, float[] diffWeights) {
    contract.backward(src, diffDst, diffSrc, diffWeights);
    OpenMpThreads.useOne();
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
