/**
 * The compiled engine: finds or compiles the program for a graph, gives it memory, and runs it on all threads.
 */
import { globals, line } from "../compiler/calling-convention.js";
import type { HostArray, Node } from "../graph/node.js";
import { forgetRecordings } from "../graph/recording.js";
import type { Age, Variable } from "../graph/variable.js";
import { ageOf } from "../ops/leaf.js";
import { readClock, type ProfileEntry } from "./clock.js";
import { Crew } from "./crew.js";
import type { EngineSettings } from "./engine-settings.js";
import type { Engine, Run, Update } from "./engine.js";
import { availableThreads, maySleep } from "./features.js";
import { Residences } from "./heap-residence.js";
import { Heap } from "./heap.js";
import { hostView, type LoadedProgram } from "./loaded-program.js";
import { Programs, type CompileListener } from "./programs.js";
import { Region } from "./region.js";
import { structureOf, type Structure } from "./structure.js";
import { WaitingWork } from "./waiting-work.js";

/** A program together with the graph whose leaves and variables it takes its data from. */
interface Prepared {
  readonly program: LoadedProgram;
  readonly structure: Structure;
  /** The variables that are overwritten. */
  readonly variables: readonly Variable[];
  /** Variables of which the elements from before the last overwriting are read. */
  readonly readBefore: ReadonlySet<Variable>;
  readonly verify: ((values: readonly HostArray[]) => void) | undefined;
}

export class WasmEngine implements Engine {
  readonly waitingWork = new WaitingWork();
  private readonly heap = new Heap();
  private readonly crew = new Crew(this.heap);
  private readonly programs = new Programs(this.heap);
  private readonly residences = new Residences(this.heap);
  private readonly slots = new Region(this.heap);
  private readonly arena = new Region(this.heap);
  private readonly scratch = new Region(this.heap);
  private readonly counters = new Region(this.heap);
  private readonly flags = new Region(this.heap);
  /** How much of the arena is in use now. */
  private arenaBytes = 0;
  private runs = 0;
  private last: { readonly program: LoadedProgram; readonly threads: number } | undefined;

  constructor(private settings: EngineSettings = { threads: availableThreads(), numerics: "fast", profile: false }) {
    this.heap.makeRoom = (bytes) => this.arena.shrink(this.arenaBytes) || this.residences.makeRoom(bytes);
  }

  /** Changes settings for the runs from now on. Programs and variables stay. */
  configure(settings: Partial<EngineSettings>): void {
    this.settings = { ...this.settings, ...settings };
    forgetRecordings();
  }

  /** Calls `listener` with every program that is compiled from now on. */
  onCompile(listener: CompileListener): void {
    this.programs.listener = listener;
  }

  /** How many threads took part in the last run. Helpers join once they have started. */
  get lastThreads(): number {
    return this.last?.threads ?? 0;
  }

  /** What the last run's program has measured since it was compiled; empty unless `profile` was set then. */
  readProfile(): ProfileEntry[] {
    return this.last ? readClock(this.heap, this.last.program, this.last.threads) : [];
  }

  prepare(outputs: readonly Node[], updates: readonly Update[], verify?: (values: readonly HostArray[]) => void): Run {
    const structure = structureOf(outputs, updates);
    const prepared = {
      verify,
      structure,
      program: this.programs.find(structure, outputs, updates, this.settings),
      variables: updates.map(({ variable }) => variable),
      readBefore: new Set(structure.reads.filter((node) => ageOf(node) === 1).map((node) => node.attrs.variable)),
    };
    return () => this.run(prepared);
  }

  private run({ program, structure, variables, readBefore, verify }: Prepared): HostArray[] {
    const threads = this.crew.threads(this.settings.threads);
    this.last = { program, threads };
    const own = program.ownAt;
    this.residences.beginRun();
    this.arenaBytes = program.arenaBytes;
    const arena = this.arena.ensure(program.arenaBytes);
    // A line more, so that no two threads write to the same one.
    const scratchBytes = Math.ceil(program.scratchBytes / line) * line + line;
    const scratch = this.scratch.ensure(scratchBytes * threads);
    const targets = variables.map((variable) =>
      this.targetOf(variable, verify !== undefined || readBefore.has(variable)),
    );
    const slots = this.fillSlots(structure, targets);
    const counters = this.clearCounters(program.counters + threads * program.shares);
    const shares = counters + line * program.counters;
    const flags = this.flags.ensure(line * program.flags);

    for (const { buffer, leaf } of program.inputs) {
      hostView(this.heap, buffer, { arena, own }).set(structure.leaves[leaf]!.value!);
    }
    if (program.keep && program.keptOrigin.changes(structure.reads, program.keptReads)) program.keep(slots, own);
    const addresses = { slots, arena, scratch, own, counters, shares, flags };
    this.runOnAllThreads(
      program,
      threads,
      globals.map((name) => addresses[name]),
      scratchBytes,
    );
    const values = program.outputs.map((buffer) => hostView(this.heap, buffer, { arena, own }).slice());
    try {
      verify?.(values);
    } catch (error) {
      for (const target of targets) this.heap.free(target);
      throw error;
    }
    variables.forEach((variable, i) => {
      this.residences.of(variable).takeAsOlder(targets[i]!);
      variable.overwritten();
    });
    return values;
  }

  private runOnAllThreads(
    program: LoadedProgram,
    threads: number,
    values: readonly number[],
    scratchBytes: number,
  ): void {
    const { crew } = this;
    this.runs = (this.runs + 1) | 0;
    if (threads > 1) crew.summon(program, { threads, globals: values, scratchBytes, run: this.runs });
    this.waitingWork.run();
    // This thread takes the last place, because it usually comes last.
    program.run(...values, threads - 1, threads, this.runs, maySleep() ? 1 : 0);
    if (threads > 1) crew.awaitHelpers(threads);
    crew.startMissing(this.settings.threads);
  }

  /** So many counters, a line apart, all 0. */
  private clearCounters(count: number): number {
    const at = this.counters.ensure(line * count);
    this.heap.ints(at, (line / 4) * count).fill(0);
    return at;
  }

  /** The table of where variables' contents lie, and where their new ones go. */
  private fillSlots(structure: Structure, targets: readonly number[]): number {
    const sources = structure.reads.map((node) => this.residences.of(node.attrs.variable).at[ageOf(node) as Age]);
    const addresses = [...sources, ...targets];
    const at = this.slots.ensure(4 * addresses.length);
    this.heap.ints(at, addresses.length).set(addresses);
    return at;
  }

  /** Where a variable's new contents go: in place of the older ones, unless those are still needed. */
  private targetOf(variable: Variable, keepsOlder: boolean): number {
    const residence = this.residences.of(variable);
    return keepsOlder ? residence.allocate() : residence.at[1];
  }
}
