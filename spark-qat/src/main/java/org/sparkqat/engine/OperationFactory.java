package org.sparkqat.engine;

import java.util.List;
import java.util.Optional;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Concatenate;
import org.sparkqat.network.Layer;
import org.sparkqat.network.LayerVisitor;
import org.sparkqat.network.Multiply;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Requantize;
import org.sparkqat.network.Window;

/** Makes the operation of a block. */
final class OperationFactory {

  private final Kernels kernels;
  private final QuantizedGraph graph;
  private final PlanSettings settings;
  private final Activations input;

  OperationFactory(
      Kernels kernels, QuantizedGraph graph, PlanSettings settings, Activations input) {
    this.kernels = kernels;
    this.graph = graph;
    this.settings = settings;
    this.input = input;
  }

  Operation operation(Block block, List<Operation> before) {
    return block.anchor().layer().accept(new Maker(block, before));
  }

  /** One block's answer to each kind of layer. */
  private final class Maker implements LayerVisitor<Operation> {

    private final Block block;
    private final List<Operation> before;

    Maker(Block block, List<Operation> before) {
      this.block = block;
      this.before = before;
    }

    @Override
    public Operation convolution(Layer.Convolution layer) {
      return weighted(
          kernels.convolution(
              ConvolutionShape.of(layer, block.inputShape(), settings.microBatch())));
    }

    @Override
    public Operation fullyConnected(Layer.FullyConnected layer) {
      int inputs = block.inputShape().size();
      return weighted(kernels.fullyConnected(settings.microBatch(), inputs, layer.outputs()));
    }

    private Operation weighted(WeightedKernel kernel) {
      return new WeightedOperation(block, graph, settings, kernel, src(0), dst());
    }

    @Override
    public Operation batchNormalization(Layer.BatchNormalization layer) {
      return pointwise();
    }

    @Override
    public Operation relu(Layer.Relu layer) {
      return pointwise();
    }

    @Override
    public Operation relu6(Layer.Relu6 layer) {
      return pointwise();
    }

    private Operation pointwise() {
      return new PointwiseOperation(
          block, graph.graph().network(), settings, src(0), dst(), stage());
    }

    @Override
    public Operation maxPool(Layer.MaxPool layer) {
      return new MaxPoolOperation(
          settings.microBatch(),
          block.inputShape(),
          block.anchor().shape(),
          layer.window(),
          src(0),
          dst());
    }

    @Override
    public Operation averagePool(Layer.AveragePool layer) {
      return pooled(layer.window());
    }

    @Override
    public Operation globalAveragePool(Layer.GlobalAveragePool layer) {
      return pooled(AveragePoolOperation.whole(block.inputShape()));
    }

    private Operation pooled(Window window) {
      return new AveragePoolOperation(
          settings.microBatch(),
          block.inputShape(),
          block.anchor().shape(),
          window,
          src(0),
          dst(),
          stage());
    }

    @Override
    public Operation add(Layer.Add layer) {
      int later = block.inputs().get(0) > block.inputs().get(1) ? 0 : 1;
      return new AddOperation(src(later), src(1 - later), dst(), stage());
    }

    @Override
    public Operation flatten(Layer.Flatten layer) {
      return new FlattenOperation(src(0));
    }

    @Override
    public Operation dropout(Layer.Dropout layer) {
      return new DropoutOperation(block.index(), layer.rate(), src(0), dst());
    }

    @Override
    public Operation activationFunction(ActivationFunction function) {
      return new FunctionOperation(
          Curve.of(function), codeTable(Curve.of(function)), src(0), dst(), stage());
    }

    /** Empty where the input has no codes, or none of one scale. */
    private Optional<CodeTable> codeTable(Curve curve) {
      int source = block.inputs().get(0);
      if (!settings.arithmetic().quantizes() || graph.staysReal(source)) {
        return Optional.empty();
      }
      return Optional.of(graph.pointOf(source))
          .filter(point -> point.quantizer().hasOneScale())
          .map(point -> new CodeTable(curve, point));
    }

    @Override
    public Operation concatenate(Concatenate layer) {
      List<Activations> sources = block.inputs().stream().map(this::activations).toList();
      return new ConcatenateOperation(settings.microBatch(), sources, dst(), stage());
    }

    @Override
    public Operation multiply(Multiply layer) {
      return new MultiplyOperation(src(0), src(1), dst(), stage());
    }

    @Override
    public Operation requantize(Requantize layer) {
      return pointwise();
    }

    private Activations src(int which) {
      return activations(block.inputs().get(which));
    }

    private Activations activations(int index) {
      return index == BlockGraph.INPUT ? input : before.get(index).output();
    }

    private Activations dst() {
      return new Activations(settings.microBatch() * block.outputShape().size(), true);
    }

    private OutputStage stage() {
      return new OutputStage(
          block.activation(),
          graph.outputs().get(block.index()),
          settings,
          block.outputShape().channels(),
          block.outputShape().spatial());
    }
  }
}
