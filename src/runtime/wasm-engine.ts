/**
 * The compiled engine: plans, assembles and runs programs, and keeps them by the structure of their graphs.
 */
import { foldIntoConvolutions } from "../compiler/rewrites/convolution-folding.js";
import { lower } from "../compiler/rewrites/lower.js";
import type { Plan } from "../compiler/planning/plan.js";
import { plan as makePlan } from "../compiler/planning/planner.js";
import { buildProgram, globals, line, markImport, type Mark, type Program } from "../compiler/program.js";
import type { Dtype, HostArray, Node } from "../graph/node.js";
import type { Buffer } from "../kernels/views.js";
import type { Age, Residence, Variable } from "../graph/variable.js";
import { ageOf } from "../ops/leaf.js";
import { assemble } from "../wasm/assembler.js";
import type { Engine, Run, Update } from "./engine.js";
import { availableThreads, hasFusedMultiplyAdd, maySleep } from "./features.js";
import { Heap, maximumPages } from "./heap.js";
import { forgetRecordings } from "../graph/recording.js";
import { structureOf, StructureTable, type Structure } from "./structure.js";
import { KeptOrigin } from "./kept-origin.js";
import { makeClock } from "./clock.js";
import { workMeanwhile } from "./meanwhile.js";
import { command, commandWords, startHelpers } from "./threads.js";

/**
 * How numbers are rounded: "fast" fuses multiplications with additions where the machine can, "strict" never does and
 * gives the same bits on every machine.
 */
export type Numerics = "fast" | "strict";

/** Settings of `configure`. */
export interface EngineSettings {
  /** The number of threads that compute, from 1 to 256. Default: as many as the machine has processors. */
  threads: number;
  /** Default "fast". */
  numerics: Numerics;
  /** Whether programs measure themselves, as `profile` needs it. Default false. */
  profile: boolean;
}

/** What one thread spent on one part of a program. */
export interface ProfileEntry extends Mark {
  /** The number of the thread, from 0. */
  readonly thread: number;
  /** Milliseconds. */
  readonly ms: number;
}

/** A program in memory, ready to run. The plan is not kept: its kernels hold on to the graph they came from. */
interface Loaded extends Pick<Plan, "inputs" | "outputs" | "arenaBytes" | "scratchBytes" | "keptReads"> {
  readonly counters: number;
  readonly shares: number;
  readonly flags: number;
  readonly id: number;
  readonly bytesAt: number;
  readonly length: number;
  /** The program's own memory: constants, what it keeps between runs, tables. */
  readonly ownAt: number;
  /** Of a profiled program: what its marks stand for, and where their sums lie, those of a thread after another's. */
  readonly marks: readonly Mark[];
  readonly clockAt: number;
  readonly run: (...args: number[]) => void;
  /** Computes what is kept, where something is. */
  readonly keep: ((slots: number, own: number) => void) | undefined;
  readonly keptOrigin: KeptOrigin;
}

/** A program together with the graph whose leaves and variables it takes its data from. */
interface Ready {
  readonly structure: Structure;
  readonly loaded: Loaded;
  readonly outputs: readonly Node[];
  /** What is overwritten. */
  readonly variables: readonly Variable[];
  /** Variables whose elements from before the last overwriting are read. */
  readonly readBefore: ReadonlySet<Variable>;
}

export class WasmEngine implements Engine {
  private readonly heap = new Heap();
  /** By numerics and whether they are profiled. */
  private readonly programs = new Map<string, StructureTable<Loaded>>();
  private compiled = 0;
  private readonly commandAt: number;
  private readonly slots: Region;
  private readonly arena: Region;
  private readonly scratch: Region;
  private readonly counters: Region;
  private readonly flags: Region;
  private compileListener: ((plan: Plan, program: Program) => void) | undefined;
  private helpers = 0;
  private runs = 0;
  /** How many threads took part in the last run: helpers join once they have started. */
  lastThreads = 0;
  private last: Loaded | undefined;
  private readonly freed = new FinalizationRegistry<HeapResidence>((residence) => residence.release());

  constructor(private settings: EngineSettings = { threads: availableThreads(), numerics: "fast", profile: false }) {
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
    forgetRecordings();
  }

  prepare(outputs: readonly Node[], updates: readonly Update[]): Run {
    const ready = this.makeReady(outputs, updates);
    return () => this.run(ready);
  }

  /** Finds or compiles the program for a graph. */
  private makeReady(outputs: readonly Node[], updates: readonly Update[]): Ready {
    const structure = structureOf(outputs, updates);
    const loaded = this.load(structure, outputs, updates);
    const before = structure.reads.filter((node) => ageOf(node) === 1).map((node) => node.attrs.variable);
    return {
      structure,
      loaded,
      outputs,
      variables: updates.map(({ variable }) => variable),
      readBefore: new Set(before),
    };
  }

