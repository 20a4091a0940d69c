/** From plan to program: each kernel becomes a function of its outer index, which `run` and `keep` call. */
import type { Kernel } from "../kernels/kernel.js";
import { FunctionBuilder, type Func, type UnwrittenFunc } from "../wasm/loops.js";
import { keepParameters, type Mark } from "./calling-convention.js";
import { Driver } from "./driver.js";
import type { Plan } from "./planning/plan.js";
import { ProgramAddresses } from "./program-addresses.js";

export interface Program {
  readonly functions: readonly (Func | UnwrittenFunc)[];
  /**
   * Constants that the kernels look up. They are complete once all functions have been written, and are copied into the
   * program's own memory, after what the plan has there.
   */
  readonly tables: () => Int32Array;
  /**
   * How many words, a cache line apart, a run needs: for counters and, for each thread, for shares, all of which are
   * zeroed before each run, and for flags.
   */
  readonly counters: number;
  readonly shares: number;
  readonly flags: number;
  /** What `mark` is told, by number, if the program is built to be profiled. */
  readonly marks: readonly Mark[];
}

export function buildProgram(plan: Plan, { profile = false } = {}): Program {
  const addresses = new ProgramAddresses(plan.ownBytes);
  const names = new Map(kernelsOf(plan).map((kernel, i) => [kernel, `k${i}`]));
  const kernels = [...names].map(([kernel, name]) => ({ name, write: () => writeKernel(kernel, name, addresses) }));
  const driver = new Driver(names, profile);
  const run = driver.build(plan);
  return {
    functions: [...kernels, ...(plan.kept.length > 0 ? [buildKeep(plan, names)] : []), run],
    tables: () => Int32Array.from(addresses.words),
    counters: driver.counters,
    shares: driver.shares,
    flags: driver.flags,
    marks: driver.marks,
  };
}

function writeKernel(kernel: Kernel, name: string, addresses: ProgramAddresses): Func {
  const b = new FunctionBuilder(name, { n: "i32" });
  b.note(kernel.title);
  kernel.emit(b, addresses, b.params[0]!);
  return b.done();
}

function kernelsOf(plan: Plan): Kernel[] {
  return [...plan.kept, ...plan.prologue, ...plan.stages.flatMap((stage) => [...stage.parallel, ...stage.serial])];
}

/** `keep`, which computes what is kept between runs. */
function buildKeep(plan: Plan, names: ReadonlyMap<Kernel, string>): Func {
  const b = new FunctionBuilder("keep", Object.fromEntries(keepParameters.map((name) => [name, "i32"])));
  keepParameters.forEach((name, i) => b.statement({ kind: "global", name, value: b.params[i]! }));
  for (const kernel of plan.kept) b.for("n", 0, kernel.extent, 1, (n) => b.call(names.get(kernel)!, n));
  return b.done({ exported: true });
}
