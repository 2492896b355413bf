package org.sparkqat.spark;

import scala.Serializable;

/** What Scala calls serializable: here, Scala 2.12. */
public interface ScalaSerializable extends Serializable {}
