/** The engine's programs, found by the structure of their graphs. Each is planned, assembled and loaded once. */
import { plan as makePlan } from "../compiler/planning/planner.js";
import type { Plan } from "../compiler/planning/plan.js";
import { globals, markImport } from "../compiler/calling-convention.js";
import { buildProgram, type Program } from "../compiler/program.js";
import { foldIntoConvolutions } from "../compiler/rewrites/convolution-folding.js";
import { lower } from "../compiler/rewrites/lower.js";
import type { Node } from "../graph/node.js";
import { assemble } from "../wasm/assembler.js";
import { allocateSums, makeClock, sumsOf } from "./clock.js";
import type { EngineSettings } from "./engine-settings.js";
import type { Update } from "./engine.js";
import { hasFusedMultiplyAdd } from "./features.js";
import { maximumPages, noWebAssembly, type Heap } from "./heap.js";
import { KeptOrigin } from "./kept-origin.js";
import { hostView, type LoadedProgram } from "./loaded-program.js";
import { StructureTable, type Structure } from "./structure.js";

export type CompileListener = (plan: Plan, program: Program) => void;

export class Programs {
  private readonly tables = new Map<string, StructureTable<LoadedProgram>>();
  private compiled = 0;
  /** Told of every program that is compiled. */
  listener: CompileListener | undefined;

  constructor(private readonly heap: Heap) {}

  /** The program for a graph of this structure; it is compiled if there is none yet. */
  find(
    structure: Structure,
    outputs: readonly Node[],
    updates: readonly Update[],
    settings: EngineSettings,
  ): LoadedProgram {
    const table = this.tableFor(settings);
    const present = table.find(structure);
    if (present) return present;
    const loaded = this.compile(structure, outputs, updates, settings);
    table.add(structure, loaded);
    return loaded;
  }

  /** There is a table for each combination of the settings that make programs different. */
  private tableFor({ numerics, profile }: EngineSettings): StructureTable<LoadedProgram> {
    const kind = profile ? `${numerics} profiled` : numerics;
    let table = this.tables.get(kind);
    if (!table) this.tables.set(kind, (table = new StructureTable()));
    return table;
  }

  private compile(
    structure: Structure,
    outputs: readonly Node[],
    updates: readonly Update[],
    settings: EngineSettings,
  ): LoadedProgram {
    const plan = planFor(structure, outputs, updates);
    const program = buildProgram(plan, { profile: settings.profile });
    const bytes = this.assembled(program, settings);
    this.listener?.(plan, program);
    return this.load(plan, program, bytes, settings);
  }

  private assembled({ functions }: Program, { numerics, profile }: EngineSettings): Uint8Array<ArrayBuffer> {
    return assemble(functions, {
      globals,
      sharedMaximum: this.heap.unshared ? undefined : maximumPages,
      fused: numerics === "fast" && hasFusedMultiplyAdd(),
      imports: profile ? [markImport] : [],
    });
  }

  private load(
    plan: Plan,
    program: Program,
    bytes: Uint8Array<ArrayBuffer>,
    { profile, threads }: EngineSettings,
  ): LoadedProgram {
    const { heap } = this;
    const { inputs, outputs, arenaBytes, scratchBytes, keptReads } = plan;
    const { counters, shares, flags, marks } = program;
    const clockAt = profile ? allocateSums(heap, marks.length, threads) : 0;
    const mark = profile ? makeClock(sumsOf(heap, clockAt, marks.length)) : undefined;
    const { exports } = instantiated(bytes, { memory: heap.memory, mark });
    // Helpers read the bytes from here.
    const bytesAt = heap.allocate(bytes.length);
    heap.bytes(bytesAt, bytes.length).set(bytes);
    return {
      ...{ inputs, outputs, arenaBytes, scratchBytes, keptReads },
      ...{ counters, shares, flags, marks },
      id: this.compiled++,
      bytesAt,
      length: bytes.length,
      ownAt: this.placeOwn(plan, program),
      clockAt,
      run: exports["run"] as LoadedProgram["run"],
      keep: exports["keep"] as LoadedProgram["keep"],
      keptOrigin: new KeptOrigin(),
    };
  }

  /** The program's own memory, with its constants and tables in it. */
  private placeOwn({ ownBytes, constants }: Plan, program: Program): number {
    const { heap } = this;
    const tables = program.tables();
    const own = heap.allocate(ownBytes + 4 * tables.length);
    for (const { buffer, elements } of constants) hostView(heap, buffer, { arena: 0, own }).set(elements);
    heap.ints(own + ownBytes, tables.length).set(tables);
    return own;
  }
}

/** An instance of the module with these bytes. Some pages and runtimes forbid to compile it. */
function instantiated(bytes: Uint8Array<ArrayBuffer>, env: Record<string, unknown>): WebAssembly.Instance {
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(bytes);
  } catch (cause) {
    throw WebAssembly.validate(bytes) ? noWebAssembly(cause) : cause;
  }
  return new WebAssembly.Instance(module, { env });
}

function planFor(structure: Structure, outputs: readonly Node[], updates: readonly Update[]): Plan {
  const values = updates.map((update) => update.value);
  const lowered = lower(values.length === 0 ? foldIntoConvolutions(outputs) : [...outputs, ...values]);
  const leaves = new Map(structure.leaves.map((node, i) => [node, i]));
  return makePlan(lowered.slice(0, outputs.length), lowered.slice(outputs.length), {
    leaf: (node) => leaves.get(node),
    read: structure.readOf,
    reads: structure.reads.length,
  });
}
