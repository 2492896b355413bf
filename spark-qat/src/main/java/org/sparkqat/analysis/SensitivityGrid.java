package org.sparkqat.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.sparkqat.analysis.Variant.Part;
import org.sparkqat.analysis.Variant.Scope;

/** All variants that a sensitivity analysis evaluates. */
public final class SensitivityGrid {

  private SensitivityGrid() {}

  /** Layer after layer, those parts of it that it has; {@code both} where it has both. */
  public static List<Variant> of(
      LayerSchemes schemes, List<Integer> bits, Set<Part> parts, Set<Scope> scopes) {
    List<Variant> variants = new ArrayList<>();
    for (String layer : schemes.layers()) {
      for (Part part : Part.values()) {
        if (parts.contains(part) && has(schemes, layer, part)) {
          for (int each : bits) {
            for (Scope scope : Scope.values()) {
              if (scopes.contains(scope)) {
                variants.add(new Variant(layer, part, each, scope));
              }
            }
          }
        }
      }
    }
    return List.copyOf(variants);
  }

  private static boolean has(LayerSchemes schemes, String layer, Part part) {
    boolean weights = schemes.weights(layer).isPresent();
    boolean activations = schemes.output(layer).isPresent();
    return switch (part) {
      case WEIGHTS -> weights;
      case ACTIVATIONS -> activations;
      case BOTH -> weights && activations;
    };
  }
}
