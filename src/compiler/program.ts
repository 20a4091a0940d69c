/**
 * From plan to program: each kernel becomes a function of its outer index, and `run` takes a thread through the
 * stages. The indices of a stage are handed out in chunks; the thread that has done the last of them runs the serial
 * kernels and opens the barrier. So nobody waits for a thread that has taken nothing: one that comes late, since it had
 * something else to do or the system let it wait, passes the stages that are over. Nothing that is computed depends on
 * who computes it.
 */
import { v, type Expr, type Local } from "../wasm/expressions.js";
import { FunctionBuilder, type Func, type UnwrittenFunc } from "../wasm/loops.js";
import type { Access, Addressing, Kernel } from "../kernels/kernel.js";
import type { Plan, Stage } from "./planning/plan.js";
import type { Place } from "../kernels/views.js";

/** The module's globals, set anew at each run. */
export const globals = ["slots", "arena", "scratch", "own", "counters", "shares", "flags"] as const;

/** Parameters of `run`, in their order: the globals, then these. */
export const runParameters = [...globals, "thread", "threads", "run", "maySleep"] as const;

/** Counters and flags stand a cache line apart. */
export const line = 64;
/**
 * How often a thread looks at a flag before it sleeps: for a millisecond or so, since to wake a thread takes longer than a
 * small stage, and what it waits for is nearly done.
 */
const spins = 1_000_000;
/** A stage without sums of chunks hands out its indices in about this many pieces. */
const pieces = 64;

export interface Program {
  readonly functions: readonly (Func | UnwrittenFunc)[];
  /**
   * Constants that the kernels look up, complete once all functions have been written; copied into the program's own
   * memory, behind what the plan has there.
   */
  readonly tables: () => Int32Array;
  /**
   * How many words, a line apart, the run needs for counters and (for each thread) for shares, which are zeroed before
   * each run, and for flags.
   */
  readonly counters: number;
  readonly shares: number;
  readonly flags: number;
  /** What `mark` is told, by number, where the program is built to be profiled. */
  readonly marks: readonly Mark[];
}

/** What a thread is about to do. */
export interface Mark {
  /** The stage's number; -1 for the prologue. */
  readonly stage: number;
  /** A kernel of its parallel or serial part, waiting at its barrier, or being outside the program. */
  readonly part: "parallel" | "serial" | "barrier" | "outside";
  /** The kernel's title. */
  readonly what: string;
}

/** The host's function that a profiled program calls with the number of each mark. */
export const markImport = "mark";

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

/** Parameters of `keep`, in their order; what is kept needs no other memory. */
export const keepParameters = ["slots", "own"] as const;

/** Writes `keep`, which computes what is kept. */
function buildKeep(plan: Plan, names: ReadonlyMap<Kernel, string>): Func {
  const b = new FunctionBuilder("keep", Object.fromEntries(keepParameters.map((name) => [name, "i32"])));
  keepParameters.forEach((name, i) => b.statement({ kind: "global", name, value: b.params[i]! }));
  for (const kernel of plan.kept) b.for("n", 0, kernel.extent, 1, (n) => b.call(names.get(kernel)!, n));
  return b.done({ exported: true });
}

class ProgramAddresses implements Addressing {
  readonly words: number[] = [];
  private readonly known = new Map<string, number>();

  /** @param tablesAt where tables start in the program's own memory */
  constructor(private readonly tablesAt: number) {}

  pointer({ view, outerAxis }: Access, n: Local): Expr {
    const place = view.buffer.place;
    if (!place) throw new Error(`${view.buffer.name} has no place`);
    const stride = outerAxis === undefined ? 0 : view.strides[outerAxis]!;
    const start = add(base(place), 4 * view.offset);
    return place.kind === "scratch" || stride === 0 ? start : v.n.add(start, v.n.scale(n, 4 * stride));
  }

  /** Equal tables are one, also when a kernel is written again to be printed. */
  table(values: Int32Array): Expr {
    const key = values.join();
    let at = this.known.get(key);
    if (at === undefined) {
      at = this.tablesAt + 4 * this.words.length;
      this.known.set(key, at);
      this.words.push(...values);
    }
    return add(v.global("own"), at);
  }
}

function base(place: Place): Expr {
  if (place.kind === "slot") return v.load(v.global("slots"), 4 * place.slot, "i32");
  return add(v.global(place.kind), place.at);
}

function add(address: Expr, bytes: number): Expr {
  return bytes === 0 ? address : v.n.add(address, v.int(bytes));
}

/** Writes `run`. */
class Driver {
  counters = 0;
  shares = 0;
  flags = 0;
  private readonly b = new FunctionBuilder("run", Object.fromEntries(runParameters.map((name) => [name, "i32"])));
  private readonly parameter = new Map(this.b.params.map((local) => [local.name, local]));

  readonly marks: Mark[] = [];
  private stageNumber = -1;

  constructor(
    private readonly names: ReadonlyMap<Kernel, string>,
    private readonly profile: boolean,
  ) {}

