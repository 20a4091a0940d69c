/** The code of a function: from the statements and expressions of the loop-nest language to bytes. */
import { Bytes } from "./bytes.js";
import { instructions, type Expr, type Instruction, type Local, type ValueType } from "./expressions.js";
import type { Func, Stmt } from "./loops.js";
import { Alignment, Atomic, Code, Vector, loadCode, storeCode, typeCode, type Opcode } from "./opcodes.js";

export interface EncoderOptions {
  /** The module's globals, in order. */
  readonly globals: readonly string[];
  /** Whether `madd` becomes one fused instruction (relaxed SIMD) or a multiplication and an addition. */
  readonly fused: boolean;
}

/**
 * Encodes functions one after the other, reusing the same bytes. A process compiles its first programs before V8 has
 * optimized this code. Loops over indices, and no destructuring of lists, halve the time that takes.
 */
export class FunctionEncoder {
  private readonly out = new Bytes();
  private func!: Func;

  constructor(
    /** The index of a function in the module; -1 if there is none of that name. */
    private readonly indexOf: (name: string) => number,
    private readonly options: EncoderOptions,
  ) {}

  /** The function's code. It is valid until the next call. */
  encode(func: Func): Bytes {
    this.func = func;
    this.out.clear().list(runsOfTypes(func.locals), (out, { type, count }) => out.unsigned(count).byte(typeCode[type]));
    this.block(func.body);
    if (func.returns) this.expression(func.returns);
    return this.out.byte(Code.end);
  }

  private block(body: readonly Stmt[]): void {
    for (let i = 0; i < body.length; i++) this.statement(body[i]!);
  }

  private statement(s: Stmt): void {
    const { out } = this;
    switch (s.kind) {
      case "set":
        this.expression(s.value);
        out.byte(Code.localSet).unsigned(this.local(s.local));
        break;
      case "store":
        this.expression(s.address);
        this.expression(s.value);
        this.memory(storeCode[s.form], s.offset);
        if (s.form === "lane0") out.byte(0);
        break;
      case "for": {
        const counter = this.local(s.counter);
        this.expression(s.from);
        out.byte(Code.localSet).unsigned(counter);
        out.byte(Code.loop).byte(Code.noResult);
        this.block(s.body);
        out.byte(Code.localGet).unsigned(counter).byte(Code.i32Const).signed(s.step);
        this.instruction("i32.add");
        out.byte(Code.localTee).unsigned(counter);
        this.expression(s.to);
        this.instruction("i32.lt_s");
        out.byte(Code.branchIf).unsigned(0).byte(Code.end);
        break;
      }
      case "while":
        out.byte(Code.block).byte(Code.noResult).byte(Code.loop).byte(Code.noResult);
        this.expression(s.condition);
        this.instruction("i32.eqz");
        out.byte(Code.branchIf).unsigned(1);
        this.block(s.body);
        out.byte(Code.branch).unsigned(0).byte(Code.end).byte(Code.end);
        break;
      case "if":
        this.expression(s.condition);
        out.byte(Code.if).byte(Code.noResult);
        this.block(s.then);
        if (s.otherwise.length > 0) {
          out.byte(Code.else);
          this.block(s.otherwise);
        }
        out.byte(Code.end);
        break;
      case "call":
        this.expressions(s.args);
        out.byte(Code.call).unsigned(this.callee(s.name));
        break;
      case "global":
        this.expression(s.value);
        out.byte(Code.globalSet).unsigned(this.global(s.name));
        break;
      case "wait":
        this.expression(s.address);
        this.expression(s.expected);
        out.byte(Code.i64Const).signed(-1); // no time limit
        this.memory([Atomic.prefix, Atomic.wait], 0);
        out.byte(Code.drop);
        break;
      case "notify":
        this.expression(s.address);
        out.byte(Code.i32Const).signed(0x7fffffff); // wakes all of them
        this.memory([Atomic.prefix, Atomic.notify], 0);
        out.byte(Code.drop);
        break;
      case "note":
        break;
    }
  }

  private expression(e: Expr): void {
    const { out } = this;
    switch (e.kind) {
      case "i32":
        out.byte(Code.i32Const).signed(e.value);
        break;
      case "lanes": {
        out.byte(Vector.prefix).unsigned(Vector.literal);
        for (let i = 0; i < 4; i++) {
          if (e.lanes === "f32x4") out.float(e.values[i]!);
          else out.int(e.values[i]!);
        }
        break;
      }
      case "local":
        out.byte(Code.localGet).unsigned(this.local(e));
        break;
      case "global":
        out.byte(Code.globalGet).unsigned(this.global(e.name));
        break;
      case "op":
        this.expressions(e.args);
        this.instruction(e.op);
        break;
      case "load":
        this.expression(e.address);
        this.memory(loadCode[e.form], e.offset);
        break;
      case "shuffle":
        this.expressions(e.args);
        out.byte(Vector.prefix).unsigned(Vector.shuffle);
        for (const lane of e.lanes) for (let byte = 0; byte < 4; byte++) out.byte(4 * lane + byte);
        break;
      case "madd":
        this.madd(e.args);
        break;
      case "call":
        this.expressions(e.args);
        out.byte(Code.call).unsigned(this.callee(e.name));
        break;
      case "atomicAdd":
        this.expression(e.address);
        this.expression(e.value);
        this.memory([Atomic.prefix, Atomic.add], 0);
        break;
    }
  }

  private expressions(all: readonly Expr[]): void {
    for (let i = 0; i < all.length; i++) this.expression(all[i]!);
  }

  private madd(args: readonly [Expr, Expr, Expr]): void {
    this.expression(args[0]);
    this.expression(args[1]);
    if (this.options.fused) {
      this.expression(args[2]);
      this.instruction("f32x4.madd");
    } else {
      this.instruction("f32x4.mul");
      this.expression(args[2]);
      this.instruction("f32x4.add");
    }
  }

  private instruction(name: Instruction): void {
    this.opcode(name.startsWith("i32.") ? 0 : Vector.prefix, instructions[name]);
  }

  private opcode(prefix: number, opcode: number): void {
    if (prefix === 0) this.out.byte(opcode);
    else this.out.byte(prefix).unsigned(opcode);
  }

  private memory(access: Opcode, offset: number): void {
    this.opcode(access[0], access[1]);
    this.out.unsigned(Alignment.word).unsigned(offset);
  }

  private local(local: Local): number {
    const { params, locals } = this.func;
    const { index } = local;
    const own = index < params.length ? params[index] : locals[index - params.length];
    return this.known(own === local ? index : -1, local.name);
  }

  private global(name: string): number {
    return this.known(this.options.globals.indexOf(name), name);
  }

  private callee(name: string): number {
    return this.known(this.indexOf(name), name);
  }

  private known(index: number, name: string): number {
    if (index < 0) throw new Error(`${this.func.name}: ${name} is not known here`);
    return index;
  }
}

/** Adjacent locals of the same type are declared together. */
function runsOfTypes(locals: readonly Local[]): { readonly type: ValueType; readonly count: number }[] {
  const runs: { type: ValueType; count: number }[] = [];
  for (const { type } of locals) {
    const last = runs[runs.length - 1];
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  return runs;
}
