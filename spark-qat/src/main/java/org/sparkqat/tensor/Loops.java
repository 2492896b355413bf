package org.sparkqat.tensor;

import java.util.concurrent.RecursiveTask;
import java.util.stream.IntStream;

/**
 * Shares out work on the elements of flat arrays. Every element is computed alike by whoever
 * computes it, so that the number of threads changes no bit.
 */
public enum Loops {
  /** In the thread that asks. */
  SERIAL,
  /** By the threads of the common pool: for a driver, whose cores have nothing else to do then. */
  PARALLEL;

  /** Elements of one piece: a few arrays of it stay in the cache of a core. */
  public static final int PIECE = 1 << 16;

  /** Work on the elements {@code from ... to - 1}. */
  public interface Body {
    void run(int from, int to);
  }

  /** A number for the elements {@code from ... to - 1}. */
  public interface Sum {
    double of(int from, int to);
  }

  /** Lets the body work on all elements from {@code from} to before {@code to}, piece by piece. */
  public void run(int from, int to, Body body) {
    int pieces = (int) (((long) to - from + PIECE - 1) / PIECE);
    if (this == SERIAL || pieces <= 1) {
      body.run(from, to);
      return;
    }
    IntStream.range(0, pieces)
        .parallel()
        .forEach(
            piece -> {
              int first = from + piece * PIECE;
              body.run(first, Math.min(to - first, PIECE) + first);
            });
  }

  /**
   * A sum in a binary tree that depends on nothing but the number of elements.
   *
   * @param run elements of the tree's leaves; inner nodes halve the number of runs
   * @param leaves what a leaf yields
   */
  public double sum(int from, int to, int run, Sum leaves) {
    return new Node(this, from, to, run, leaves).of();
  }

  /** Where the tree of a sum divides these elements; {@code end}: they are a leaf. */
  static int middle(int first, int end, int run) {
    int runs = (int) (((long) end - first + run - 1) / run);
    return runs <= 1 ? end : first + run * (runs / 2);
  }

  /** A subtree of a sum. */
  private static final class Node extends RecursiveTask<Double> {

    private static final long serialVersionUID = 1L;

    private final Loops loops;
    private final int from;
    private final int to;
    private final int run;
    private final transient Sum leaves;

    private Node(Loops loops, int from, int to, int run, Sum leaves) {
      this.loops = loops;
      this.from = from;
      this.to = to;
      this.run = run;
      this.leaves = leaves;
    }

    private double of() {
      return loops == PARALLEL && to - from > PIECE ? invoke() : serial(from, to);
    }

    private double serial(int first, int end) {
      int middle = middle(first, end, run);
      return middle == end ? leaves.of(first, end) : serial(first, middle) + serial(middle, end);
    }

    @Override
    protected Double compute() {
      if (to - from <= PIECE) {
        return serial(from, to);
      }
      int middle = middle(from, to, run);
      Node low = new Node(loops, from, middle, run, leaves);
      Node high = new Node(loops, middle, to, run, leaves);
      low.fork();
      double upper = high.compute();
      return low.join() + upper;
    }
  }
}
