package org.sparkqat.distributed;

import java.lang.reflect.Array;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The choices that a record has: the constants of its enums and the members of its closed families,
 * and of those of its parts.
 */
final class Choices {

  private static final String OURS = "org.sparkqat.";

  private Choices() {}

  /** All that a type's values could have, e.g. {@code Symmetry.SYMMETRIC}, {@code Cosine}. */
  static Set<String> of(Class<?> root) {
    Set<String> choices = new TreeSet<>();
    Set<Class<?>> seen = new LinkedHashSet<>();
    Deque<Type> open = new ArrayDeque<>(Set.of(root));
    while (!open.isEmpty()) {
      Type type = open.pop();
      if (type instanceof ParameterizedType generic) {
        open.addAll(Arrays.asList(generic.getActualTypeArguments()));
      } else if (type instanceof Class<?> of && of.getName().startsWith(OURS) && seen.add(of)) {
        if (of.isEnum()) {
          Arrays.stream(of.getEnumConstants()).map(Choices::name).forEach(choices::add);
        } else if (of.isSealed()) {
          open.addAll(Arrays.asList(of.getPermittedSubclasses()));
        } else if (of.isRecord()) {
          choices.add(name(of));
          Arrays.stream(of.getRecordComponents())
              .map(RecordComponent::getGenericType)
              .forEach(open::add);
        }
      }
    }
    return choices;
  }

  /** All that a value has. */
  static Set<String> in(Object value) {
    Set<String> found = new TreeSet<>();
    collect(value, found);
    return found;
  }

  private static void collect(Object value, Set<String> found) {
    Class<?> type = value.getClass();
    if (value instanceof Enum<?> constant) {
      found.add(name(constant));
    } else if (value instanceof Optional<?> some) {
      some.ifPresent(each -> collect(each, found));
    } else if (value instanceof Collection<?> all) {
      all.forEach(each -> collect(each, found));
    } else if (value instanceof Map<?, ?> map) {
      map.values().forEach(each -> collect(each, found));
    } else if (type.isArray() && !type.getComponentType().isPrimitive()) {
      for (int i = 0; i < Array.getLength(value); i++) {
        collect(Array.get(value, i), found);
      }
    } else if (type.isRecord() && type.getName().startsWith(OURS)) {
      found.add(name(type));
      for (RecordComponent part : type.getRecordComponents()) {
        collect(part(value, part), found);
      }
    }
  }

  private static Object part(Object of, RecordComponent part) {
    try {
      part.getAccessor().setAccessible(true);
      return part.getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Cannot read " + part, e);
    }
  }

  private static String name(Object constant) {
    Enum<?> of = (Enum<?>) constant;
    return of.getDeclaringClass().getSimpleName() + "." + of.name();
  }

  private static String name(Class<?> type) {
    return type.getSimpleName();
  }
}
