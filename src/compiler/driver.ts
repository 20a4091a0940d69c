/**
 * `run`, which takes one thread through the stages of a program. A stage's outer indices are handed out in chunks. The
 * thread that has done the last of them runs the serial kernels and opens the barrier. So nobody waits for a thread
 * that has taken nothing: a thread that comes late, because it was busy or the system did not let it run, passes the
 * stages that are over. No result depends on which thread computes what.
 */
import type { Kernel } from "../kernels/kernel.js";
import { v, type Expr, type Local } from "../wasm/expressions.js";
import { FunctionBuilder, type Func } from "../wasm/loops.js";
import { globals, line, markImport, runParameters, type Mark } from "./calling-convention.js";
import type { Plan, Stage } from "./planning/plan.js";
import { add } from "./program-addresses.js";

/**
 * How often a thread looks at a flag before it sleeps, which takes about a millisecond. To wake a thread takes longer
 * than a small stage, and what it waits for is nearly done.
 */
const spins = 1_000_000;
/** A stage whose kernels have no chunks of their own hands out its indices in about this many pieces. */
const pieces = 64;

export class Driver {
  /** How many counters, shares for each thread, and flags the function needs. */
  counters = 0;
  shares = 0;
  flags = 0;
  readonly marks: Mark[] = [];
  private readonly b = new FunctionBuilder("run", Object.fromEntries(runParameters.map((name) => [name, "i32"])));
  private readonly parameter = new Map(this.b.params.map((local) => [local.name, local]));

  private current: Mark["stage"];

  /** @param names the names of the kernels' functions */
  constructor(
    private readonly names: ReadonlyMap<Kernel, string>,
    private readonly profile: boolean,
  ) {}

  build({ prologue, stages }: Plan): Func {
    for (const name of globals) {
      this.b.statement({ kind: "global", name, value: this.parameter.get(name)! });
    }
    if (prologue.length > 0) this.stage("prologue", { parallel: [], serial: prologue });
    stages.forEach((stage, number) => this.stage(number, stage));
    this.current = undefined;
    this.mark("outside");
    return this.b.done({ exported: true });
  }

  private stage(name: Mark["stage"], { parallel, serial }: Stage): void {
    this.current = name;
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
   * Hands out the outer indices from 0 to `extent` to the threads. Each thread has a share of its own, the same one in
   * every stage, so that it finds in its cache what it wrote a stage before. When its share is done it helps the others
   * with theirs.
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
        b.increase(done, 1);
        take();
      });
      b.increase(owner, 1);
      b.if(v.op("i32.ge_s", owner, threads), () => b.set(owner, v.int(0)));
    });
    return count;
  }

  /**
   * Waits until all chunks are done. The thread that did the last one runs the serial kernels first. If there are no
   * chunks, the first thread to arrive does.
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
        b.store(flag, 0, run, "atomic");
        b.statement({ kind: "notify", address: flag });
      },
      () => this.waitFor(flag, run),
    );
  }

  private waitFor(flag: Local, run: Local): void {
    const { b } = this;
    const seen = b.let("i32", "seen", v.load(flag, 0, "atomic"));
    const looks = b.let("i32", "looks", v.int(0));
    b.while(v.op("i32.ne", seen, run), () => {
      b.increase(looks, 1);
      const tired = v.op("i32.and", v.op("i32.lt_s", v.int(spins), looks), this.parameter.get("maySleep")!);
      b.if(tired, () => b.statement({ kind: "wait", address: flag, expected: seen }));
      b.set(seen, v.load(flag, 0, "atomic"));
    });
  }

  private call(kernel: Kernel, part: "parallel" | "serial", n: Expr): void {
    this.mark(part, kernel);
    this.b.call(this.names.get(kernel)!, n);
  }

  /** Tells the host what this thread does from now on. */
  private mark(part: Mark["part"], kernel?: Kernel): void {
    if (!this.profile) return;
    this.b.call(markImport, v.int(this.marks.length));
    this.marks.push({ stage: this.current, part, what: kernel?.title ?? "" });
  }

  /** The address of a new counter. */
  private counter(): Expr {
    return add(v.global("counters"), line * this.counters++);
  }

  /** The first of as many new counters as there are threads, after all other such counters. */
  private counterPerThread(): Expr {
    const bytes = v.n.scale(this.parameter.get("threads")!, line * this.shares++);
    return v.n.add(v.global("shares"), bytes);
  }
}
