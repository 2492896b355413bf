package org.sparkqat.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import scala.util.Properties;

/** A Master and Workers of Spark's standalone mode, each a process made of Maven's jars. */
public final class StandaloneCluster implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Path folder;
  private final Path runtime;
  private final List<Process> processes = new ArrayList<>();
  private final List<Process> workers = new ArrayList<>();
  private final int port;

  /**
   * Starts a Master.
   *
   * @param folder where the processes work and what they say is kept
   */
  public StandaloneCluster(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.runtime = Path.of(System.getProperty("sparkqat.runtime"));
    this.port = Ports.free();
    start(
        "master",
        Map.of(),
        "org.apache.spark.deploy.master.Master",
        "--host",
        "127.0.0.1",
        "--port",
        Integer.toString(port),
        "--webui-port",
        "0");
    await("master", "I have been elected leader");
  }

  /** What to give to {@code --master}. */
  public String url() {
    return "spark://127.0.0.1:" + port;
  }

  /** A Master and so many Workers, with this process's environment. */
  public static StandaloneCluster withWorkers(Path folder, int workers) throws IOException {
    StandaloneCluster cluster = new StandaloneCluster(folder);
    for (int i = 0; i < workers; i++) {
      cluster.addWorker(Map.of());
    }
    return cluster;
  }

  /**
   * Starts a Worker with one core.
   *
   * @param environment of the Worker and of its executors
   */
  public void addWorker(Map<String, String> environment) throws IOException {
    String name = "worker" + workers.size();
    workers.add(
        start(
            name,
            environment,
            "org.apache.spark.deploy.worker.Worker",
            "--host",
            "127.0.0.1",
            "--webui-port",
            "0",
            "--cores",
            "1",
            "--memory",
            "1g",
            "--work-dir",
            folder.resolve(name).toString(),
            url()));
    await(name, "Successfully registered with master");
  }

  private Process start(String name, Map<String, String> environment, String... words)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(CommandLine.QUICK_START.split(" ")));
    command.addAll(List.of("-Xmx256m", "-cp", runtime + "/jars/*"));
    command.addAll(List.of(words));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".log").toFile());
    builder.environment().put("SPARK_HOME", runtime.toString());
    String scala = Properties.versionNumberString();
    builder.environment().put("SPARK_SCALA_VERSION", scala.substring(0, scala.lastIndexOf('.')));
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().putAll(environment);
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private void await(String name, String words) {
    Path log = folder.resolve(name + ".log");
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> Files.exists(log) && Files.readString(log).contains(words));
  }

  /** What the Master has said so far. */
  public String log() throws IOException {
    return Files.readString(folder.resolve("master.log"));
  }

  /** The executors that a Worker has started. */
  public List<ExecutorProcess> executors(int worker) {
    return ExecutorProcess.under(workers.get(worker).toHandle());
  }

  /** Kills a Worker and its executors, as a machine that vanishes. */
  public void loseWorker(int worker) {
    kill(workers.get(worker));
  }

  private static void kill(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() {
    processes.forEach(StandaloneCluster::kill);
  }
}
