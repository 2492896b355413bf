package org.sparkqat.app.config;

import java.util.Optional;
import org.sparkqat.training.Distillation;

/**
 * Group {@code training.distillation}: whom the network learns from in QAT.
 *
 * @param teacher output folder of a run, whose float weights teach
 */
public record DistillationConfiguration(String teacher, Distillation distillation) {

  /** Path of the key that names the teacher; in a fingerprint, what it has learned. */
  public static final String TEACHER = "training.distillation.teacher";

  static Optional<DistillationConfiguration> read(Section section, DataConfiguration data) {
    Optional<String> teacher = section.optional("teacher", new Kind.Text("output folder of a run"));
    double temperature =
        section.real("temperature", Distillation.DEFAULT_TEMPERATURE, Bounds.above(0));
    double weight = section.real("weight", Distillation.DEFAULT_WEIGHT, Bounds.aboveUpTo(0, 1));
    if (teacher.isPresent() && data.isRegression()) {
      section.conflict("teacher", "data.classes 0: there are no classes to learn of");
    }
    return teacher.map(
        path -> new DistillationConfiguration(path, new Distillation(temperature, weight)));
  }
}
