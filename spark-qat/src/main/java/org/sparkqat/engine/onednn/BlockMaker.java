package org.sparkqat.engine.onednn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.engine.ConvolutionShape;
import org.sparkqat.engine.Curve;
import org.sparkqat.engine.DropoutKey;
import org.sparkqat.engine.FoldedWeights;
import org.sparkqat.engine.Normalization;
import org.sparkqat.engine.NormalizationParameters;
import org.sparkqat.engine.PlanSettings;
import org.sparkqat.network.ActivationFunction;
import org.sparkqat.network.Block;
import org.sparkqat.network.BlockGraph;
import org.sparkqat.network.Concatenate;
import org.sparkqat.network.Layer;
import org.sparkqat.network.LayerVisitor;
import org.sparkqat.network.Multiply;
import org.sparkqat.network.QuantizationPoint;
import org.sparkqat.network.QuantizedGraph;
import org.sparkqat.network.Requantize;
import org.sparkqat.network.Window;
import org.sparkqat.tensor.Shape;

/** Makes the compiled blocks of a network, one after the other. */
final class BlockMaker {

  private final Context context;
  private final Ownership owned;
  private final Scratch scratch;
  private final StageMaker stages;
  private final QuantizedGraph graph;
  private final PlanSettings settings;
  private final Feature input;
  private final Supplier<DropoutKey> dropout;
  private final List<CompiledBlock> made = new ArrayList<>();

  BlockMaker(
      Context context,
      Ownership owned,
      Scratch scratch,
      QuantizedGraph graph,
      PlanSettings settings,
      Feature input,
      Supplier<DropoutKey> dropout) {
    this.context = context;
    this.owned = owned;
    this.scratch = scratch;
    this.stages = new StageMaker(settings, scratch);
    this.graph = graph;
    this.settings = settings;
    this.input = input;
    this.dropout = dropout;
  }

  List<CompiledBlock> make() {
    for (Block block : graph.graph().blocks()) {
      made.add(block.anchor().layer().accept(new Maker(block)));
    }
    return List.copyOf(made);
  }

  /** One block's answer to each kind of layer. */
  private final class Maker implements LayerVisitor<CompiledBlock> {

    private final Block block;
    private final Workshop workshop;
    private final Shape in;

    Maker(Block block) {
      this.block = block;
      this.workshop = new Workshop(context, "'" + block.name() + "'", owned);
      this.in = block.inputShape();
    }

    @Override
    public CompiledBlock convolution(Layer.Convolution layer) {
      return weighted(
          new ConvolutionProblem(ConvolutionShape.of(layer, in, settings.microBatch())));
    }

    @Override
    public CompiledBlock fullyConnected(Layer.FullyConnected layer) {
      return weighted(
          ConvolutionProblem.fullyConnected(settings.microBatch(), in.size(), layer.outputs()));
    }

    private CompiledBlock weighted(ConvolutionProblem problem) {
      FoldedWeights folded =
          new FoldedWeights(block, graph, settings.arithmetic(), settings.normalization());
      return new WeightedBlock(
          workshop,
          problem,
          Products.of(src(0), folded, obstacleToIntegers()),
          src(0),
          stage(),
          folded,
          scratch,
          firstReader(0),
          settings.gradients());
    }

    private Optional<String> obstacleToIntegers() {
      return quantizes() ? Support.obstacleToIntegers(graph, block) : Optional.empty();
    }

    @Override
    public CompiledBlock batchNormalization(Layer.BatchNormalization layer) {
      NormalizationParameters by =
          new NormalizationParameters(graph.graph().network(), block.anchor());
      return settings.normalization() == Normalization.BATCH
          ? new NormalizationBlock(workshop, by, src(0), stage(), scratch, firstReader(0))
          : new AffineBlock(workshop, by, src(0), stage(), scratch, firstReader(0));
    }

    @Override
    public CompiledBlock relu(Layer.Relu layer) {
      return activation();
    }

    @Override
    public CompiledBlock relu6(Layer.Relu6 layer) {
      return activation();
    }

    private CompiledBlock activation() {
      return new ActivationBlock(workshop, src(0), stage(), scratch, firstReader(0));
    }

    @Override
    public CompiledBlock maxPool(Layer.MaxPool layer) {
      return PoolBlock.max(workshop, layer.window(), src(0), passed(), scratch, firstReader(0));
    }

    @Override
    public CompiledBlock averagePool(Layer.AveragePool layer) {
      return mean(layer.window());
    }

