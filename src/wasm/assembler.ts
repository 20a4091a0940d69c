/**
 * From loop nests to the bytes of a WebAssembly module (core specification 2.0, threads and relaxed SIMD proposals).
 * A module imports one memory, `env.memory`, has mutable i32 globals, and exports the functions that say so.
 */
import { instructions, type Expr, type LoadForm, type Local, type ValueType } from "./expressions.js";
import type { Func, Stmt, StoreForm, UnwrittenFunc } from "./loops.js";
import { vectorFunctions } from "./vector-math.js";

export interface ModuleOptions {
  readonly globals: readonly string[];
  /** Shared memory with this maximum, in pages of 64 KiB; not shared if absent. */
  readonly sharedMaximum: number | undefined;
  /** Whether `madd` becomes one fused instruction (relaxed SIMD) or a multiplication and an addition. */
  readonly fused: boolean;
  /** Functions of the host, `env.<name>`, that take one i32 and give nothing. */
  readonly imports?: readonly string[];
}

interface Signature {
  readonly params: readonly { readonly type: ValueType }[];
  readonly result: ValueType | undefined;
}

const typeCode: Record<ValueType, number> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };
/** [prefix, opcode, log2 of the alignment] */
const loadCode: Record<LoadForm, readonly [number, number, number]> = {
  v128: [0xfd, 0x00, 2],
  splat: [0xfd, 0x09, 2],
  lane0: [0xfd, 0x5c, 2],
  i32: [0, 0x28, 2],
  f32: [0, 0x2a, 2],
};
const storeCode: Record<StoreForm, readonly [number, number, number]> = {
  v128: [0xfd, 0x0b, 2],
  lane0: [0xfd, 0x5a, 2],
  i32: [0, 0x36, 2],
  f32: [0, 0x38, 2],
};
const empty = 0x40;

/**
 * The module's bytes. Functions may call each other by name, in any order, and those of vector-math.ts, which come
 * into the module when they are called.
 */
