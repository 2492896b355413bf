package org.sparkqat.engine;

/** A linear map and its gradients as naive sums in double precision over all pairs that meet. */
public final class LinearOracle {

  private final LinearShape shape;
  private final Terms terms;

  private LinearOracle(LinearShape shape, Terms terms) {
    this.shape = shape;
    this.terms = terms;
  }

  public static LinearOracle of(LinearShape shape) {
    return shape instanceof ConvolutionShape convolution
        ? new LinearOracle(shape, visitor -> visit(convolution, visitor))
        : new LinearOracle(shape, visitor -> visit((FullyConnectedShape) shape, visitor));
  }

  public double[] forward(double[] src, double[] weights) {
    double[] dst = new double[shape.dstSize()];
    terms.visit((s, w, d) -> dst[d] += src[s] * weights[w]);
    return dst;
  }

  public double[] backwardSrc(double[] weights, double[] diffDst) {
    double[] diffSrc = new double[shape.srcSize()];
    terms.visit((s, w, d) -> diffSrc[s] += weights[w] * diffDst[d]);
    return diffSrc;
  }

  public double[] backwardWeights(double[] src, double[] diffDst) {
    double[] diffWeights = new double[shape.weightsSize()];
    terms.visit((s, w, d) -> diffWeights[w] += src[s] * diffDst[d]);
    return diffWeights;
  }

  /** Calls the visitor with the indexes of every product. */
  void visit(Visitor visitor) {
    terms.visit(visitor);
  }

  private static void visit(FullyConnectedShape shape, Visitor visitor) {
    for (int n = 0; n < shape.batch(); n++) {
      for (int o = 0; o < shape.outputs(); o++) {
        for (int i = 0; i < shape.inputs(); i++) {
          visitor.term(n * shape.inputs() + i, o * shape.inputs() + i, n * shape.outputs() + o);
        }
      }
    }
  }

  private static void visit(ConvolutionShape s, Visitor visitor) {
    int outputHeight = s.outputHeight();
    int outputWidth = s.outputWidth();
    for (int n = 0; n < s.batch(); n++) {
      for (int o = 0; o < s.outputs(); o++) {
        for (int y = 0; y < outputHeight; y++) {
          for (int x = 0; x < outputWidth; x++) {
            int d = ((n * s.outputs() + o) * outputHeight + y) * outputWidth + x;
            visitWindow(s, n, o, y, x, d, visitor);
          }
        }
      }
    }
  }

  private static void visitWindow(
      ConvolutionShape s, int n, int o, int y, int x, int d, Visitor visitor) {
    for (int c = 0; c < s.groupChannels(); c++) {
      int channel = o / s.groupOutputs() * s.groupChannels() + c;
      for (int kh = 0; kh < s.kernelHeight(); kh++) {
        int row = y * s.strideHeight() + kh - s.paddingHeight();
        for (int kw = 0; kw < s.kernelWidth(); kw++) {
          int column = x * s.strideWidth() + kw - s.paddingWidth();
          if (row >= 0 && row < s.height() && column >= 0 && column < s.width()) {
            visitor.term(
                ((n * s.channels() + channel) * s.height() + row) * s.width() + column,
                ((o * s.groupChannels() + c) * s.kernelHeight() + kh) * s.kernelWidth() + kw,
                d);
          }
        }
      }
    }
  }

  private interface Terms {
    void visit(Visitor visitor);
  }

  /** Takes one product: src times weight is a term of dst. */
  interface Visitor {
    void term(int srcIndex, int weightIndex, int dstIndex);
  }
}
