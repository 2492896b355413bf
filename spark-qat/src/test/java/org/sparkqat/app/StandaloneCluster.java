package org.sparkqat.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import scala.util.Properties;

/** A real Master and Workers of one core each on this machine, from the assembled runtime. */
final class StandaloneCluster implements AutoCloseable {

  private static final String PACKAGE = "org.apache.spark.deploy.";

  private final Path folder;
  private final Path runtime = Path.of(System.getProperty("sparkqat.runtime"));
  private final List<Process> processes = new ArrayList<>();
  private final String url;

  /** Starts them, and waits until all Workers have told the Master of themselves. */
  StandaloneCluster(Path folder, int workers) throws IOException {
    this.folder = Files.createDirectories(folder);
    int port = Stranger.freePort();
    this.url = "spark://127.0.0.1:" + port;
    start("master", "master.Master", "--port", Integer.toString(port));
    await("master", "I have been elected leader", 1);
    for (int i = 0; i < workers; i++) {
      String work = folder.resolve("work-" + i).toString();
      start("worker-" + i, "worker.Worker", "--cores=1", "--memory=2g", "--work-dir=" + work, url);
    }
    await("master", "Registering worker", workers);
  }

  String url() {
    return url;
  }

  /** What the Master has said so far. */
  String log() throws IOException {
    return Files.readString(folder.resolve("master.log"));
  }

  private void start(String name, String type, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of("-Xmx256m", "-cp", runtime + "/jars/*", PACKAGE + type));
    command.addAll(List.of("--host", "127.0.0.1", "--webui-port", "0"));
    for (String argument : arguments) {
      command.addAll(List.of(argument.split("=", 2)));
    }
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".log").toFile());
    builder.environment().put("SPARK_HOME", runtime.toString());
    String scala = Properties.versionNumberString();
    builder.environment().put("SPARK_SCALA_VERSION", scala.substring(0, scala.lastIndexOf('.')));
    processes.add(builder.start());
  }

  private void await(String name, String message, int times) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .until(
            () ->
                Files.readString(folder.resolve(name + ".log")).split(message, -1).length > times);
  }

  /** Kills them, Workers first, and with them the executors that they have started. */
  @Override
  public void close() {
    for (int i = processes.size() - 1; i >= 0; i--) {
      processes.get(i).descendants().forEach(ProcessHandle::destroyForcibly);
      processes.get(i).destroyForcibly();
    }
  }
}
