package org.sparkqat.export;

import ai.onnxruntime.OrtException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.sparkqat.engine.Kernels;
import org.sparkqat.engine.Plan;
import org.sparkqat.export.onnx.Onnx.ModelProto;
import org.sparkqat.export.onnx.Onnx.NodeProto;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.training.TrainedModel;

/**
 * Compares the codes at every quantization point of a model, the engine's with those of the graph
 * executed as it is written.
 *
 * <p>A code counts when all codes that its block reads agree, for that example. Then it may differ
 * only where the real value lies at the middle between two codes, up to the rounding of float sums.
 */
final class LiteralCodes {

  private final TrainedModel model;
  private final BlockGraph graph;
  private final Map<String, String> reals;
  private final Map<String, float[]> runtime;
  private final int examples;
  private final Logits logits;
  private final boolean[][] clean;
  private long compared;
  private long different;
  private double farthest;

  private LiteralCodes(
      TrainedModel model, Map<String, String> reals, Map<String, float[]> runtime, int examples) {
    this.model = model;
    this.reals = reals;
    this.graph = model.graph().graph();
    this.runtime = runtime;
    this.examples = examples;
    int classes = model.network().output().shape().size();
    this.logits = new Logits(new float[examples * classes], runtime.get("logits"), classes);
    this.clean = new boolean[graph.blocks().size()][examples];
  }

  /** Runs both on the same images. */
  static LiteralCodes compare(Kernels kernels, TrainedModel model, float[] images)
      throws OrtException {
    ModelProto proto = OnnxExporter.model(model, new OnnxOptions(OnnxForm.QUANTIZED, "test"));
    Map<String, String> reals = quantizedValues(proto);
    Set<String> exposed = new HashSet<>(reals.values());
    reals.keySet().forEach(name -> exposed.add(name + ".dequantized"));
    int examples = images.length / model.network().inputShape().size();
    Map<String, float[]> runtime;
    try (RuntimeModel literal = RuntimeModel.literal(RuntimeModel.exposing(proto, exposed))) {
      runtime = literal.run(images, model.network().inputShape());
    }
    LiteralCodes codes = new LiteralCodes(model, reals, runtime, examples);
    try (Plan plan =
        Plan.compile(
            kernels,
            model.graph(),
            model.normalization(),
            Logits.of(OnnxForm.QUANTIZED, examples))) {
      plan.load(model.parameters(), model.statistics(), model.ranges());
      plan.infer(images, codes.logits.ours());
      codes.compare(plan);
    }
    return codes;
  }

  /** Names of quantizers, with the real values that they quantize. */
  private static Map<String, String> quantizedValues(ModelProto proto) {
    Map<String, String> values = new HashMap<>();
    for (NodeProto node : proto.getGraph().getNodeList()) {
      if (node.getOpType().equals("QuantizeLinear")) {
        values.put(node.getName().replace(".quantized", ""), node.getInput(0));
      } else if (node.getName().endsWith(".divided")) {
        values.put(node.getName().replace(".divided", ""), node.getInput(0));
      }
    }
    return values;
  }

  private void compare(Plan plan) {
    for (Block block : graph.blocks()) {
      for (int n = 0; n < examples; n++) {
        clean[block.index()][n] = readsClean(block, n);
      }
      model
          .graph()
          .outputs()
          .get(block.index())
          .ifPresent(point -> compare(block, point, plan.output(block.index()).data()));
    }
  }

  private boolean readsClean(Block block, int example) {
    return block.inputs().stream()
        .allMatch(source -> source == BlockGraph.INPUT || clean[source][example]);
  }

  private void compare(Block block, QuantizationPoint point, float[] codes) {
    String name = block.last();
    float[] theirs = runtime.get(name + ".dequantized");
    float[] real = runtime.get(reals.get(name));
    boolean perTensor = ActivationQuantizers.isPerTensor(point);
    float[] scales = scales(point, perTensor ? 1 : block.outputShape().channels());
    int channels = block.outputShape().channels();
    int spatial = block.outputShape().spatial();
    for (int i = 0; i < codes.length; i++) {
      float scale = scales[i / spatial % scales.length];
      float ours = perTensor ? codes[i] * scale : codes[i];
      int example = i / (channels * spatial);
      boolean counts = readsClean(block, example);
      compared += counts ? 1 : 0;
      if (ours != theirs[i]) {
        clean[block.index()][example] = false;
        if (counts) {
          record(ours, theirs[i], real[i], scale);
        }
      }
    }
  }

  private float[] scales(QuantizationPoint point, int slots) {
    float[] scales = new float[slots];
    for (int s = 0; s < slots; s++) {
      scales[s] = point.quantizer().affine(model.ranges().range(point.firstSlot() + s)).scale();
    }
    return scales;
  }

  private void record(float ours, float theirs, float real, float scale) {
    different++;
    double middle = ((double) ours + theirs) / 2;
    farthest = Math.max(farthest, Math.abs(real - middle) / scale);
  }

  /** Codes whose inputs agree. */
  long compared() {
    return compared;
  }

  /** Those of them that differ. */
  long different() {
    return different;
  }

  /** The largest distance of a differing code's real value from the middle, in codes. */
  double farthestFromTheMiddle() {
    return farthest;
  }

  /** Largest difference of the logits of examples whose codes all agree, as a share of them. */
  double logitsBehindEqualCodes() {
    double difference = 0;
    for (int n = 0; n < examples; n++) {
      if (clean[graph.output().index()][n]) {
        difference = Math.max(difference, logits.difference(n));
      }
    }
    return difference;
  }
}
