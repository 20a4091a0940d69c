/**
 * From loop nests to the bytes of a WebAssembly module (core specification 2.0, threads and relaxed SIMD proposals).
 * A module imports one memory, `env.memory`, has mutable i32 globals, and exports the functions that say so.
 */
import { Bytes } from "./bytes.js";
import type { ValueType } from "./expressions.js";
import { FunctionEncoder, type EncoderOptions } from "./function-encoder.js";
import type { Func, UnwrittenFunc } from "./loops.js";
import { Code, Kind, Limits, Mark, Section, typeCode } from "./opcodes.js";
import { vectorFunctions } from "./vector-math.js";

export interface ModuleOptions extends EncoderOptions {
  /** The maximum of the shared memory, in pages of 64 KiB. Undefined if the memory is not shared. */
  readonly sharedMaximum: number | undefined;
  /** Functions of the host, `env.<name>`, that take one i32 and return nothing. */
  readonly imports?: readonly string[];
}

interface Signature {
  readonly params: readonly { readonly type: ValueType }[];
  readonly result: ValueType | undefined;
}

const magicAndVersion = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/**
 * The module's bytes. Functions may call each other by name, in any order. They may also call the functions of
 * vector-math.ts, which are added to the module when they are called.
 */
export function assemble(
  functions: readonly (Func | UnwrittenFunc)[],
  options: ModuleOptions,
): Uint8Array<ArrayBuffer> {
  const imports = options.imports ?? [];
  const index = new FunctionIndex(imports, functions);
  const encoder = new FunctionEncoder((name) => index.of(name), options);
  const bodies = new Bytes();
  const signatures: Signature[] = imports.map(() => ({ params: [{ type: "i32" }], result: undefined }));
  const exported: string[] = [];
  // The list grows during the loop.
  for (const func of index.functions) {
    const written = "write" in func ? func.write() : func;
    const { params, result } = written;
    signatures.push({ params, result });
    if (written.exported) exported.push(func.name);
    bodies.sized(encoder.encode(written));
  }
  const count = index.functions.length;

  const out = new Bytes().raw(magicAndVersion);
  writeTypes(out, signatures);
  writeImports(out, imports, options.sharedMaximum);
  out.section(Section.function, index.functions, (section, _, i) => section.unsigned(imports.length + i));
  out.section(Section.global, options.globals, (section) =>
    section.byte(typeCode.i32).byte(Mark.mutable).byte(Code.i32Const).signed(0).byte(Code.end),
  );
  out.section(Section.export, exported, (section, name) =>
    section.name(name).byte(Kind.function).unsigned(index.of(name)),
  );
  return out.byte(Section.code).sized(new Bytes().unsigned(count).append(bodies)).take();
}

/** The module's functions by name. A vector function gets its index when it is first asked for. */
class FunctionIndex {
  /** All functions except the imported ones, in the order of their indices. */
  readonly functions: (Func | UnwrittenFunc)[];
  private readonly index: Map<string, number>;

  constructor(
    private readonly imports: readonly string[],
    functions: readonly (Func | UnwrittenFunc)[],
  ) {
    this.functions = [...functions];
    const names = [...imports, ...functions.map((func) => func.name)];
    this.index = new Map(names.map((name, i) => [name, i]));
    if (this.index.size !== names.length) throw new Error("two functions share a name");
  }

  /** The function's index; -1 if there is no such function. */
  of(name: string): number {
    const known = this.index.get(name) ?? -1;
    if (known >= 0 || !Object.hasOwn(vectorFunctions, name)) return known;
    const added = this.imports.length + this.functions.length;
    this.index.set(name, added);
    this.functions.push(vectorFunctions[name]!());
    return added;
  }
}

/** One type for each function, imported or not: the function's index is its type's as well. */
function writeTypes(out: Bytes, signatures: readonly Signature[]): void {
  out.section(Section.type, signatures, (section, { params, result }) => {
    section.byte(Mark.functionType);
    section.list(params, (list, param) => list.byte(typeCode[param.type]));
    section.list(result ? [result] : [], (list, type) => list.byte(typeCode[type]));
  });
}

/** The memory, then the functions. */
function writeImports(out: Bytes, functions: readonly string[], sharedMaximum: number | undefined): void {
  out.section(Section.import, [undefined, ...functions], (section, name, i) => {
    section.name("env");
    if (name !== undefined)
      return section
        .name(name)
        .byte(Kind.function)
        .unsigned(i - 1);
    section.name("memory").byte(Kind.memory);
    if (sharedMaximum === undefined) return section.byte(Limits.growing).unsigned(1);
    return section.byte(Limits.sharedWithMaximum).unsigned(1).unsigned(sharedMaximum);
  });
}