  private run(ready: Ready): HostArray[] {
    const { loaded, structure, variables } = ready;
    const arena = this.arena.ensure(loaded.arenaBytes);
    const scratchBytes = Math.ceil(loaded.scratchBytes / line) * line + line;
    const threads = this.threads();
    this.lastThreads = threads;
    this.last = loaded;
    const scratch = this.scratch.ensure(scratchBytes * threads);
    const targets = variables.map((variable) => this.targetOf(variable, ready.readBefore));
    const slots = this.fillSlots(structure, targets);
    const words = loaded.counters + threads * loaded.shares;
    const counters = this.counters.ensure(line * words);
    const shares = counters + line * loaded.counters;
    const flags = this.flags.ensure(line * loaded.flags);
    this.copyIn(loaded, structure, arena);
    if (loaded.keep && loaded.keptOrigin.changes(structure.reads, loaded.keptReads)) loaded.keep(slots, loaded.ownAt);
    this.heap.ints(counters, (line / 4) * words).fill(0);
    this.runs = (this.runs + 1) | 0;
    const args = [slots, arena, scratch, loaded.ownAt, counters, shares, flags];
    if (threads > 1) this.summonHelpers(loaded, args, scratchBytes, threads);
    workMeanwhile();
    // This thread takes the last place: it comes last, as a rule.
    loaded.run(...args, threads - 1, threads, this.runs, maySleep() ? 1 : 0);
    if (threads > 1) this.awaitHelpers(threads);
    this.startMissingHelpers();
    variables.forEach((variable, i) => {
      (variable.residence as HeapResidence).takeAsOther(targets[i]!);
      variable.overwritten();
    });
    return loaded.outputs.map((buffer) => this.bufferAt(buffer, arena, loaded.ownAt).slice());
  }

  /** Calls `listener` with every program that is compiled from now on. */
  onCompile(listener: (plan: Plan, program: Program) => void): void {
    this.compileListener = listener;
  }

  /** Settings that make programs different. */
  private kind(): string {
    const { numerics, profile } = this.settings;
    return profile ? `${numerics} profiled` : numerics;
  }

  private load(structure: Structure, outputs: readonly Node[], updates: readonly Update[]): Loaded {
    const kind = this.kind();
    let table = this.programs.get(kind);
    if (!table) this.programs.set(kind, (table = new StructureTable()));
    const present = table.find(structure);
    if (present) return present;
    const loaded = this.compile(structure, outputs, updates);
    table.add(structure, loaded);
    return loaded;
  }

  private compile(structure: Structure, outputs: readonly Node[], updates: readonly Update[]): Loaded {
    const values = updates.map((update) => update.value);
    const lowered = lower(values.length === 0 ? foldIntoConvolutions(outputs) : [...outputs, ...values]);
    const leaves = new Map(structure.leaves.map((node, i) => [node, i]));
    const plan = makePlan(lowered.slice(0, outputs.length), lowered.slice(outputs.length), {
      leaf: (node) => leaves.get(node),
      read: structure.readOf,
      reads: structure.reads.length,
    });
    const { profile } = this.settings;
    const program = buildProgram(plan, { profile });
    const bytes = assemble(program.functions, {
      globals,
      sharedMaximum: this.heap.shared ? maximumPages : undefined,
      fused: this.settings.numerics === "fast" && hasFusedMultiplyAdd(),
      imports: profile ? [markImport] : [],
    });
    const module = new WebAssembly.Module(bytes);
    const { marks } = program;
    const clockAt = profile ? this.newClock(marks.length) : 0;
    const mark = profile ? makeClock(this.heap.doubles(clockAt, marks.length)) : undefined;
    const instance = new WebAssembly.Instance(module, { env: { memory: this.heap.memory, mark } });
    const bytesAt = this.heap.allocate(bytes.length);
    this.heap.bytes(bytesAt, bytes.length).set(bytes);
    const run = instance.exports["run"] as Loaded["run"];
    const keep = instance.exports["keep"] as Loaded["keep"];
    this.compileListener?.(plan, program);
    const { inputs, outputs: results, arenaBytes, scratchBytes, keptReads } = plan;
    return {
      inputs,
      outputs: results,
      arenaBytes,
      scratchBytes,
      keptReads,
      counters: program.counters,
      shares: program.shares,
      flags: program.flags,
      id: this.compiled++,
      bytesAt,
      length: bytes.length,
      ownAt: this.placeOwn(plan, program),
      marks,
      clockAt,
      run,
      keep,
      keptOrigin: new KeptOrigin(),
    };
  }

  /** The program's own memory, with its constants and tables in it. */
  private placeOwn({ ownBytes, constants }: Plan, program: Program): number {
    const tables = program.tables();
    const at = this.heap.allocate(ownBytes + 4 * tables.length);
    for (const { buffer, elements } of constants) this.bufferAt(buffer, 0, at).set(elements);
    this.heap.ints(at + ownBytes, tables.length).set(tables);
    return at;
  }

