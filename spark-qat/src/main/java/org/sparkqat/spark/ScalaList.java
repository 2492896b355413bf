package org.sparkqat.spark;

import java.util.ArrayList;
import java.util.List;
import scala.collection.Iterable;
import scala.collection.Iterator;

/** Lists of Scala as lists of Java, by what Scala 2.12 and 2.13 have in common. */
public final class ScalaList {

  private ScalaList() {}

  /** The same elements in the same order, which do not change any more. */
  public static <T> List<T> copyOf(Iterable<T> elements) {
    List<T> copy = new ArrayList<>();
    for (Iterator<T> i = elements.iterator(); i.hasNext(); ) {
      copy.add(i.next());
    }
    return List.copyOf(copy);
  }
}
