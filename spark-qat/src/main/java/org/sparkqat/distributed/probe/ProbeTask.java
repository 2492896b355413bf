package org.sparkqat.distributed.probe;

import org.sparkqat.distributed.wire.Json;
import org.sparkqat.distributed.wire.Wire;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.quantization.QuantizationScheme;
import org.sparkqat.quantization.Ranges;
import org.sparkqat.quantization.SchemeDescription;

/** One evaluation of a {@link ProbeJob}. */
sealed interface ProbeTask {

  /** Counts the values of all points of a scheme, in float. */
  record Count(QuantizationScheme scheme) implements ProbeTask {}

  /** Outputs, loss and accuracy with a scheme, compared with the reference. */
  record Evaluate(Arithmetic arithmetic, QuantizationScheme scheme, Ranges ranges)
      implements ProbeTask {}

  /** An estimate of the trace of each layer's Hessian. */
  record Hessian(int number, double step) implements ProbeTask {}

  /** Mean over the micro-batches of the squared norm of each layer's gradient. */
  record Fisher() implements ProbeTask {}

  /** The task as bytes. */
  default byte[] encode() {
    if (this instanceof Count count) {
      byte[] scheme = Json.write(SchemeDescription.write(count.scheme()));
      return Wire.writer(64L + scheme.length).putText("count").putBytes(scheme).bytes();
    }
    if (this instanceof Evaluate evaluate) {
      byte[] scheme = Json.write(SchemeDescription.write(evaluate.scheme()));
      float[] ranges = evaluate.ranges().flat();
      return Wire.writer(128L + scheme.length + 4L * ranges.length)
          .putText("evaluate")
          .putText(evaluate.arithmetic().name())
          .putBytes(scheme)
          .putFloats(ranges)
          .bytes();
    }
    Wire wire = Wire.writer(128);
    return this instanceof Hessian hessian
        ? wire.putText("hessian").putInt(hessian.number()).putDouble(hessian.step()).bytes()
        : wire.putText("fisher").bytes();
  }

  static ProbeTask decode(byte[] bytes) {
    Wire wire = Wire.reader(bytes);
    String kind = wire.getText();
    return switch (kind) {
      case "count" -> new Count(SchemeDescription.read(Json.read(wire.getBytes())));
      case "evaluate" ->
          new Evaluate(
              Arithmetic.valueOf(wire.getText()),
              SchemeDescription.read(Json.read(wire.getBytes())),
              Ranges.ofFlat(wire.getFloats()));
      case "hessian" -> new Hessian(wire.getInt(), wire.getDouble());
      case "fisher" -> new Fisher();
      default -> throw new IllegalArgumentException("Invalid task: " + kind);
    };
  }
}
