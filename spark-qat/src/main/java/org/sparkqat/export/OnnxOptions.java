package org.sparkqat.export;

/**
 * How a model is exported.
 *
 * @param producerVersion version of this program, written into the file
 */
public record OnnxOptions(OnnxForm form, String producerVersion) {}
