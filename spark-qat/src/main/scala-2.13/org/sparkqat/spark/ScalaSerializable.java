package org.sparkqat.spark;

import java.io.Serializable;

/** What Scala calls serializable: here, Scala 2.13. */
public interface ScalaSerializable extends Serializable {}