export function assemble(
  functions: readonly (Func | UnwrittenFunc)[],
  options: ModuleOptions,
): Uint8Array<ArrayBuffer> {
  const imports = options.imports ?? [];
  const all = [...functions];
  const names = [...imports, ...functions.map((func) => func.name)];
  const index = new Map(names.map((name, i) => [name, i]));
  if (index.size !== names.length) throw new Error("two functions share a name");
  const indexOf = (name: string): number | undefined => {
    const known = index.get(name);
    if (known !== undefined || !Object.hasOwn(vectorFunctions, name)) return known;
    index.set(name, imports.length + all.length);
    all.push(vectorFunctions[name]!());
    return index.get(name);
  };
  const bodies = new Bytes();
  const encoder = new FunctionEncoder(indexOf, options);
  const signatures: Signature[] = imports.map(() => ({ params: [{ type: "i32" }], result: undefined }));
  const exported: string[] = [];
  // The list grows while it is gone through.
  for (const func of all) {
    const written = "write" in func ? func.write() : func;
    const { params, result } = written;
    signatures.push({ params, result });
    if (written.exported) exported.push(func.name);
    bodies.sized(encoder.encode(written));
  }

  const out = new Bytes();
  out.raw([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
  out.section(1, signatures, (section, func) => {
    section.byte(0x60);
    section.list(func.params, (list, param) => list.byte(typeCode[param.type]));
    section.list(func.result ? [func.result] : [], (list, type) => list.byte(typeCode[type]));
  });
  out.section(2, [undefined, ...imports], (section, name, i) => {
    if (name !== undefined)
      return section
        .name("env")
        .name(name)
        .byte(0x00)
        .unsigned(i - 1);
    section.name("env").name("memory").byte(0x02);
    if (options.sharedMaximum === undefined) return section.byte(0x00).unsigned(1);
    return section.byte(0x03).unsigned(1).unsigned(options.sharedMaximum);
  });
  out.section(3, all, (section, _, i) => section.unsigned(imports.length + i));
  out.section(6, options.globals, (section) => section.raw([typeCode.i32, 0x01, 0x41, 0x00, 0x0b]));
  out.section(7, exported, (section, name) => section.name(name).byte(0x00).unsigned(index.get(name)!));
  const count = new Bytes().unsigned(all.length);
  return out
    .byte(10)
    .unsigned(count.length + bodies.length)
    .append(count)
    .append(bodies)
    .take();
}

/** One number's bits, seen both ways. */
const asFloat = new Float32Array(1);
const asInt = new Int32Array(asFloat.buffer);

/** A growing byte array with WebAssembly's number and list formats. */
class Bytes {
  private buffer = new Uint8Array(new ArrayBuffer(1024));
  length = 0;

  byte(value: number): this {
    if (this.length === this.buffer.length) this.reserve(1);
    this.buffer[this.length++] = value;
    return this;
  }

  raw(bytes: ArrayLike<number>): this {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  unsigned(value: number): this {
    let rest = value >>> 0;
    for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    return this.byte(rest);
  }

  signed(value: number): this {
    let rest = value | 0;
    for (; rest < -64 || rest > 63; rest >>= 7) this.byte((rest & 0x7f) | 0x80);
    return this.byte(rest & 0x7f);
  }

  float(value: number): this {
    asFloat[0] = value;
    return this.int(asInt[0]!);
  }

  int(value: number): this {
    return this.byte(value & 0xff)
      .byte((value >> 8) & 0xff)
      .byte((value >> 16) & 0xff)
      .byte((value >> 24) & 0xff);
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = new Uint8Array(new ArrayBuffer(2 * (this.length + bytes)));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }

  name(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.unsigned(bytes.length).raw(bytes);
  }

  append(content: Bytes): this {
    return this.raw(content.buffer.subarray(0, content.length));
  }

  /** The content behind its length. */
  sized(content: Bytes): this {
    return this.unsigned(content.length).append(content);
  }

  list<T>(items: readonly T[], write: (out: Bytes, item: T, i: number) => unknown): this {
    this.unsigned(items.length);
    items.forEach((item, i) => write(this, item, i));
    return this;
  }

  section<T>(id: number, items: readonly T[], write: (out: Bytes, item: T, i: number) => unknown): this {
    return this.byte(id).sized(new Bytes().list(items, write));
  }

  clear(): this {
    this.length = 0;
    return this;
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.length);
  }
}

/**
 * Encodes one function after the other, into the same bytes. A process compiles a program or two before its code is warm:
 * loops by index and no taking apart of lists make that half as long.
 */
class FunctionEncoder {
  private readonly out = new Bytes();
  private func!: Func;

  constructor(
    private readonly indexOf: (name: string) => number | undefined,
    private readonly options: ModuleOptions,
  ) {}

  /** The function's code; valid until the next one. */
  encode(func: Func): Bytes {
    this.func = func;
    this.out.clear().list(runsOfTypes(func.locals), (out, { type, count }) => out.unsigned(count).byte(typeCode[type]));
    this.block(func.body);
    if (func.returns) this.expression(func.returns);
    return this.out.byte(0x0b);
  }

  private block(body: readonly Stmt[]): void {
    for (let i = 0; i < body.length; i++) this.statement(body[i]!);
  }

  private statement(s: Stmt): void {
    const { out } = this;
    switch (s.kind) {
      case "set":
        this.expression(s.value);
        out.byte(0x21).unsigned(this.local(s.local));
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
        out.byte(0x21).unsigned(counter);
        out.byte(0x03).byte(empty); // loop
        this.block(s.body);
        out.byte(0x20).unsigned(counter).byte(0x41).signed(s.step).byte(0x6a).byte(0x22).unsigned(counter);
        this.expression(s.to);
        out.byte(0x48).byte(0x0d).unsigned(0).byte(0x0b); // br_if counter < to
        break;
      }
      case "while":
        out.byte(0x02).byte(empty).byte(0x03).byte(empty); // block, loop
        this.expression(s.condition);
        out.byte(0x45).byte(0x0d).unsigned(1);
        this.block(s.body);
        out.byte(0x0c).unsigned(0).byte(0x0b).byte(0x0b);
        break;
      case "if":
        this.expression(s.condition);
        out.byte(0x04).byte(empty);
        this.block(s.then);
        if (s.otherwise.length > 0) {
          out.byte(0x05);
          this.block(s.otherwise);
        }
        out.byte(0x0b);
        break;
      case "call":
        this.expressions(s.args);
        out.byte(0x10).unsigned(this.callee(s.name));
        break;
      case "global":
        this.expression(s.value);
        out.byte(0x24).unsigned(this.global(s.name));
        break;
      case "atomicStore":
        this.expression(s.address);
        this.expression(s.value);
        this.memory([0xfe, 0x17, 2], 0);
        break;
      case "wait":
        this.expression(s.address);
        this.expression(s.expected);
        out.byte(0x42).byte(0x7f); // i64.const -1: no time limit
        this.memory([0xfe, 0x01, 2], 0);
        out.byte(0x1a);
        break;
      case "notify":
        this.expression(s.address);
        out.byte(0x41).signed(0x7fffffff);
        this.memory([0xfe, 0x00, 2], 0);
        out.byte(0x1a);
        break;
      case "note":
        break;
    }
  }

  private expression(e: Expr): void {
    const { out } = this;
    switch (e.kind) {
      case "i32":
        out.byte(0x41).signed(e.value);
        break;
      case "f32":
        out.byte(0x43).float(e.value);
        break;
      case "lanes": {
        out.byte(0xfd).byte(0x0c);
        for (let i = 0; i < 4; i++) {
          if (e.lanes === "f32x4") out.float(e.values[i]!);
          else out.int(e.values[i]!);
        }
        break;
      }
      case "local":
        out.byte(0x20).unsigned(this.local(e));
        break;
      case "global":
        out.byte(0x23).unsigned(this.global(e.name));
        break;
      case "op": {
        this.expressions(e.args);
        const instruction = instructions[e.op];
        this.opcode(instruction[0], instruction[1]);
        break;
      }
      case "load":
        this.expression(e.address);
        this.memory(loadCode[e.form], e.offset);
        break;
      case "lane":
        this.expression(e.value);
        out.byte(0xfd).byte(0x1f).byte(e.lane);
        break;
      case "shuffle":
        this.expressions(e.args);
        out.byte(0xfd).byte(0x0d);
        for (const lane of e.lanes) for (let byte = 0; byte < 4; byte++) out.byte(4 * lane + byte);
        break;
      case "madd":
        this.madd(e.args);
        break;
      case "call":
        this.expressions(e.args);
        out.byte(0x10).unsigned(this.callee(e.name));
        break;
      case "atomicLoad":
        this.expression(e.address);
        this.memory([0xfe, 0x10, 2], 0);
        break;
      case "atomicAdd":
        this.expression(e.address);
        this.expression(e.value);
        this.memory([0xfe, 0x1e, 2], 0);
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
      this.opcode(0xfd, 0x105);
    } else {
      this.opcode(0xfd, 0xe6);
      this.expression(args[2]);
      this.opcode(0xfd, 0xe4);
    }
  }

  private opcode(prefix: number, code: number): void {
    if (prefix === 0) this.out.byte(code);
    else this.out.byte(prefix).unsigned(code);
  }

  private memory(access: readonly [prefix: number, code: number, align: number], offset: number): void {
    this.opcode(access[0], access[1]);
    this.out.unsigned(access[2]).unsigned(offset);
  }

  private local(local: Local): number {
    const { params, locals, name } = this.func;
    const { index } = local;
    const own = index < params.length ? params[index] : locals[index - params.length];
    if (own !== local) throw new Error(`${name}: a local of another function`);
    return index;
  }

  private global(name: string): number {
    const index = this.options.globals.indexOf(name);
    if (index < 0) throw new Error(`${this.func.name}: no global is named ${name}`);
    return index;
  }

  private callee(name: string): number {
    const index = this.indexOf(name);
    if (index === undefined) throw new Error(`${this.func.name}: no function is named ${name}`);
    return index;
  }
}

/** Neighbouring locals of one type are declared together. */
function runsOfTypes(locals: readonly Local[]): { readonly type: ValueType; readonly count: number }[] {
  const runs: { type: ValueType; count: number }[] = [];
  for (const { type } of locals) {
    const last = runs[runs.length - 1];
    if (last?.type === type) last.count++;
    else runs.push({ type, count: 1 });
  }
  return runs;
}