  /** Memory for what each thread may sum up, cleared. */
  private newClock(marks: number): number {
    const length = marks * this.settings.threads;
    const at = this.heap.allocate(8 * length);
    this.heap.doubles(at, length).fill(0);
    return at;
  }

  /** What the last run's program has measured since it was compiled; empty unless `profile` was set then. */
  readProfile(): ProfileEntry[] {
    const { marks = [], clockAt = 0 } = this.last ?? {};
    return Array.from({ length: this.lastThreads }, (_, thread) => {
      const sums = this.heap.doubles(clockAt + 8 * thread * marks.length, marks.length);
      return marks.map((mark, i) => ({ ...mark, thread, ms: sums[i]! }));
    }).flat();
  }

  // Threads -----------------------------------------------------------------------------------------------------

  /** How many threads take part: those wanted, as far as they have started. */
  private threads(): number {
    const ready = Atomics.load(this.heap.ints(this.commandAt, commandWords), command.ready);
    return 1 + Math.min(this.wantedHelpers(), ready);
  }

  private wantedHelpers(): number {
    return this.heap.shared ? this.settings.threads - 1 : 0;
  }

  /**
   * After a run rather than before it: a helper takes longer to start than most first runs, which it would only hold up,
   * as V8 is busy with the program's code on the other threads.
   */
  private startMissingHelpers(): void {
    const missing = this.wantedHelpers() - this.helpers;
    if (missing <= 0) return;
    startHelpers(this.heap, this.commandAt, missing);
    this.helpers += missing;
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
    words[command.clock] = loaded.clockAt;
    words[command.marks] = loaded.marks.length;
    Atomics.add(words, command.generation, 1);
    Atomics.notify(words, command.generation);
  }

  /**
   * All work is done; but helpers may still be on their way through the program, which must not find the next run's
   * counters there.
   */
  private awaitHelpers(threads: number): void {
    const words = this.heap.ints(this.commandAt, commandWords);
    while (Atomics.load(words, command.finished) < threads - 1);
  }

  // Memory ------------------------------------------------------------------------------------------------------

  private fillSlots(structure: Structure, targets: readonly number[]): number {
    const sources = structure.reads.map((node) => this.residenceOf(node.attrs.variable).at[ageOf(node) as Age]);
    const addresses = [...sources, ...targets];
    const at = this.slots.ensure(4 * addresses.length);
    this.heap.ints(at, addresses.length).set(addresses);
    return at;
  }

  /** Where a variable's new contents go: in place of the older ones, unless the program reads those. */
  private targetOf(variable: Variable, readBefore: ReadonlySet<Variable>): number {
    const residence = this.residenceOf(variable);
    return readBefore.has(variable) ? residence.allocate() : residence.at[1];
  }

  private residenceOf(variable: Variable): HeapResidence {
    const { residence } = variable;
    if (residence instanceof HeapResidence && residence.heap === this.heap) return residence;
    const mine = new HeapResidence(this.heap, variable.size, variable.dtype);
    variable.moveTo(mine);
    this.freed.register(variable, mine);
    return mine;
  }

  private copyIn({ inputs }: Loaded, structure: Structure, arena: number): void {
    for (const { buffer, leaf } of inputs) this.bufferAt(buffer, arena, 0).set(structure.leaves[leaf]!.value!);
  }

  /** A buffer that is the host's to write or read, in the arena or in a program's own memory. */
  private bufferAt({ place, elements, dtype, name }: Buffer, arena: number, own: number): HostArray {
    if (place?.kind !== "arena" && place?.kind !== "own") throw new Error(`${name} is out of the host's reach`);
    return view(this.heap, (place.kind === "own" ? own : arena) + place.at, elements, dtype);
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
      // Where there is not so much memory, the region has none: what was freed belongs to others.
      [this.at, this.bytes] = [0, 0];
      this.at = this.heap.allocateCleared(bytes);
      this.bytes = bytes;
    }
    return this.at;
  }
}

class HeapResidence implements Residence {
  /** Addresses by age. */
  readonly at: [number, number];

  constructor(
    readonly heap: Heap,
    private readonly size: number,
    private readonly dtype: Dtype,
  ) {
    this.at = [this.allocate(), this.allocate()];
  }

  allocate(): number {
    return this.heap.allocate(4 * this.size + 16); // a vector may be read past the last element
  }

  view(age: Age): HostArray {
    return view(this.heap, this.at[age], this.size, this.dtype);
  }

  swap(): void {
    this.at.reverse();
  }

  /** Gives up the older elements for what lies at this address. */
  takeAsOther(at: number): void {
    if (at === this.at[1]) return;
    this.heap.free(this.at[1]);
    this.at[1] = at;
  }

  release(): void {
    this.at.forEach((at) => this.heap.free(at));
  }
}

function view(heap: Heap, at: number, length: number, dtype: Dtype): HostArray {
  return dtype === "float32" ? heap.floats(at, length) : heap.ints(at, length);
}
