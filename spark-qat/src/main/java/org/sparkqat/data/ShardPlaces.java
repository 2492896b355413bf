package org.sparkqat.data;

import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.util.AccumulatorV2;

/** Tells the driver on which executor the file of each shard was written last. */
final class ShardPlaces extends AccumulatorV2<ShardPlaces.Place, Map<Integer, String>> {

  private static final long serialVersionUID = 1L;

  /**
   * Where a shard is.
   *
   * @param location in Spark's form for one executor
   */
  record Place(int shard, String location) implements Serializable {
    private static final long serialVersionUID = 1L;

    static Place onExecutor(int shard, String host, String executor) {
      return new Place(shard, "executor_" + host + "_" + executor);
    }
  }

  private final ConcurrentHashMap<Integer, String> places = new ConcurrentHashMap<>();

  @Override
  public boolean isZero() {
    return places.isEmpty();
  }

  @Override
  public ShardPlaces copy() {
    ShardPlaces copy = new ShardPlaces();
    copy.places.putAll(places);
    return copy;
  }

  @Override
  public void reset() {
    places.clear();
  }

  @Override
  public void add(Place place) {
    places.put(place.shard(), place.location());
  }

  @Override
  public void merge(AccumulatorV2<Place, Map<Integer, String>> other) {
    places.putAll(other.value());
  }

  @Override
  public Map<Integer, String> value() {
    return places;
  }
}
