package org.sparkqat.integer;

import com.tngtech.archunit.thirdparty.org.objectweb.asm.ClassReader;
import com.tngtech.archunit.thirdparty.org.objectweb.asm.ClassVisitor;
import com.tngtech.archunit.thirdparty.org.objectweb.asm.FieldVisitor;
import com.tngtech.archunit.thirdparty.org.objectweb.asm.Handle;
import com.tngtech.archunit.thirdparty.org.objectweb.asm.MethodVisitor;
import com.tngtech.archunit.thirdparty.org.objectweb.asm.Opcodes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Every use of floating point in a compiled class, and the classes that it calls. */
final class FloatingPointUse extends ClassVisitor {

  /** Instructions on float and double, from the virtual machine's specification. */
  private static final Set<Integer> INSTRUCTIONS =
      Set.of(
          Opcodes.FCONST_0,
          Opcodes.FCONST_1,
          Opcodes.FCONST_2,
          Opcodes.DCONST_0,
          Opcodes.DCONST_1,
          Opcodes.FLOAD,
          Opcodes.DLOAD,
          Opcodes.FALOAD,
          Opcodes.DALOAD,
          Opcodes.FSTORE,
          Opcodes.DSTORE,
          Opcodes.FASTORE,
          Opcodes.DASTORE,
          Opcodes.FADD,
          Opcodes.DADD,
          Opcodes.FSUB,
          Opcodes.DSUB,
          Opcodes.FMUL,
          Opcodes.DMUL,
          Opcodes.FDIV,
          Opcodes.DDIV,
          Opcodes.FREM,
          Opcodes.DREM,
          Opcodes.FNEG,
          Opcodes.DNEG,
          Opcodes.I2F,
          Opcodes.I2D,
          Opcodes.L2F,
          Opcodes.L2D,
          Opcodes.F2I,
          Opcodes.F2L,
          Opcodes.F2D,
          Opcodes.D2I,
          Opcodes.D2L,
          Opcodes.D2F,
          Opcodes.FCMPL,
          Opcodes.FCMPG,
          Opcodes.DCMPL,
          Opcodes.DCMPG,
          Opcodes.FRETURN,
          Opcodes.DRETURN);

  final List<String> uses = new ArrayList<>();
  final Set<String> called = new HashSet<>();
  private final String name;

  private FloatingPointUse(String name) {
    super(Opcodes.ASM9);
    this.name = name;
  }

  /** Reads a class by its name, with slashes. */
  static FloatingPointUse of(String name) {
    FloatingPointUse found = new FloatingPointUse(name);
    try (InputStream in =
        FloatingPointUse.class.getClassLoader().getResourceAsStream(name + ".class")) {
      new ClassReader(in.readAllBytes()).accept(found, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private void note(String where, String type) {
    String bare = type.replaceAll("L[^;]*;", "");
    if (bare.contains("F")
        || bare.contains("D")
        || type.contains("java/lang/Float")
        || type.contains("java/lang/Double")) {
      uses.add("%s.%s: %s".formatted(name, where, type));
    }
  }

  @Override
  public FieldVisitor visitField(
      int access, String field, String type, String signature, Object value) {
    note(field, type);
    note(field, signature == null ? "" : "L" + signature.replace(';', ' ') + ";");
    return null;
  }

  @Override
  public MethodVisitor visitMethod(
      int access, String method, String type, String signature, String[] exceptions) {
    note(method, type);
    return new Instructions(method);
  }

  /** The instructions of a method. */
  private final class Instructions extends MethodVisitor {

    private final String method;

    Instructions(String method) {
      super(Opcodes.ASM9);
      this.method = method;
    }

    private void check(int opcode) {
      if (INSTRUCTIONS.contains(opcode)) {
        uses.add("%s.%s: instruction %d".formatted(name, method, opcode));
      }
    }

    @Override
    public void visitInsn(int opcode) {
      check(opcode);
    }

    @Override
    public void visitVarInsn(int opcode, int variable) {
      check(opcode);
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
      boolean isArray = opcode == Opcodes.NEWARRAY;
      if (isArray && (operand == Opcodes.T_FLOAT || operand == Opcodes.T_DOUBLE)) {
        uses.add("%s.%s: an array of them".formatted(name, method));
      }
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
      call(type);
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String field, String type) {
      call(owner);
      note(method, type);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String callee, String type, boolean isInterface) {
      call(owner);
      note(method, type);
    }

    @Override
    public void visitInvokeDynamicInsn(
        String callee, String type, Handle bootstrap, Object... arguments) {
      note(method, type);
    }

    @Override
    public void visitLdcInsn(Object constant) {
      if (constant instanceof Float || constant instanceof Double) {
        uses.add("%s.%s: %s".formatted(name, method, constant));
      }
    }

    @Override
    public void visitMultiANewArrayInsn(String type, int dimensions) {
      note(method, type);
    }

    private void call(String type) {
      if (type.startsWith("[")) {
        note(method, type);
      } else {
        called.add(type);
        note(method, "L" + type + ";");
      }
    }
  }
}