  build(plan: Plan): Func {
    for (const name of globals) {
      this.b.statement({ kind: "global", name, value: this.parameter.get(name)! });
    }
    if (plan.prologue.length > 0) this.stage({ parallel: [], serial: plan.prologue });
    for (const stage of plan.stages) {
      this.stageNumber++;
      this.stage(stage);
    }
    this.mark("outside");
    return this.b.done({ exported: true });
  }

  private stage({ parallel, serial }: Stage): void {
    const done = this.b.let("i32", "done", v.int(0));
    let chunks = 0;
    for (const extent of new Set(parallel.map((kernel) => kernel.extent))) {
      chunks += this.share(
        parallel.filter((kernel) => kernel.extent === extent),
        extent,
        done,
      );
    }
    this.barrier(serial, done, chunks);
  }

  /**
   * Hands out the outer indices 0 … extent to the threads. Each has a share of its own, the same in every stage, so
   * that it finds in its cache what it wrote a stage before; when that is done it helps the others with theirs.
   *
   * @param done counts the chunks that this thread has done
   * @returns how many chunks there are
   */
  private share(kernels: readonly Kernel[], extent: number, done: Local): number {
    const { b } = this;
    const size = kernels.find((kernel) => kernel.chunk !== undefined)?.chunk ?? Math.ceil(extent / pieces);
    const count = Math.ceil(extent / size);
    const [thread, threads] = [this.parameter.get("thread")!, this.parameter.get("threads")!];
    const counters = b.let("i32", "shares", this.counterPerThread());
    const owner = b.let("i32", "owner", thread);
    const [next, end, from, to] = [
      b.local("i32", "next"),
      b.local("i32", "end"),
      b.local("i32", "from"),
      b.local("i32", "to"),
    ];
    b.for("round", v.int(0), threads, 1, () => {
      const counter = v.n.add(counters, v.n.scale(owner, line));
      const first = (of: Expr): Expr => v.op("i32.div_u", v.n.scale(of, count), threads);
      const take = (): void => b.set(next, v.n.add(first(owner), v.atomicAdd(counter, v.int(1))));
      b.set(end, first(v.n.add(owner, v.int(1))));
      take();
      b.while(v.op("i32.lt_s", next, end), () => {
        b.set(from, v.n.scale(next, size));
        b.set(to, v.n.add(from, v.int(size)));
        if (extent % size !== 0) b.if(v.op("i32.lt_s", v.int(extent), to), () => b.set(to, v.int(extent)));
        b.for("n", from, to, 1, (n) => kernels.forEach((kernel) => this.call(kernel, "parallel", n)));
        b.advance(done, 1);
        take();
      });
      b.advance(owner, 1);
      b.if(v.op("i32.ge_s", owner, threads), () => b.set(owner, v.int(0)));
    });
    return count;
  }

  /**
   * Waits until all chunks are done; the thread that did the last one runs the serial kernels first. Where there are
   * none, the first one to come does.
   */
  private barrier(serial: readonly Kernel[], done: Local, chunks: number): void {
    const { b } = this;
    this.mark("barrier");
    const flag = b.let("i32", "flag", add(v.global("flags"), line * this.flags++));
    const run = this.parameter.get("run")!;
    const before = b.let("i32", "before", v.atomicAdd(this.counter(), chunks === 0 ? v.int(1) : done));
    const isLast =
      chunks === 0
        ? v.op("i32.eqz", before)
        : v.op("i32.and", v.op("i32.ne", done, v.int(0)), v.op("i32.eq", v.n.add(before, done), v.int(chunks)));
    b.if(
      isLast,
      () => {
        for (const kernel of serial) this.call(kernel, "serial", v.int(0));
        this.mark("barrier");
        b.statement({ kind: "atomicStore", address: flag, value: run });
        b.statement({ kind: "notify", address: flag });
      },
      () => this.waitFor(flag, run),
    );
  }

  private waitFor(flag: Local, run: Local): void {
    const { b } = this;
    const seen = b.let("i32", "seen", v.atomicLoad(flag));
    const looks = b.let("i32", "looks", v.int(0));
    b.while(v.op("i32.ne", seen, run), () => {
      b.advance(looks, 1);
      const tired = v.op("i32.and", v.op("i32.lt_s", v.int(spins), looks), this.parameter.get("maySleep")!);
      b.if(tired, () => b.statement({ kind: "wait", address: flag, expected: seen }));
      b.set(seen, v.atomicLoad(flag));
    });
  }

  private call(kernel: Kernel, part: "parallel" | "serial", n: Expr): void {
    this.mark(part, kernel);
    this.b.call(this.names.get(kernel)!, n);
  }

  /** Tells the host what comes now, and since when: what was there before has ended. */
  private mark(part: Mark["part"], kernel?: Kernel): void {
    if (!this.profile) return;
    this.b.call(markImport, v.int(this.marks.length));
    this.marks.push({ stage: this.stageNumber, part, what: kernel?.title ?? "" });
  }

  private counter(): Expr {
    return add(v.global("counters"), line * this.counters++);
  }

  /** The first of as many counters as there are threads, behind all others. */
  private counterPerThread(): Expr {
    const bytes = v.n.scale(this.parameter.get("threads")!, line * this.shares++);
    return v.n.add(v.global("shares"), bytes);
  }
}
