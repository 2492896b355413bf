package org.sparkqat.distributed.evaluation;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkqat.data.ExampleSchema;
import org.sparkqat.data.FeatureColumn;
import org.sparkqat.data.FeatureReader;
import org.sparkqat.data.InvalidDataException;
import org.sparkqat.distributed.wire.StepOrder;
import org.sparkqat.distributed.worker.EvaluationSums;
import org.sparkqat.distributed.worker.ExecutorWorkers;
import org.sparkqat.distributed.worker.Worker;
import org.sparkqat.distributed.worker.WorkerSpecification;
import org.sparkqat.engine.Arithmetic;
import org.sparkqat.training.TrainingState;

/**
 * Adds a model's answers to a DataFrame: {@code prediction} (class, or real value for regression)
 * and, for classification, {@code probabilities} (softmax of the outputs). An answer depends on
 * nothing but its row: ranges that are dynamic are those of the example.
 */
public final class Predictor {

  private static final String PREDICTION = "prediction";
  private static final String PROBABILITIES = "probabilities";

  private final WorkerSpecification specification;
  private final byte[] order;

  /** A predictor with the numbers of a state of the specification's job. */
  public Predictor(WorkerSpecification specification, Arithmetic arithmetic, TrainingState state) {
    this.specification = specification.scheme(specification.scheme().ofSingleExamples());
    this.order =
        StepOrder.ofInference(arithmetic, state.parameters(), state.statistics(), state.ranges())
            .encode();
  }

  /**
   * The rows of a DataFrame with the answers in new columns at the end.
   *
   * @throws InvalidDataException when a features column is missing or wrong, or when a column has
   *     the name of an answer already
   */
  public Dataset<Row> transform(Dataset<Row> rows, ExampleSchema schema) {
    requireFree(rows.schema());
    FeatureColumn features = FeatureColumn.of(rows.schema(), schema);
    int width = rows.columns().length;
    Dataset<Row> selected = rows.select(columns(rows, features.column()));
    StructType output = outputSchema(rows.schema());
    JavaSparkContext context =
        JavaSparkContext.fromSparkContext(rows.sparkSession().sparkContext());
    Broadcast<byte[]> job = context.broadcast(specification.encode());
    Broadcast<byte[]> orders = context.broadcast(order);
    FeatureReader reader = features.reader();
    return selected.mapPartitions(
        (Iterator<Row> part) -> new Answers(part, width, reader, job.value(), orders.value()),
        Encoders.row(output));
  }

  private static Column[] columns(Dataset<Row> rows, Column features) {
    List<Column> columns = new ArrayList<>();
    for (String name : rows.columns()) {
      columns.add(rows.col("`" + name.replace("`", "``") + "`"));
    }
    columns.add(features);
    return columns.toArray(new Column[0]);
  }

  private StructType outputSchema(StructType input) {
    return specification.classes() > 0
        ? input
            .add(PREDICTION, DataTypes.IntegerType, false)
            .add(PROBABILITIES, DataTypes.createArrayType(DataTypes.FloatType, false), false)
        : input.add(PREDICTION, DataTypes.FloatType, false);
  }

  private static void requireFree(StructType input) {
    for (String name : input.fieldNames()) {
      if (name.equalsIgnoreCase(PREDICTION) || name.equalsIgnoreCase(PROBABILITIES)) {
        throw new InvalidDataException(
            "Invalid column '" + name + "': predictions are written there (rename or drop it)");
      }
    }
  }

  /** The rows of a partition with their answers, a micro-batch at a time. */
  private static final class Answers implements Iterator<Row> {

    private final Iterator<Row> rows;
    private final int width;
    private final FeatureReader reader;
    private final byte[] job;
    private final StepOrder order;
    private Iterator<Row> ready = List.<Row>of().iterator();

    Answers(Iterator<Row> rows, int width, FeatureReader reader, byte[] job, byte[] order) {
      this.rows = rows;
      this.width = width;
      this.reader = reader;
      this.job = job;
      this.order = StepOrder.decode(order);
    }

    @Override
    public boolean hasNext() {
      return ready.hasNext() || rows.hasNext();
    }

    @Override
    public Row next() {
      if (!ready.hasNext()) {
        ready = ExecutorWorkers.with(job, this::answer).iterator();
      }
      return ready.next();
    }

    private List<Row> answer(Worker worker) {
      List<Row> batch = new ArrayList<>();
      float[] raw = worker.raw();
      while (rows.hasNext() && batch.size() < worker.microBatch()) {
        Row row = rows.next();
        reader.read(row, width, raw, batch.size() * reader.size());
        batch.add(row);
      }
      worker.repeatFirst(batch.size());
      float[] outputs = worker.infer(order);
      int outputWidth = outputs.length / worker.microBatch();
      List<Row> answers = new ArrayList<>();
      for (int i = 0; i < batch.size(); i++) {
        answers.add(answer(batch.get(i), outputs, i * outputWidth, worker.classes()));
      }
      return answers;
    }

    private Row answer(Row row, float[] outputs, int from, int classes) {
      Object[] values = new Object[width + (classes > 0 ? 2 : 1)];
      for (int i = 0; i < width; i++) {
        values[i] = row.get(i);
      }
      if (classes == 0) {
        values[width] = outputs[from];
      } else {
        int best = EvaluationSums.largest(outputs, from, classes);
        values[width] = best;
        values[width + 1] = softmax(outputs, from, classes, outputs[from + best]);
      }
      return RowFactory.create(values);
    }

    private static Float[] softmax(float[] outputs, int from, int classes, float largest) {
      double[] powers = new double[classes];
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        powers[k] = StrictMath.exp((double) outputs[from + k] - largest);
        sum += powers[k];
      }
      Float[] probabilities = new Float[classes];
      for (int k = 0; k < classes; k++) {
        probabilities[k] = (float) (powers[k] / sum);
      }
      return probabilities;
    }
  }
}
