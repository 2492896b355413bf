package org.sparkqat.testkit;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports that a process of a test is told to listen at. */
public final class Ports {

  /**
   * Operating systems give ports from 32768 on to those who do not care, such as Spark's services:
   * one of these could take a port between the moment it is chosen and the moment it is used.
   */
  private static final int FIRST = 20_000;

  private static final int END = 32_000;
  private static final int ATTEMPTS = 100;

  private Ports() {}

  /**
   * A port of the loopback interface that nobody listens at, and that nobody is given by chance.
   */
  public static int free() throws IOException {
    for (int i = 0; i < ATTEMPTS; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException e) {
        // Somebody listens there: the next one.
      }
    }
    throw new BindException("No free port among %d from %d to %d".formatted(ATTEMPTS, FIRST, END));
  }
}
