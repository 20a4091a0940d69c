/**
 * The compiled engine: plans, assembles and runs programs, and keeps them by the structure of their graphs.
 */
import { lower } from "../compiler/lower.js";
import type { Plan } from "../compiler/plan.js";
import { plan as makePlan } from "../compiler/planner.js";
import { buildProgram, globals, line, type Program } from "../compiler/program.js";
import type { HostArray, Node } from "../graph/node.js";
import type { Residence, Variable } from "../graph/variable.js";
import { assemble } from "../wasm/assembler.js";
import type { Engine, Update } from "./engine.js";
import { availableThreads, hasFusedMultiplyAdd, maySleep } from "./features.js";
import { Heap, maximumPages } from "./heap.js";
import { structureOf, type Structure } from "./structure.js";
import { command, commandWords, startHelpers } from "./threads.js";

/** `fast` fuses multiplications with additions where the machine can; `strict` gives the same bits everywhere. */
export type Numerics = "fast" | "strict";

export interface EngineSettings {
  threads: number;
  numerics: Numerics;
}

/** A program in memory, ready to run. */
interface Loaded {
  readonly plan: Plan;
  readonly program: Program;
  readonly id: number;
  readonly bytesAt: number;
  readonly length: number;
  readonly tablesAt: number;
  readonly run: (...args: number[]) => void;
}

export class WasmEngine implements Engine {
  private readonly heap = new Heap();
  private readonly programs = new Map<string, Loaded>();
  private readonly commandAt: number;
  private readonly slots: Region;
  private readonly arena: Region;
  private readonly scratch: Region;
  private readonly counters: Region;
  private readonly flags: Region;
  private helpers = 0;
  private runs = 0;
  private readonly freed = new FinalizationRegistry<number>((at) => this.heap.free(at));

  constructor(private settings: EngineSettings = { threads: availableThreads(), numerics: "fast" }) {
    const { heap } = this;
    this.commandAt = heap.allocate(4 * commandWords);
    heap.ints(this.commandAt, commandWords).fill(0);
    [this.slots, this.arena, this.scratch, this.counters, this.flags] = Array.from(
      { length: 5 },
      () => new Region(heap),
    ) as [Region, Region, Region, Region, Region];
  }

  /** Other settings for the runs from now on; programs and variables stay. */
  configure(settings: Partial<EngineSettings>): void {
    this.settings = { ...this.settings, ...settings };
  }

  run(outputs: readonly Node[], updates: readonly Update[]): HostArray[] {
    const structure = structureOf(outputs, updates);
    const loaded = this.load(structure, outputs, updates);
    const { plan, program } = loaded;
    const arena = this.arena.ensure(plan.arenaBytes);
    const scratchBytes = Math.ceil(plan.scratchBytes / line) * line + line;
    const threads = this.threads();
    const scratch = this.scratch.ensure(scratchBytes * threads);
    const slots = this.fillSlots(structure);
    const counters = this.counters.ensure(line * program.counters);
    const flags = this.flags.ensure(line * program.flags);
    this.copyIn(plan, structure, arena);
    this.heap.ints(counters, (line / 4) * program.counters).fill(0);
    this.runs = (this.runs + 1) | 0;
    const args = [slots, arena, scratch, loaded.tablesAt, counters, flags];
    if (threads > 1) this.summonHelpers(loaded, args, scratchBytes, threads);
    loaded.run(...args, 0, threads, this.runs, maySleep() ? 1 : 0);
    if (threads > 1) this.awaitHelpers(threads);
    return outputs.map((node, i) => this.copyOut(plan, node, i, arena));
  }

  /** The plan and program of a graph, for printing. */
  explain(outputs: readonly Node[], updates: readonly Update[]): { plan: Plan; program: Program } {
    return this.load(structureOf(outputs, updates), outputs, updates);
  }

  private load(structure: Structure, outputs: readonly Node[], updates: readonly Update[]): Loaded {
    const key = `${this.settings.numerics}|${structure.key}`;
    const present = this.programs.get(key);
    if (present) return present;
    const loaded = this.compile(structure, outputs, updates);
    this.programs.set(key, loaded);
    return loaded;
  }

