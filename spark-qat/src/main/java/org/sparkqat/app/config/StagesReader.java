package org.sparkqat.app.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.sparkqat.quantization.QuantizationRule;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.training.BatchNormFreeze;
import org.sparkqat.training.Gate;
import org.sparkqat.training.LearningRate;
import org.sparkqat.training.QuantizedShare;
import org.sparkqat.training.Stage;
import org.sparkqat.training.Stage.Form;
import org.sparkqat.training.Stage.Statistics;
import org.sparkqat.training.Stages;

/** Reads the list {@code training.stages}; a stage inherits its scheme from the one before. */
final class StagesReader {

  private static final String LIST = "stages";
  private static final int MAX_EPOCHS = 1_000_000;
  private static final Kind<String> NAME = new Kind.Text("lower-case letters and digits");
  private static final Kind<Long> EPOCH = new Kind.Whole(Bounds.between(0, MAX_EPOCHS).ofInt());

  private final QuantizationConfiguration base;
  private final LearningRate floatRate;
  private final LearningRate quantizedRate;
  private final List<Section> sections = new ArrayList<>();
  private final List<Stage> stages = new ArrayList<>();
  private QuantizationScheme scheme;
  private int epochs;

  /**
   * A reader of the stages of one job.
   *
   * @param base what the first stage inherits
   * @param floatRate learning rate of float stages that have none of their own
   * @param quantizedRate the same of quantized ones
   */
  StagesReader(QuantizationConfiguration base, LearningRate floatRate, LearningRate quantizedRate) {
    this.base = base;
    this.floatRate = floatRate;
    this.quantizedRate = quantizedRate;
    this.scheme = base.scheme();
  }

  /** The stages of the list; empty when there is none. */
  Optional<Stages> read(Section training) {
    for (Section section : training.groups(LIST)) {
      sections.add(section);
      stage(section).ifPresent(stages::add);
    }
    if (sections.isEmpty() || training.hasProblems()) {
      return Optional.empty();
    }
    return training.checked(LIST, () -> new Stages(foreseeing()));
  }

  private Optional<Stage> stage(Section section) {
    String name = section.required("name", NAME, "stage" + sections.size());
    Form form = section.flag("float", false) ? Form.FLOAT : Form.QUANTIZED;
    int length = Math.toIntExact(section.required("epochs", EPOCH, 1L));
    requireStart(section, length);
    QuantizationScheme before = scheme;
    scheme = QuantizationReader.changed(scheme, section);
    requireSense(section, form, before);
    LearningRate usual = form == Form.FLOAT ? floatRate : quantizedRate;
    LearningRate rate =
        section
            .optionalGroup("learning-rate")
            .map(group -> LearningRateReader.read(group, LearningRateReader.base(usual)))
            .orElse(usual);
    double factor = section.real("learning-rate-factor", 1, Bounds.above(0));
    BatchNormFreeze freeze = freeze(section, form, length);
    OptionalInt rangeFreeze =
        section.integerOr("range-freeze-epoch", "inherited", Bounds.atLeast(0));
    QuantizedShare share =
        section
            .optionalGroup("quantized-weights")
            .map(QuantizedShareReader::read)
            .orElse(QuantizedShare.all());
    Optional<Gate> gate =
        section
            .optionalGroup("gate")
            .flatMap(group -> section.checked("gate", () -> GateReader.read(group)));
    return section.checked(
        "name",
        () ->
            new Stage(
                name,
                form,
                scheme,
                length,
                rate,
                factor,
                freeze,
                rangeFreeze,
                Statistics.TRAINED,
                share,
                gate));
  }

  private BatchNormFreeze freeze(Section section, Form form, int length) {
    String key = QuantizationReader.BATCH_NORM_FREEZE;
    boolean quantized = form == Form.QUANTIZED;
    FreezeEpoch epoch =
        section.value(
            key, new Kind.Freeze(), quantized ? base.batchNormFreezeEpoch() : FreezeEpoch.NEVER);
    if (length == 0 && section.has(key) && epoch.equals(FreezeEpoch.LAST)) {
      section.conflict(key, "the stage has epochs: 0; leave this out");
    }
    BatchNormFreeze usual = quantized ? base.freeze(length) : BatchNormFreeze.NEVER;
    return usual.epoch(epoch.of(length));
  }

  private void requireSense(Section section, Form form, QuantizationScheme before) {
    boolean changes =
        section.has("weights")
            || section.has("activations")
            || section.hasItems(QuantizationReader.LAYERS);
    if (form == Form.FLOAT && changes) {
      section.conflict("float", "a float stage has no weights or activations to quantize");
    }
    if (base.mixed().isPresent()) {
      List<QuantizationRule> own = new ArrayList<>(scheme.rules());
      own.removeAll(before.rules());
      BitSearchReader.requireNoWeights(section, own);
    }
  }

  private void requireStart(Section section, int length) {
    Optional<Long> start = section.optional("start-epoch", EPOCH);
    if (start.isPresent() && start.get() != epochs) {
      section.conflict(
          "start-epoch",
          "what comes before ends at epoch %d: change start-epoch, or epochs of those stages"
              .formatted(epochs));
    }
    epochs += length;
  }

  /** Float stages with the scheme that comes after them. */
  private List<Stage> foreseeing() {
    List<Stage> all = new ArrayList<>(stages);
    for (int i = all.size() - 2; i >= 0; i--) {
      if (!all.get(i).isQuantized()) {
        all.set(i, all.get(i).scheme(all.get(i + 1).scheme()));
      }
    }
    return all;
  }
}
