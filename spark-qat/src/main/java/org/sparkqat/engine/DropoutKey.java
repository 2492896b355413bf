package org.sparkqat.engine;

/** The counters of the random numbers that dropout uses in one micro-batch. */
public record DropoutKey(long seed, long step, int shard) {}
