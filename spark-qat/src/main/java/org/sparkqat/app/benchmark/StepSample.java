package org.sparkqat.app.benchmark;

import org.sparkqat.engine.StepTimes;

/**
 * One timed training step, in nanoseconds.
 *
 * @param total from the loading of the weights to the end of the update
 * @param engine where the time in the engine went
 * @param update clipping, optimizer and running statistics
 */
record StepSample(long total, StepTimes engine, long update) {}
