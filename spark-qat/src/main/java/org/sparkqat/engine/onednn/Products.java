package org.sparkqat.engine.onednn;

import java.util.Optional;
import org.sparkqat.engine.FoldedWeights;

/** How a weighted block multiplies. */
enum Products {
  /** Codes as 8-bit integers, summed in 32 bits. */
  INTEGERS {
    @Override
    LinearMap linear(
        Workshop workshop,
        ConvolutionProblem problem,
        Feature src,
        Tensor dst,
        boolean biased,
        Scratch scratch) {
      return new Linear(workshop, problem, src, dst, biased);
    }

    @Override
    LinearMap serving(
        Workshop workshop, ConvolutionProblem problem, Feature src, Feature dst, Scratch scratch) {
      return new Serving(workshop, problem, src, dst);
    }
  },

  /** Codes as integers in binary32. */
  EXACT_FLOATS {
    @Override
    LinearMap linear(
        Workshop workshop,
        ConvolutionProblem problem,
        Feature src,
        Tensor dst,
        boolean biased,
        Scratch scratch) {
      return new ExactLinear(workshop, problem, src, dst, biased, scratch);
    }

    @Override
    LinearMap serving(
        Workshop workshop, ConvolutionProblem problem, Feature src, Feature dst, Scratch scratch) {
      return new ExactServing(workshop, problem, src, dst, scratch);
    }
  },

  /** Real numbers in binary32, where weights or input have no codes. */
  REALS {
    @Override
    LinearMap linear(
        Workshop workshop,
        ConvolutionProblem problem,
        Feature src,
        Tensor dst,
        boolean biased,
        Scratch scratch) {
      return new RealLinear(workshop, problem, src, dst, biased, scratch);
    }

    @Override
    LinearMap serving(
        Workshop workshop, ConvolutionProblem problem, Feature src, Feature dst, Scratch scratch) {
      throw new IllegalStateException(
          "Cannot serve with real products: no model has integers there");
    }
  };

  /** How a block with the given weights multiplies. */
  static Products of(Feature src, FoldedWeights weights, Optional<String> obstacleToIntegers) {
    if (!src.isCodes() || !weights.areCodes()) {
      return REALS;
    }
    return obstacleToIntegers.isPresent() ? EXACT_FLOATS : INTEGERS;
  }

  /** True when the sums are those of products of codes. */
  boolean multipliesCodes() {
    return this != REALS;
  }

  /**
   * Forward up to real numbers.
   *
   * @param biased whether a bias is added
   */
  abstract LinearMap linear(
      Workshop workshop,
      ConvolutionProblem problem,
      Feature src,
      Tensor dst,
      boolean biased,
      Scratch scratch);

  /** Forward of the exported model. */
  abstract LinearMap serving(
      Workshop workshop, ConvolutionProblem problem, Feature src, Feature dst, Scratch scratch);
}
