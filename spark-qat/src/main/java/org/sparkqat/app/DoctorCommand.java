package org.sparkqat.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.app.doctor.Diagnosis;
import org.sparkqat.app.doctor.Examination;
import org.sparkqat.app.output.Files;
import org.sparkqat.app.output.Json;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code doctor}: what can be told of a job before it runs. */
@Command(
    name = "doctor",
    description =
        "Checks before a job whether it can run, and how long it will take; without --config, the"
            + " cluster only.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Configuration of the job (YAML), may be given several times; without it, only the"
              + " cluster is checked.")
  private List<String> configs = new ArrayList<>();

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Override a key of --config.")
  private List<String> overrides = new ArrayList<>();

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the findings as JSON.")
  private @Nullable String json;

  @Override
  public Integer call() throws IOException {
    if (configs.isEmpty() && !overrides.isEmpty()) {
      throw new WrongUsageException("Invalid options: --set without --config");
    }
    Configuration hadoop = hadoop();
    Optional<Examination.Job> job = configs.isEmpty() ? Optional.empty() : Optional.of(job(hadoop));
    Diagnosis diagnosis =
        new Examination(job, DoctorCommand::session, thrown -> Failure.of(thrown).message())
            .run(Sessions.refusal(), hadoop);
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(diagnosis.text());
    out.flush();
    write(diagnosis, hadoop);
    return diagnosis.isHealthy() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  /** A session of Spark Connect that is there already has no settings of Hadoop. */
  private static Configuration hadoop() {
    try {
      return Sessions.hadoop();
    } catch (UnsupportedOperationException e) {
      return new Configuration();
    }
  }

  private static Examination.Session session() {
    Sessions.Lease lease = Sessions.lease("doctor");
    return new Examination.Session(lease.session(), lease::close);
  }

  private Examination.Job job(Configuration hadoop) throws IOException {
    JobConfiguration configuration =
        new ConfigurationFiles(configs).resolved(overrides, hadoop).job();
    return new Examination.Job(configuration, JobSettings.training(configuration));
  }

  private void write(Diagnosis diagnosis, Configuration hadoop) throws IOException {
    if (json == null) {
      return;
    }
    Map<String, Object> document = new LinkedHashMap<>(diagnosis.json());
    document.put("sparkQatVersion", Version.current());
    byte[] text = Json.document(document).getBytes(StandardCharsets.UTF_8);
    Files.write(json, hadoop, out -> out.write(text));
  }
}
