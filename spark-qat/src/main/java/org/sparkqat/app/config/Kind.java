package org.sparkqat.app.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What values a key takes, and how they are written. */
sealed interface Kind<T> {

  /** All that is allowed, as the reference says it. */
  String allowed();

  /** The value of a text; empty when it is not allowed. */
  Optional<T> parse(Tree.Scalar scalar);

  /** What a message about a text that is not allowed says instead. */
  default String expected(Tree.Scalar scalar) {
    return allowed();
  }

  /** The value as the resolved configuration holds it. */
  default Object written(T value) {
    return value;
  }

  /** Integers. */
  record Whole(Bounds bounds) implements Kind<Long> {
    @Override
    public String allowed() {
      return "integer, " + bounds.text();
    }

    @Override
    public Optional<Long> parse(Tree.Scalar scalar) {
      OptionalLong number = Numbers.integer(scalar.text());
      return number.isPresent() && bounds.allow((double) number.getAsLong())
          ? Optional.of(number.getAsLong())
          : Optional.empty();
    }

    @Override
    public String expected(Tree.Scalar scalar) {
      return Numbers.integer(scalar.text()).isPresent() ? bounds.text() : allowed();
    }
  }

  /** Finite real numbers. */
  record Real(Bounds bounds) implements Kind<Double> {
    @Override
    public String allowed() {
      return "number, " + bounds.text();
    }

    @Override
    public Optional<Double> parse(Tree.Scalar scalar) {
      OptionalDouble number = Numbers.real(scalar.text());
      return number.isPresent() && bounds.allow(number.getAsDouble())
          ? Optional.of(number.getAsDouble())
          : Optional.empty();
    }

    @Override
    public String expected(Tree.Scalar scalar) {
      return Numbers.real(scalar.text()).isPresent() ? bounds.text() : allowed();
    }
  }

  /** An integer, or a word for none. */
  record WholeOr(String word, Bounds bounds) implements Kind<OptionalInt> {
    @Override
    public String allowed() {
      return word + ", or " + bounds.text();
    }

    @Override
    public Optional<OptionalInt> parse(Tree.Scalar scalar) {
      return scalar.text().equals(word)
          ? Optional.of(OptionalInt.empty())
          : new Whole(bounds).parse(scalar).map(value -> OptionalInt.of(value.intValue()));
    }

    @Override
    public Object written(OptionalInt value) {
      return value.isPresent() ? (Object) value.getAsInt() : word;
    }
  }

  /** An epoch of a stage, the last one, or none. */
  record Freeze() implements Kind<FreezeEpoch> {

    private static final String NEVER = "never";
    private static final String LAST = "last";
    private static final Bounds EPOCHS = Bounds.atLeast(0).ofInt();

    @Override
    public String allowed() {
      return "%s, %s, or %s".formatted(NEVER, LAST, EPOCHS.text());
    }

    @Override
    public Optional<FreezeEpoch> parse(Tree.Scalar scalar) {
      return switch (scalar.text()) {
        case NEVER -> Optional.of(FreezeEpoch.NEVER);
        case LAST -> Optional.of(FreezeEpoch.LAST);
        default -> new Whole(EPOCHS).parse(scalar).map(value -> new FreezeEpoch(value.intValue()));
      };
    }

    @Override
    public Object written(FreezeEpoch value) {
      if (value.equals(FreezeEpoch.NEVER)) {
        return NEVER;
      }
      return value.equals(FreezeEpoch.LAST) ? LAST : (Object) value.epoch();
    }
  }

  /** True or false. */
  record Flag() implements Kind<Boolean> {
    @Override
    public String allowed() {
      return "true, false";
    }

    @Override
    public Optional<Boolean> parse(Tree.Scalar scalar) {
      return Numbers.truth(scalar.text());
    }
  }

  /** One of a few words. */
  record Word(List<String> words) implements Kind<String> {
    @Override
    public String allowed() {
      return String.join(", ", words);
    }

    @Override
    public Optional<String> parse(Tree.Scalar scalar) {
      return words.contains(scalar.text()) ? Optional.of(scalar.text()) : Optional.empty();
    }
  }

  /** One of the constants of an enumeration, in kebab-case. */
  record Choice<E extends Enum<E>>(Class<E> type) implements Kind<E> {
    @Override
    public String allowed() {
      return String.join(", ", Arrays.stream(type.getEnumConstants()).map(Kind::word).toList());
    }

    @Override
    public Optional<E> parse(Tree.Scalar scalar) {
      return Arrays.stream(type.getEnumConstants())
          .filter(constant -> word(constant).equals(scalar.text()))
          .findFirst();
    }

    @Override
    public Object written(E value) {
      return word(value);
    }
  }

  /**
   * A kind that knows why somebody may look for certain words in vain.
   *
   * @param reasons why a word is not allowed, and what to use instead
   */
  record Explained<T>(Kind<T> kind, Map<String, String> reasons) implements Kind<T> {
    @Override
    public String allowed() {
      return kind.allowed();
    }

    @Override
    public Optional<T> parse(Tree.Scalar scalar) {
      return kind.parse(scalar);
    }

    @Override
    public String expected(Tree.Scalar scalar) {
      String reason = reasons.get(scalar.text());
      return kind.expected(scalar) + (reason == null ? "" : "; " + reason);
    }

    @Override
    public Object written(T value) {
      return kind.written(value);
    }
  }

  /**
   * Any text but an empty one.
   *
   * @param allowed what it stands for
   */
  record Text(String allowed) implements Kind<String> {
    @Override
    public Optional<String> parse(Tree.Scalar scalar) {
      return scalar.text().isBlank() ? Optional.empty() : Optional.of(scalar.text());
    }
  }

  /** The way an enumeration's constant is written. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
