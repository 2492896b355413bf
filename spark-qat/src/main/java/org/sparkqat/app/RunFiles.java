package org.sparkqat.app;

import java.io.IOException;
import org.sparkqat.app.config.JobConfiguration;
import org.sparkqat.app.output.RunFolder;
import org.sparkqat.app.output.Summary;
import org.sparkqat.app.report.AccuracyTable.Measure;
import org.sparkqat.app.report.HtmlReport;
import org.sparkqat.app.report.ModelTable;
import org.sparkqat.export.OnnxExporter;
import org.sparkqat.export.OnnxForm;
import org.sparkqat.export.OnnxOptions;
import org.sparkqat.training.TrainedModel;

/**
 * Writes the files that a finished run leaves.
 *
 * @param configuration as resolved
 */
record RunFiles(RunFolder folder, JobConfiguration job, String configuration) {

  void write(Summary summary, TrainedModel model) throws IOException {
    Measure measure = job.data().isRegression() ? Measure.R_SQUARED : Measure.ACCURACY;
    OnnxOptions onnx = new OnnxOptions(OnnxForm.QUANTIZED, Version.current());
    folder.write(RunFolder.MODEL, out -> OnnxExporter.write(model, onnx, out));
    folder.write(RunFolder.SUMMARY, summary.json());
    folder.write(
        RunFolder.REPORT,
        HtmlReport.of(folder, ModelTable.of(model), summary, measure, configuration));
  }
}
