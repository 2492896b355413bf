package org.sparkqat.engine.onednn;

import org.bytedeco.javacpp.FloatPointer;

/** A place that may be made another one as long as nothing lies in it. */
final class MovablePlace implements Place {

  private Place place;
  private boolean reserved;

  MovablePlace(Place place) {
    this.place = place;
  }

  /**
   * Makes this the other place, whatever that becomes.
   *
   * @throws IllegalStateException if room has been made here
   */
  void moveTo(Place other) {
    if (reserved) {
      throw new IllegalStateException("Cannot move a place: it is in use");
    }
    place = other;
  }

  @Override
  public FloatPointer start() {
    return place.start();
  }

  @Override
  public void reserve(long bytes) {
    reserved = true;
    place.reserve(bytes);
  }
}
