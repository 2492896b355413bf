package org.sparkqat.data.dataset;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/**
 * Writes images as a folder of Parquet files, the same bytes for the same images: a plain writer
 * rather than a Spark job, since the order of the rows is part of the result.
 */
final class ImageParquetWriter {

  private static final String IMAGE = "image";
  private static final String LABEL = "label";
  private static final int IMAGES_PER_FILE = 10_000;
  // The files are written once and kept in the repository, so size counts and time does not.
  private static final int COMPRESSION_LEVEL = 19;

  private static final MessageType SCHEMA =
      Types.buildMessage()
          .required(PrimitiveTypeName.BINARY)
          .named(IMAGE)
          .required(PrimitiveTypeName.INT32)
          .named(LABEL)
          .named("images");

  private final Configuration configuration;

  ImageParquetWriter(Configuration configuration) {
    this.configuration = new Configuration(configuration);
    this.configuration.setInt("parquet.compression.codec.zstd.level", COMPRESSION_LEVEL);
  }

  /** Writes {@code folder}, which must not exist; it appears only when it is complete. */
  void write(LabelledImages images, Path folder) throws IOException {
    FileSystem files = folder.getFileSystem(configuration);
    Path aside = new Path(folder.getParent(), "_" + folder.getName() + ".incomplete");
    files.delete(aside, true);
    for (int first = 0; first < images.size(); first += IMAGES_PER_FILE) {
      Path part = new Path(aside, "part-%05d.zstd.parquet".formatted(first / IMAGES_PER_FILE));
      writePart(images, first, Math.min(first + IMAGES_PER_FILE, images.size()), part);
    }
    if (!files.rename(aside, folder)) {
      throw new IOException("Failed to write images: cannot rename " + aside + " to " + folder);
    }
  }

  private void writePart(LabelledImages images, int first, int end, Path part) throws IOException {
    SimpleGroupFactory groups = new SimpleGroupFactory(SCHEMA);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(HadoopOutputFile.fromPath(part, configuration))
            .withConf(configuration)
            .withType(SCHEMA)
            .withCompressionCodec(CompressionCodecName.ZSTD)
            // One encoding a column: the footer lists several in an order that changes by itself.
            .withWriterVersion(WriterVersion.PARQUET_2_0)
            .withDictionaryEncoding(false)
            .build()) {
      for (int i = first; i < end; i++) {
        writer.write(
            groups
                .newGroup()
                .append(IMAGE, Binary.fromConstantByteArray(images.image(i)))
                .append(LABEL, images.label(i)));
      }
    }
  }
}
