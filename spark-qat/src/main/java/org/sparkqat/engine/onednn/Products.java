package org.sparkqat.engine.onednn;

/** How a weighted block multiplies codes. */
enum Products {
  /** 8-bit integers, summed in 32 bits. */
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

  /** Integers in binary32. */
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
  };

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
