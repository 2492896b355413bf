package org.sparkqat.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.apache.spark.network.util.MapConfigProvider;
import org.apache.spark.network.util.TransportConf;

/** Somebody who connects to the driver's port with Spark's network, but without its secret. */
final class Stranger implements AutoCloseable {

  private static final long MILLIS = 10_000;

  private final TransportContext context =
      new TransportContext(
          new TransportConf("stranger", new MapConfigProvider(Map.of())), new NoOpRpcHandler());
  private final TransportClientFactory factory = context.createClientFactory();
  private final int port;
  private TransportClient client;

  Stranger(int port) {
    this.port = port;
  }

  /** Tries to connect; true when somebody listens. */
  boolean isConnected() throws InterruptedException {
    try {
      client = factory.createUnmanagedClient("127.0.0.1", port);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Sends bytes; why they were refused. */
  String tell(byte[] message) {
    try {
      Objects.requireNonNull(client).sendRpcSync(ByteBuffer.wrap(message), MILLIS);
      return "not refused";
    } catch (RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
    factory.close();
    context.close();
  }
}
