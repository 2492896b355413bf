package org.sparkqat.submit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkqat.testkit.CommandLine;
import org.sparkqat.testkit.CommandLine.Outcome;
import org.yaml.snakeyaml.Yaml;

/** What the scripts send to EMR, Databricks and Kubernetes is what their clients accept. */
class PlatformFilesTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DRIVER = "/spec/jobTemplate/spec/template/spec/containers/0";
  private static final String RUN = "20261123T020000Z";
  private static final List<String> EMR =
      List.of(
          "ROOT=s3://bucket/spark-qat",
          "SUBNET=subnet-0123456789abcdef0",
          "CLUSTER_ID=j-1ABCDEFGHIJKL",
          "APPLICATION_ID=00f5v9ab7u1q2k01",
          "EXECUTION_ROLE_ARN=arn:aws:iam::123456789012:role/spark-qat-job",
          "SCHEDULER_ROLE_ARN=arn:aws:iam::123456789012:role/spark-qat-schedule",
          "RUN=" + RUN);
  private static final List<String> DATABRICKS =
      List.of(
          "ROOT=/Volumes/main/ml/spark-qat", "USER_NAME=me@example.org", "EMAIL=me@example.org");

  @ParameterizedTest
  @CsvSource({
    "step, steps.json, emr-steps",
    "application, application.json, emr-application",
    "run, job-run.json, emr-job-run",
    "schedule, schedule.json, emr-schedule"
  })
  void theAwsClientAccepts(String action, String file, String schema) throws IOException {
    JsonNode sent = JSON.readTree(send("emr", EMR, action, file));
    assertThat(Schema.of(schema).faults(sent)).isEmpty();
    assertThat(sent.toString()).doesNotContain("${");
  }

  @Test
  void theClusterOfEmrIsWhatTheAwsClientAccepts() throws IOException {
    for (String file : List.of("instance-fleets", "configurations")) {
      JsonNode sent = JSON.readTree(conf("emr/" + file + ".json"));
      assertThat(Schema.of("emr-" + file).faults(sent)).as(file).isEmpty();
    }
  }

  @Test
  void whatTheScheduleOfEmrStartsIsAJobRun() throws IOException {
    JsonNode schedule = JSON.readTree(send("emr", EMR, "schedule", "schedule.json"));
    ObjectNode input = (ObjectNode) JSON.readTree(schedule.at("/Target/Input").asText());
    // EventBridge puts its own identification in.
    input.put("ClientToken", input.get("ClientToken").asText().replaceAll("[<>]", ""));
    input.put("Name", input.get("Name").asText().replaceAll("[<>]", ""));
    assertThat(Schema.of("emr-schedule-input").faults(input)).isEmpty();
    assertThat(input.at("/JobDriver/SparkSubmit/EntryPointArguments").toString())
        .contains("\"output.path=s3://bucket/spark-qat/runs/<aws.scheduler.execution-id>\"");
    assertThat(input.at("/RetryPolicy/MaxAttempts").asInt()).isGreaterThan(1);
  }

  @Test
  void theSettingsOfEmrAreThoseOfItsFile() throws IOException {
    Map<String, String> expected = SparkDefaults.of("emr");
    JsonNode step = JSON.readTree(send("emr", EMR, "step", "steps.json")).get(0).get("Args");
    assertThat(settings(step)).isEqualTo(expected);
    JsonNode run = JSON.readTree(send("emr", EMR, "run", "job-run.json"));
    JsonNode properties =
        run.at("/configurationOverrides/applicationConfiguration").get(0).get("properties");
    // Serverless is not YARN, and each job has workers of its own.
    expected
        .keySet()
        .removeIf(
            key ->
                key.matches(
                    "spark\\.(yarn|submit|authenticate|network\\.crypto|shuffle\\.service).*"));
    assertThat(map(properties)).isEqualTo(expected);
  }

  @Test
  void everyRunOfEmrGoesOnWhereItWas() throws IOException {
    JsonNode step = JSON.readTree(send("emr", EMR, "step", "steps.json")).get(0).get("Args");
    JsonNode run = JSON.readTree(send("emr", EMR, "run", "job-run.json"));
    List<String> expected =
        List.of(
            "s3://bucket/spark-qat/spark-qat_2.13-0.1.0.jar",
            "train",
            "--resume",
            "--config",
            "s3://bucket/spark-qat/job.yaml",
            "--set",
            "output.path=s3://bucket/spark-qat/runs/" + RUN);
    List<String> arguments = texts(step);
    assertThat(arguments).endsWith(expected.toArray(new String[0]));
    assertThat(texts(run.at("/jobDriver/sparkSubmit/entryPointArguments")))
        .isEqualTo(expected.subList(1, expected.size()));
    assertThat(run.at("/retryPolicy/maxAttempts").asInt()).isGreaterThan(1);
  }

  @Test
  void theDatabricksClientAccepts() throws IOException {
    JsonNode job = JSON.readTree(send("databricks", DATABRICKS, "create", "job.json"));
    assertThat(Schema.of("databricks-job").faults(job)).isEmpty();
    assertThat(job.toString()).doesNotContain("${");
    for (String required : List.of("name", "tasks", "job_clusters", "schedule")) {
      assertThat(job.has(required)).as(required).isTrue();
    }
    JsonNode cluster = job.at("/job_clusters/0/new_cluster");
    assertThat(cluster.get("data_security_mode").asText()).isEqualTo("SINGLE_USER");
    assertThat(cluster.get("spark_version").asText()).isEqualTo("18.x-scala2.13");
    assertThat(cluster.at("/aws_attributes/first_on_demand").asInt()).isEqualTo(1);
    JsonNode task = job.at("/tasks/0");
    assertThat(task.get("job_cluster_key")).isEqualTo(job.at("/job_clusters/0/job_cluster_key"));
    assertThat(texts(task.at("/spark_jar_task/parameters"))).startsWith("train", "--resume");
    assertThat(task.get("max_retries").asInt()).isPositive();
    assertThat(job.get("max_concurrent_runs").asInt()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"azure, SPOT_WITH_FALLBACK_AZURE", "gcp, PREEMPTIBLE_WITH_FALLBACK_GCP"})
  void otherCloudsOfDatabricksAreTwoNamesAway(String cloud, String availability)
      throws IOException {
    List<String> names = new ArrayList<>(DATABRICKS);
    names.addAll(List.of("CLOUD=" + cloud, "AVAILABILITY=" + availability));
    JsonNode job = JSON.readTree(send("databricks", names, "create", "job.json"));
    JsonNode spot = job.at("/job_clusters/0/new_cluster/" + cloud + "_attributes");
    assertThat(spot.get("availability").asText()).isEqualTo(availability);
  }

  @Test
  void theSettingsOfDatabricksAreThoseOfItsFile() throws IOException {
    JsonNode job = JSON.readTree(send("databricks", DATABRICKS, "create", "job.json"));
    JsonNode settings = job.at("/job_clusters/0/new_cluster/spark_conf");
    assertThat(map(settings)).isEqualTo(SparkDefaults.of("databricks"));
  }

  @Test
  void kubernetesAcceptsTheManifests() throws IOException {
    List<JsonNode> objects = new ArrayList<>();
    objects.addAll(yaml(send("kubernetes", List.of(), "setup", "setup.yaml")));
    objects.addAll(yaml(send("kubernetes", List.of(), "schedule", "cronjob.yaml")));
    assertThat(objects).hasSize(7);
    for (JsonNode object : objects) {
      String kind = object.get("kind").asText();
      assertThat(Schema.of("kubernetes-" + kind).faults(object)).as(kind).isEmpty();
      assertThat(object.toString()).doesNotContain("${");
    }
  }

  @Test
  void theCronJobResumesAndNeverRunsTwice() throws IOException {
    JsonNode spec = cronJob().get("spec");
    assertThat(spec.get("concurrencyPolicy").asText()).isEqualTo("Forbid");
    assertThat(spec.at("/jobTemplate/spec/backoffLimit").asInt()).isPositive();
    JsonNode pod = spec.at("/jobTemplate/spec/template/spec");
    assertThat(pod.get("restartPolicy").asText()).isEqualTo("Never");
    assertThat(texts(pod.at("/containers/0/args")))
        .endsWith(
            "local:///spark-qat/spark-qat_2.13-0.1.0.jar",
            "train",
            "--resume",
            "--config",
            "/spark-qat/job.yaml",
            "--set",
            "output.path=/spark-qat/runs/$(JOB_NAME)");
  }

  @Test
  void theSettingsOfTheCronJobAreThoseOfItsFileAndKnownToSpark() throws IOException {
    Map<String, String> settings = settings(cronJob().at(DRIVER + "/args"));
    assertThat(settings).containsAllEntriesOf(SparkDefaults.of("kubernetes"));
    settings.keySet().removeAll(SparkDefaults.of("kubernetes").keySet());
    KnownProperties known = KnownProperties.ofSpark();
    settings.forEach((key, value) -> known.require(key.replace(".spark-qat.", ".*."), value));
    // The driver is this pod: what it may use is said here, not to Spark.
    assertThat(cronJob().at(DRIVER + "/resources/limits/memory").asText()).isEqualTo("5Gi");
    assertThat(settings("spark.driver.memory", "spark.driver.memoryOverhead"))
        .containsExactly("4g", "1g");
  }

  @Test
  void aFaultyRequestIsNoticed() throws IOException {
    ObjectNode job = (ObjectNode) JSON.readTree(send("emr", EMR, "run", "job-run.json"));
    job.remove("executionRoleArn");
    job.put("executionTimeoutMinutes", "720").put("retries", 3).put("mode", "NIGHTLY");
    assertThat(Schema.of("emr-job-run").faults(job))
        .hasSize(4)
        .anySatisfy(fault -> assertThat(fault).startsWith(".retries: unknown field"))
        .anySatisfy(fault -> assertThat(fault).contains("must be of type integer"))
        .anySatisfy(fault -> assertThat(fault).contains("allowed: [BATCH, STREAMING]"))
        .anySatisfy(fault -> assertThat(fault).isEqualTo(".executionRoleArn: missing"));
  }

  private static List<String> settings(String... keys) throws IOException {
    Map<String, String> settings = SparkDefaults.of("kubernetes");
    return List.of(keys).stream().map(settings::get).toList();
  }

  private static JsonNode cronJob() throws IOException {
    return yaml(send("kubernetes", List.of(), "schedule", "cronjob.yaml")).get(0);
  }

  /** Lets the script say what it would send, and returns that. */
  private static String send(String platform, List<String> names, String action, String file)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of("--dry-run"));
    arguments.addAll(names);
    arguments.add(action);
    Path folder = CommandLine.projectFolder();
    Outcome outcome =
        CommandLine.launcher()
            .calledAs(folder.resolve("submit-scripts").resolve(platform))
            .run(arguments.toArray(new String[0]));
    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    Path sent = folder.resolve("target/submit").resolve(platform).resolve(file);
    assertThat(outcome.out()).contains(sent.toString());
    return Files.readString(sent);
  }

  private static String conf(String file) throws IOException {
    return Files.readString(CommandLine.projectFolder().resolve("conf").resolve(file));
  }

  private static List<JsonNode> yaml(String text) {
    List<JsonNode> documents = new ArrayList<>();
    new Yaml().loadAll(text).forEach(document -> documents.add(JSON.valueToTree(document)));
    return documents;
  }

  /** The pairs after --conf. */
  private static Map<String, String> settings(JsonNode arguments) {
    Map<String, String> settings = new LinkedHashMap<>();
    List<String> words = texts(arguments);
    for (int i = 1; i < words.size(); i++) {
      if (words.get(i - 1).equals("--conf")) {
        String[] pair = words.get(i).split("=", 2);
        settings.put(pair[0], pair[1]);
      }
    }
    return settings;
  }

  private static Map<String, String> map(JsonNode object) {
    Map<String, String> map = new LinkedHashMap<>();
    object.properties().forEach(field -> map.put(field.getKey(), field.getValue().asText()));
    return map;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.asText()));
    return texts;
  }
}
