/** What this machine and its JavaScript engine offer. No `node:` module is imported, because browsers have none. */
import { assemble } from "../wasm/assembler.js";
import { v } from "../wasm/expressions.js";
import { FunctionBuilder } from "../wasm/loops.js";
import { cpuQuota } from "./cpu-quota.js";

interface NodeProcess {
  getBuiltinModule?: (name: string) => unknown;
}

/** One of Node's own modules, or undefined outside Node. */
export function nodeModule<T>(name: string): T | undefined {
  const { process } = globalThis as { process?: NodeProcess };
  return process?.getBuiltinModule?.(`node:${name}`) as T | undefined;
}

/** Why threads cannot share memory here; undefined if they can. */
export function sharingProblem(): string | undefined {
  const scope = globalThis as { SharedArrayBuffer?: unknown; crossOriginIsolated?: boolean };
  if (scope.SharedArrayBuffer === undefined || scope.crossOriginIsolated === false)
    return "the page is not cross-origin isolated";
  // V8 ends the process if a thread gets no address space, and its error cannot be caught. A memory takes 10 GiB of it.
  return addressSpace() < 2 ** 34 ? "the address space is limited (ulimit -v)" : undefined;
}

/** The bytes of address space that Linux allows this process (`ulimit -v`). */
export function addressSpace(): number {
  return Number(/^Max address space +(\d+)/m.exec(readText("/proc/self/limits"))?.[1] ?? Infinity);
}

/** Whether this thread may sleep. The main thread of a browser may not. */
export function maySleep(): boolean {
  return !("document" in globalThis);
}

/** The number of threads that can run at once. Node 20 does not know a container's quota of processor time. */
export function availableThreads(): number {
  const os = nodeModule<{ availableParallelism: () => number }>("os");
  if (os) return Math.max(1, Math.floor(Math.min(os.availableParallelism(), cpuQuota(readText))));
  return (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1;
}

function readText(file: string): string {
  try {
    return nodeModule<{ readFileSync: (file: string, encoding: string) => string }>("fs")!.readFileSync(file, "utf8");
  } catch {
    return ""; // there is no such file, or Node's permissions forbid to read it
  }
}

let fused: boolean | undefined;

/** Whether relaxed SIMD's fused multiply-add is available. Node 20 has it behind a flag, which this turns on. */
export function hasFusedMultiplyAdd(): boolean {
  if (fused === undefined) {
    if (!validatesRelaxed()) enableRelaxed();
    fused = validatesRelaxed();
  }
  return fused;
}

function enableRelaxed(): void {
  const v8 = nodeModule<{ setFlagsFromString: (flags: string) => void }>("v8");
  v8?.setFlagsFromString("--experimental-wasm-relaxed-simd");
}

function validatesRelaxed(): boolean {
  const b = new FunctionBuilder("f", { x: "v128" });
  const x = b.params[0]!;
  const func = b.done({ returns: v.madd(x, x, x), result: "v128" });
  return WebAssembly.validate(assemble([func], { globals: [], sharedMaximum: undefined, fused: true }));
}
