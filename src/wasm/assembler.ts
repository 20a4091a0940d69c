/**
 * From loop nests to the bytes of a WebAssembly module (core specification 2.0, threads and relaxed SIMD proposals).
 * A module imports one memory, `env.memory`, has mutable i32 globals, and exports the functions that say so.
 */
import { instructions, type Expr, type LoadForm, type ValueType } from "./expressions.js";
import type { Func, Stmt, StoreForm } from "./loops.js";
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
export function assemble(functions: readonly Func[], options: ModuleOptions): Uint8Array<ArrayBuffer> {
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
  const bodies: Bytes[] = [];
  // The list grows while it is gone through.
  for (const func of all) bodies.push(new FunctionEncoder(func, indexOf, options).encode());

  const out = new Bytes();
  out.raw([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
  const hostType = { params: [{ type: "i32" as const }], result: undefined };
  const signatures: { params: readonly { type: ValueType }[]; result: ValueType | undefined }[] = [
    ...imports.map(() => hostType),
    ...all,
  ];
  out.section(1, signatures, (section, func) => {
    section.raw([0x60]);
    section.list(func.params, (list, param) => list.raw([typeCode[param.type]]));
    section.list(func.result ? [func.result] : [], (list, type) => list.raw([typeCode[type]]));
  });
  out.section(2, [undefined, ...imports], (section, name, i) => {
    if (name !== undefined)
      return section
        .name("env")
        .name(name)
        .raw([0x00])
        .unsigned(i - 1);
    section.name("env").name("memory").raw([0x02]);
    if (options.sharedMaximum === undefined) return section.raw([0x00]).unsigned(1);
    return section.raw([0x03]).unsigned(1).unsigned(options.sharedMaximum);
  });
  out.section(3, all, (section, _, i) => section.unsigned(imports.length + i));
  out.section(6, options.globals, (section) => section.raw([typeCode.i32, 0x01, 0x41, 0x00, 0x0b]));
  out.section(
    7,
    functions.filter((func) => func.exported),
    (section, func) => section.name(func.name).raw([0x00]).unsigned(index.get(func.name)!),
  );
  out.section(10, bodies, (section, body) => section.sized(body));
  return out.take();
}

/** A growing byte array with WebAssembly's number and list formats. */
class Bytes {
  private buffer = new Uint8Array(new ArrayBuffer(1024));
  private length = 0;

  raw(bytes: ArrayLike<number>): this {
    this.reserve(bytes.length);
    for (let i = 0; i < bytes.length; i++) this.buffer[this.length++] = bytes[i]!;
    return this;
  }

  unsigned(value: number): this {
    this.reserve(5);
    let rest = value >>> 0;
    do {
      this.buffer[this.length++] = (rest & 0x7f) | (rest > 0x7f ? 0x80 : 0);
      rest >>>= 7;
    } while (rest > 0);
    return this;
  }

  signed(value: number): this {
    this.reserve(5);
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      const last = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
      this.buffer[this.length++] = last ? low : low | 0x80;
      if (last) return this;
    }
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

  sized(content: Bytes): this {
    this.unsigned(content.length).reserve(content.length);
    this.buffer.set(content.buffer.subarray(0, content.length), this.length);
    this.length += content.length;
    return this;
  }

  list<T>(items: readonly T[], write: (out: Bytes, item: T, i: number) => unknown): this {
    this.unsigned(items.length);
    items.forEach((item, i) => write(this, item, i));
    return this;
  }

  section<T>(id: number, items: readonly T[], write: (out: Bytes, item: T, i: number) => unknown): this {
    return this.raw([id]).sized(new Bytes().list(items, write));
  }

  take(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.length);
  }
}

class FunctionEncoder {
  private readonly out = new Bytes();
  private readonly locals: ReadonlyMap<unknown, number>;

  constructor(
    private readonly func: Func,
    private readonly indexOf: (name: string) => number | undefined,
    private readonly options: ModuleOptions,
  ) {
    this.locals = new Map([...func.params, ...func.locals].map((local, i) => [local, i]));
  }

  encode(): Bytes {
    this.out.list(this.func.locals, (out, local) => out.unsigned(1).raw([typeCode[local.type]]));
    this.block(this.func.body);
    if (this.func.returns) this.expression(this.func.returns);
    this.out.raw([0x0b]);
    return this.out;
  }

  private block(body: readonly Stmt[]): void {
    for (const statement of body) this.statement(statement);
  }

  private statement(s: Stmt): void {
    const { out } = this;
    switch (s.kind) {
      case "set":
        this.expression(s.value);
        out.raw([0x21]).unsigned(this.local(s.local));
        break;
      case "store":
        this.expression(s.address);
        this.expression(s.value);
        this.memory(storeCode[s.form], s.offset);
        if (s.form === "lane0") out.raw([0]);
        break;
      case "for": {
        const counter = this.local(s.counter);
        this.expression(s.from);
        out.raw([0x21]).unsigned(counter);
        out.raw([0x03, empty]); // loop
        this.block(s.body);
        out.raw([0x20]).unsigned(counter).raw([0x41]).signed(s.step).raw([0x6a, 0x22]).unsigned(counter);
        this.expression(s.to);
        out.raw([0x48, 0x0d]).unsigned(0).raw([0x0b]); // br_if counter < to
        break;
      }
      case "while":
        out.raw([0x02, empty, 0x03, empty]); // block, loop
        this.expression(s.condition);
        out.raw([0x45, 0x0d]).unsigned(1);
        this.block(s.body);
        out.raw([0x0c]).unsigned(0).raw([0x0b, 0x0b]);
        break;
      case "if":
        this.expression(s.condition);
        out.raw([0x04, empty]);
        this.block(s.then);
        if (s.otherwise.length > 0) {
          out.raw([0x05]);
          this.block(s.otherwise);
        }
        out.raw([0x0b]);
        break;
      case "call":
        s.args.forEach((arg) => this.expression(arg));
        out.raw([0x10]).unsigned(this.callee(s.name));
        break;
      case "global":
        this.expression(s.value);
        out.raw([0x24]).unsigned(this.global(s.name));
        break;
      case "atomicStore":
        this.expression(s.address);
        this.expression(s.value);
        this.memory([0xfe, 0x17, 2], 0);
        break;
      case "wait":
        this.expression(s.address);
        this.expression(s.expected);
        out.raw([0x42, 0x7f]); // i64.const -1: no time limit
        this.memory([0xfe, 0x01, 2], 0);
        out.raw([0x1a]);
        break;
      case "notify":
        this.expression(s.address);
        out.raw([0x41]).signed(0x7fffffff);
        this.memory([0xfe, 0x00, 2], 0);
        out.raw([0x1a]);
        break;
      case "note":
        break;
    }
  }

  private expression(e: Expr): void {
    const { out } = this;
    switch (e.kind) {
      case "i32":
        out.raw([0x41]).signed(e.value);
        break;
      case "f32":
        out.raw([0x43]).raw(new Uint8Array(Float32Array.of(e.value).buffer));
        break;
      case "lanes": {
        const lanes = e.lanes === "f32x4" ? Float32Array.from(e.values) : Int32Array.from(e.values);
        out.raw([0xfd, 0x0c]).raw(new Uint8Array(lanes.buffer));
        break;
      }
      case "local":
        out.raw([0x20]).unsigned(this.local(e.local));
        break;
      case "global":
        out.raw([0x23]).unsigned(this.global(e.name));
        break;
      case "op": {
        e.args.forEach((arg) => this.expression(arg));
        const [prefix, code] = instructions[e.op];
        this.opcode(prefix, code);
        break;
      }
      case "load":
        this.expression(e.address);
        this.memory(loadCode[e.form], e.offset);
        break;
      case "lane":
        this.expression(e.value);
        out.raw([0xfd, 0x1f, e.lane]);
        break;
      case "shuffle":
        e.args.forEach((arg) => this.expression(arg));
        out.raw([0xfd, 0x0d]).raw(e.lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]));
        break;
      case "madd":
        this.madd(e.args);
        break;
      case "call":
        e.args.forEach((arg) => this.expression(arg));
        out.raw([0x10]).unsigned(this.callee(e.name));
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

  private madd([a, b, c]: readonly [Expr, Expr, Expr]): void {
    this.expression(a);
    this.expression(b);
    if (this.options.fused) {
      this.expression(c);
      this.opcode(0xfd, 0x105);
    } else {
      this.opcode(0xfd, 0xe6);
      this.expression(c);
      this.opcode(0xfd, 0xe4);
    }
  }

  private opcode(prefix: number, code: number): void {
    if (prefix === 0) this.out.raw([code]);
    else this.out.raw([prefix]).unsigned(code);
  }

  private memory([prefix, code, align]: readonly [number, number, number], offset: number): void {
    this.opcode(prefix, code);
    this.out.unsigned(align).unsigned(offset);
  }

  private local(local: unknown): number {
    const index = this.locals.get(local);
    if (index === undefined) throw new Error(`${this.func.name}: a local of another function`);
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