  private compile(structure: Structure, outputs: readonly Node[], updates: readonly Update[]): Loaded {
    const lowered = lower([...outputs, ...updates.map((update) => update.value)]);
    const leaves = new Map(structure.leaves.map((node, i) => [node, i]));
    const plan = makePlan(
      lowered.slice(0, outputs.length),
      updates.map(({ variable }, i) => ({ variable, value: lowered[outputs.length + i]! })),
      structure.variables,
      (node) => leaves.get(node),
    );
    const program = buildProgram(plan);
    const bytes = assemble(program.functions, {
      globals,
      sharedMaximum: this.heap.shared ? maximumPages : undefined,
      fused: this.settings.numerics === "fast" && hasFusedMultiplyAdd(),
    });
    const module = new WebAssembly.Module(bytes);
    const instance = new WebAssembly.Instance(module, { env: { memory: this.heap.memory } });
    const bytesAt = this.heap.allocate(bytes.length);
    this.heap.bytes(bytesAt, bytes.length).set(bytes);
    const tablesAt = this.heap.allocate(4 * program.tables.length);
    this.heap.ints(tablesAt, program.tables.length).set(program.tables);
    const run = instance.exports["run"] as Loaded["run"];
    return { plan, program, id: this.programs.size, bytesAt, length: bytes.length, tablesAt, run };
  }

  // Threads -----------------------------------------------------------------------------------------------------

  /** How many threads take part: those wanted, as far as they have started. */
  private threads(): number {
    const wanted = this.heap.shared ? this.settings.threads - 1 : 0;
    if (wanted > this.helpers) {
      startHelpers(this.heap, this.commandAt, wanted - this.helpers);
      this.helpers = wanted;
    }
    const ready = Atomics.load(this.heap.ints(this.commandAt, commandWords), command.ready);
    return 1 + Math.min(wanted, ready);
  }

  private summonHelpers(loaded: Loaded, args: readonly number[], scratchBytes: number, threads: number): void {
    const words = this.heap.ints(this.commandAt, commandWords);
    Atomics.add(words, command.generation, 1);
    words[command.program] = loaded.id;
    words[command.bytes] = loaded.bytesAt;
    words[command.length] = loaded.length;
    words[command.threads] = threads;
    words[command.finished] = 0;
    words.set([...args, scratchBytes, this.runs], command.arguments);
    Atomics.add(words, command.generation, 1);
    Atomics.notify(words, command.generation);
  }

  /** The last barrier has let the helpers go; they may still be on their way out of the program. */
  private awaitHelpers(threads: number): void {
    const words = this.heap.ints(this.commandAt, commandWords);
    while (Atomics.load(words, command.finished) < threads - 1);
  }

  // Memory ------------------------------------------------------------------------------------------------------

  private fillSlots(structure: Structure): number {
    const addresses = structure.variables.map((variable) => this.addressOf(variable));
    const at = this.slots.ensure(4 * addresses.length);
    this.heap.ints(at, addresses.length).set(addresses);
    return at;
  }

  private addressOf(variable: Variable): number {
    if (!(variable.residence instanceof HeapResidence && variable.residence.heap === this.heap)) {
      // A vector may be read past the last element.
      const at = this.heap.allocate(4 * variable.size + 16);
      const initial = variable.read();
      variable.moveTo(new HeapResidence(this.heap, at, variable));
      variable.residence!.write(initial);
      this.freed.register(variable, at);
    }
    return (variable.residence as HeapResidence).at;
  }

  private copyIn(plan: Plan, structure: Structure, arena: number): void {
    for (const { buffer, source } of plan.inputs) {
      if (buffer.place?.kind !== "arena") continue; // nothing reads it
      const elements = typeof source === "number" ? structure.leaves[source]!.value! : source;
      view(this.heap, arena + buffer.place.at, elements.length, buffer.dtype).set(elements);
    }
  }

  private copyOut(plan: Plan, node: Node, i: number, arena: number): HostArray {
    const buffer = plan.outputs[i]!;
    if (buffer.place?.kind !== "arena") throw new Error("an output lies outside the arena");
    return view(this.heap, arena + buffer.place.at, buffer.elements, node.dtype).slice();
  }
}

/** A stretch of memory that grows to what is asked for. Its contents do not survive growing. */
class Region {
  private at = 0;
  private bytes = 0;

  constructor(private readonly heap: Heap) {}

  ensure(bytes: number): number {
    if (bytes > this.bytes || this.at === 0) {
      if (this.at !== 0) this.heap.free(this.at);
      this.at = this.heap.allocate(bytes);
      this.bytes = bytes;
      this.heap.bytes(this.at, bytes).fill(0);
    }
    return this.at;
  }
}

class HeapResidence implements Residence {
  private readonly size: number;
  private readonly dtype: Variable["dtype"];

  constructor(
    readonly heap: Heap,
    readonly at: number,
    of: Variable,
  ) {
    this.size = of.size;
    this.dtype = of.dtype;
  }

  view(): HostArray {
    return view(this.heap, this.at, this.size, this.dtype);
  }

  write(data: HostArray): void {
    this.view().set(data);
  }
}

function view(heap: Heap, at: number, length: number, dtype: Node["dtype"]): HostArray {
  return dtype === "float32" ? heap.floats(at, length) : heap.ints(at, length);
}
