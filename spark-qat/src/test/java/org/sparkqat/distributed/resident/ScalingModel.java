package org.sparkqat.distributed.resident;

import java.util.List;

/**
 * What a step costs beside its computation. The driver's processor time is linear in what it does;
 * the network carries every byte once each way.
 *
 * @param fixed milliseconds of the driver's processors for any step
 * @param message milliseconds for each worker
 * @param megabyte milliseconds for each megabyte that comes from or goes to a worker
 * @param million milliseconds for each million parameters: mean, clip, update, and their copies
 */
record ScalingModel(double fixed, double message, double megabyte, double million) {

  /** Round trip of a small message, in milliseconds, hand-over between threads included. */
  private static final double LATENCY = 1;

  private static final int DRIVER_CORES = 8;

  /** What was measured: the driver's processor time for a step. */
  record Sample(int workers, int parameters, double up, double down, double cpu) {

    private double[] row() {
      return new double[] {1, workers, workers * (up + down), parameters / 1e6};
    }
  }

  /** Least squares of the relative errors, without negative costs. */
  static ScalingModel fit(List<Sample> samples) {
    boolean[] used = {true, true, true, true};
    while (true) {
      double[] solution = solve(samples, used);
      int worst = -1;
      for (int i = 0; i < 4; i++) {
        if (solution[i] < 0 && (worst < 0 || solution[i] < solution[worst])) {
          worst = i;
        }
      }
      if (worst < 0) {
        return new ScalingModel(solution[0], solution[1], solution[2], solution[3]);
      }
      used[worst] = false;
    }
  }

  private static double[] solve(List<Sample> samples, boolean[] used) {
    double[][] a = new double[4][5];
    for (Sample sample : samples) {
      double[] row = sample.row();
      for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
          a[i][j] += row[i] * row[j] / (sample.cpu() * sample.cpu());
        }
        a[i][4] += row[i] / sample.cpu();
      }
    }
    for (int i = 0; i < 4; i++) {
      for (int j = 0; !used[i] && j < 5; j++) {
        a[i][j] = 0;
        if (j < 4) {
          a[j][i] = 0;
        }
      }
      a[i][i] = used[i] ? a[i][i] : 1;
    }
    return eliminate(a);
  }

  private static double[] eliminate(double[][] a) {
    for (int i = 0; i < 4; i++) {
      for (int k = 0; k < 4; k++) {
        double factor = k == i ? 0 : a[k][i] / a[i][i];
        for (int j = i; j < 5 && factor != 0; j++) {
          a[k][j] -= factor * a[i][j];
        }
      }
    }
    return new double[] {
      a[0][4] / a[0][0], a[1][4] / a[1][1], a[2][4] / a[2][2], a[3][4] / a[3][3]
    };
  }

  /** Milliseconds of the driver's processors. */
  double cpu(int workers, int parameters, double up, double down) {
    return fixed
        + message * workers
        + megabyte * workers * (up + down)
        + million * parameters / 1e6;
  }

  /** Megabytes of so many parameters. */
  static double megabytes(int parameters, double bytes) {
    return parameters * bytes / 1e6;
  }

  /**
   * Milliseconds of a step beside its computation, with all gradients through the driver.
   *
   * @param bytes of an element on its way up
   * @param gigabits of the driver's network a second, each way
   */
  double star(int workers, int parameters, double bytes, double gigabits) {
    double up = megabytes(parameters, bytes);
    double down = megabytes(parameters, 4);
    double network = workers * (up + down) * 8 / gigabits;
    return LATENCY + Math.max(network, cpu(workers, parameters, up, down) / DRIVER_CORES);
  }

  /**
   * The same if workers summed and updated slices among themselves: each sends and receives every
   * byte but its own twice, and a message to each of the others twice; the driver sees the rest.
   */
  double slices(int workers, int parameters, double gigabits) {
    double mine = 2 * megabytes(parameters, 4) * (workers - 1) / workers;
    double network = mine * 8 / gigabits;
    double cpu = 2 * message * workers + 2 * megabyte * mine;
    return 3 * LATENCY + Math.max(network, cpu) + message * workers / DRIVER_CORES;
  }
}
