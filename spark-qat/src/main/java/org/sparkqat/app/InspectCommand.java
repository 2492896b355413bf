package org.sparkqat.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.app.output.Json;
import org.sparkqat.app.report.ModelTable;
import org.sparkqat.app.report.TrainingTable;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizedGraph;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code inspect}: what a network consists of, how it is quantized, and how it is trained. */
@Command(
    name = "inspect",
    description =
        "Shows layers, shapes, parameters, quantizers, ranges and sizes of a network, and how it is"
            + " trained.",
    mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {

  /** Either a trained model or a configuration. */
  static final class Subject {
    @Option(names = "--model", paramLabel = "DIR", description = "Output folder of a run.")
    private @Nullable String model;

    @Option(
        names = "--config",
        paramLabel = "FILE",
        description = "Configuration of a job; may be given several times.")
    private List<String> configs = new ArrayList<>();
  }

  @Spec private @Nullable CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private Subject subject = new Subject();

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Override a key of --config.")
  private List<String> overrides = List.of();

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Inspected inspected = inspected(Sessions.hadoop());
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.print(json ? inspected.json() : inspected.text());
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  /** What is shown. */
  private record Inspected(ModelTable model, TrainingTable training) {

    private String text() {
      return model.text() + "\n" + training.text();
    }

    private String json() {
      Map<String, @Nullable Object> values = model.values();
      values.put("training", training.values());
      return Json.document(values);
    }
  }

  private Inspected inspected(Configuration hadoop) throws IOException {
    if (subject.model != null) {
      ModelFolder folder = ModelFolder.open(subject.model, hadoop);
      return new Inspected(
          ModelTable.of(folder.model(folder.latest())), TrainingTable.of(folder.job()));
    }
    JobConfiguration job = new ConfigurationFiles(subject.configs).read(overrides, hadoop).job();
    return new Inspected(
        ModelTable.of(QuantizedGraph.of(BlockGraph.of(job.network()), job.scheme())),
        TrainingTable.of(job));
  }
}
