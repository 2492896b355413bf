package org.sparkqat.app;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;
import org.awaitility.Awaitility;

/** Hadoop's resource manager and two node managers in this process; containers are processes. */
final class YarnCluster implements AutoCloseable {

  private static final int NODES = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String QUEUE = YarnConfiguration.YARN_PREFIX + "scheduler.capacity.root.";

  private final MiniYARNCluster cluster;
  private final Path configurationFolder;

  /**
   * Starts the cluster.
   *
   * @param folder gets the configuration that clients need
   */
  YarnCluster(Path folder) throws IOException {
    this.cluster = new MiniYARNCluster("yarn", NODES, 1, 1);
    this.configurationFolder = folder;
    cluster.init(configuration());
    cluster.start();
    Awaitility.await().atMost(PATIENCE).until(this::isAddressKnown);
    Files.createDirectories(folder);
    try (OutputStream out = Files.newOutputStream(folder.resolve("yarn-site.xml"))) {
      cluster.getConfig().writeXml(out);
    }
  }

  /** What {@code HADOOP_CONF_DIR} must name. */
  String configurationFolder() {
    return configurationFolder.toString();
  }

  private boolean isAddressKnown() {
    return !cluster.getConfig().get(YarnConfiguration.RM_ADDRESS).endsWith(":0");
  }

  private static Configuration configuration() {
    Configuration configuration = new YarnConfiguration();
    configuration.set(YarnConfiguration.RM_HOSTNAME, "localhost");
    // This machine's disk may be nearly full, and a JVM's virtual memory says nothing.
    configuration.set(YarnConfiguration.NM_MAX_PER_DISK_UTILIZATION_PERCENTAGE, "100");
    configuration.setBoolean(YarnConfiguration.NM_VMEM_CHECK_ENABLED, false);
    configuration.setInt(YarnConfiguration.RM_SCHEDULER_MINIMUM_ALLOCATION_MB, 256);
    // The minicluster's jar has no capacity-scheduler.xml.
    configuration.set(QUEUE + "queues", "default");
    configuration.set(QUEUE + "default.capacity", "100");
    configuration.set(QUEUE + "default.maximum-capacity", "100");
    configuration.set(QUEUE + "default.user-limit-factor", "1");
    configuration.set(QUEUE + "default.state", "RUNNING");
    configuration.set(QUEUE + "default.acl_submit_applications", "*");
    configuration.set("yarn.scheduler.capacity.maximum-am-resource-percent", "0.5");
    return configuration;
  }

  @Override
  public void close() {
    cluster.stop();
  }
}