    @Override
    public CompiledBlock globalAveragePool(Layer.GlobalAveragePool layer) {
      return mean(new Window(in.dim(1), in.dim(2), in.dim(1), in.dim(2), 0, 0));
    }

    private CompiledBlock mean(Window window) {
      return PoolBlock.mean(workshop, window, src(0), stage(), scratch, firstReader(0));
    }

    @Override
    public CompiledBlock add(Layer.Add layer) {
      int later = block.inputs().get(0) > block.inputs().get(1) ? 0 : 1;
      AddBlock sum = new AddBlock(workshop, sources(), firstReaders(), later, stage(), scratch);
      fuse(sum, later);
      return sum;
    }

    /** Leaves evaluation to the later of the terms, if it can do it and nobody else reads it. */
    private void fuse(AddBlock sum, int later) {
      int index = block.inputs().get(later);
      boolean single =
          graph.graph().readers(index).size() == 1
              && index != block.inputs().get(1 - later)
              && index != graph.graph().output().index();
      if (single
          && made.get(index) instanceof WeightedBlock term
          && term.servesIntegers()
          && FusedSum.isPossible(src(later), src(1 - later), sum.output())) {
        FusedSum fused = FusedSum.of(workshop, src(later), src(1 - later), sum.output());
        term.goOnWith(fused);
        sum.leaveTo(fused);
      }
    }

    @Override
    public CompiledBlock flatten(Layer.Flatten layer) {
      return new FlattenBlock(workshop, src(0), passed(), scratch, firstReader(0));
    }

    @Override
    public CompiledBlock dropout(Layer.Dropout layer) {
      Feature src = src(0);
      Feature dst =
          Feature.create(
              workshop,
              extent(),
              src.quantizer().map(by -> by.amplified(workshop)),
              src.wantsGradient());
      return new DropoutBlock(
          workshop,
          block.index(),
          layer.rate(),
          settings.microBatch(),
          src,
          dst,
          dropout,
          scratch,
          firstReader(0));
    }

    @Override
    public CompiledBlock activationFunction(ActivationFunction function) {
      Feature src = src(0);
      Feature dst = computed();
      return src.inBytes() && dst.inBytes()
          ? new LookupBlock(
              workshop,
              Curve.of(function),
              src,
              dst,
              point().orElseThrow(),
              scratch,
              firstReader(0))
          : new FunctionBlock(workshop, function, src, stage(dst), scratch, firstReader(0));
    }

    @Override
    public CompiledBlock concatenate(Concatenate layer) {
      return new ConcatenateBlock(workshop, sources(), firstReaders(), stage(), scratch);
    }

    @Override
    public CompiledBlock multiply(Multiply layer) {
      return new MultiplyBlock(workshop, src(0), src(1), firstReaders(), stage(), scratch);
    }

    @Override
    public CompiledBlock requantize(Requantize layer) {
      return activation();
    }

    private List<Feature> sources() {
      return IntStream.range(0, block.inputs().size()).mapToObj(this::src).toList();
    }

    private List<Boolean> firstReaders() {
      return IntStream.range(0, block.inputs().size()).mapToObj(this::firstReader).toList();
    }

    private Feature src(int which) {
      int index = block.inputs().get(which);
      return index == BlockGraph.INPUT ? input : made.get(index).output();
    }

    /** True when in the backward pass no other reader of the input comes before this one. */
    private boolean firstReader(int which) {
      int index = block.inputs().get(which);
      List<Block> readers = graph.graph().readers(index);
      boolean last = readers.get(readers.size() - 1).index() == block.index();
      return last && block.inputs().indexOf(index) == which;
    }

    /** The output of a block that computes new values. */
    private Feature computed() {
      return stages.feature(workshop, extent(), point(), block.activation(), true);
    }

    private boolean quantizes() {
      return settings.arithmetic() == Arithmetic.QUANTIZED;
    }

    /** The output of a block that passes the codes of its input. */
    private Feature passed() {
      return Feature.create(workshop, extent(), src(0).quantizer(), src(0).wantsGradient());
    }

    private Extent extent() {
      return Extent.of(block.outputShape(), settings.microBatch());
    }

    private Optional<QuantizationPoint> point() {
      return graph.outputs().get(block.index());
    }

    /** The end of a block that computes new values. */
    private Stage stage() {
      return stage(computed());
    }

    private Stage stage(Feature dst) {
      return stages.stage(workshop, block.index(), dst, point(), block.activation());
    }
  }
}
