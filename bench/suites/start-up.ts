/** Start-up: the time over Node's own start-up, the time to compile, and JavaScript's share of a step. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { PeerFailure } from "../harness/peer.js";
import { median, spread } from "../harness/statistics.js";
import { digits, percent, tabulate, type Column, type Table } from "../harness/table.js";
import type { Suite, Surroundings } from "./suite.js";

const at = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const program = at("dist/cli/main.js");

interface Launch {
  readonly name: string;
  readonly args: (out: string) => readonly string[];
  /** The clock stops at the first line of output with this text, or else when the process ends. */
  readonly until?: string;
}

const launches: readonly Launch[] = [
  { name: "Node itself (node -e 0)", args: () => ["-e", "0"] },
  { name: "kilograd summary", args: () => [program, "summary"] },
  { name: "a program with one training step", args: () => [at("bench/probes/first-step.mjs")] },
  {
    name: "kilograd train, to the end of the first step",
    args: (out) => [program, "train", "--json", "--out", out],
    until: '"type":"step"',
  },
];

/** A process that takes longer than this, in milliseconds, is killed and counts as failed. */
const TIMEOUT = 120_000;

/** Seconds from the start of a process to its end or to a line of its output. */
async function launch({ name, args, until }: Launch, out: string): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, args(out), { stdio: ["ignore", "pipe", "pipe"], timeout: TIMEOUT });
  let errors = "";
  child.stderr.on("data", (text: Buffer) => (errors += text.toString()));
  const ended = once(child, "exit");
  let seen: number | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (until === undefined || !line.includes(until)) continue;
    seen = performance.now();
    child.kill("SIGKILL");
    break;
  }
  await ended;
  const took = (seen ?? performance.now()) - began;
  const failed = until === undefined ? child.exitCode !== 0 : seen === undefined;
  if (failed) throw new PeerFailure(`${name} failed${child.signalCode ? ` (${child.signalCode})` : ""}.\n${errors}`);
  return took / 1000;
}

interface LaunchRow {
  readonly name: string;
  readonly seconds: number;
  readonly spread: number;
  readonly overNode: number;
  readonly rounds: readonly number[];
}

const launchColumns: readonly Column<LaunchRow>[] = [
  { title: "from the start of a process", align: "left", text: ({ name }) => name },
  { title: "s", text: ({ seconds }) => seconds.toFixed(3) },
  { title: "over Node's own, s", text: ({ overNode }) => overNode.toFixed(3) },
  { title: "spread", text: (row) => percent(row.spread) },
];

async function measureLaunches({ quick, folder, tell }: Surroundings): Promise<Table> {
  const seconds = new Map<Launch, number[]>(launches.map((one) => [one, []]));
  const rounds = quick ? 3 : 11;
  for (let round = 0; round < rounds; round++) {
    for (const [k, one] of launches.entries()) {
      tell(`start-up: round ${round + 1}, ${one.name}`);
      seconds.get(one)!.push(await launch(one, path.join(folder, `run-${round}-${k}`)));
    }
  }
  const node = median(seconds.get(launches[0]!)!);
  const rows = [...seconds].map(([{ name }, all]): LaunchRow => {
    return { name, seconds: median(all), spread: spread(all), overNode: median(all) - node, rounds: all };
  });
  return tabulate("Start-up", launchColumns, rows);
}

/** What probes/step-anatomy.mjs prints; in milliseconds. */
interface Anatomy {
  readonly threads: number;
  readonly compiled: readonly { readonly batch: number; readonly compiling: number; readonly ofItV8: number }[];
  readonly step: number;
  readonly script: number;
  /** JavaScript's share of a step. */
  readonly share: number;
}

const anatomyColumns: readonly Column<Anatomy>[] = [
  { title: "threads", text: ({ threads }) => String(threads) },
  { title: "a step, ms", text: ({ step }) => digits(step) },
  { title: "JavaScript in it, ms", text: ({ script }) => digits(script) },
  { title: "its share", text: ({ share }) => percent(share) },
];

interface CompileRow {
  readonly batch: number;
  /** Milliseconds for graph, plan, assembly and V8's compilation. */
  readonly compiling: number;
  readonly ofItV8: number;
  readonly rounds: readonly number[];
}

const compileColumns: readonly Column<CompileRow>[] = [
  { title: "batch", text: ({ batch }) => String(batch) },
  { title: "compiling, ms", text: ({ compiling }) => digits(compiling) },
  { title: "of it V8, ms", text: ({ ofItV8 }) => digits(ofItV8) },
];

function dissect(threads: number): Anatomy {
  const args = [at("bench/probes/step-anatomy.mjs"), String(threads)];
  const { error, status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: TIMEOUT });
  if (status !== 0) throw new PeerFailure(`step-anatomy.mjs failed: ${error?.message ?? stderr}`);
  return JSON.parse(stdout) as Anatomy;
}

function measureSteps({ quick, tell }: Surroundings): readonly Table[] {
  const processes = [1, 2].map((threads) => {
    tell(`start-up: JavaScript in a step, ${threads} threads`);
    return Array.from({ length: quick ? 1 : 5 }, () => dissect(threads));
  });
  const shares = processes.map((all): Anatomy => {
    const middle = (figure: (one: Anatomy) => number): number => median(all.map(figure));
    const figures = { step: middle((one) => one.step), script: middle((one) => one.script) };
    return { ...all[0]!, ...figures, share: middle((one) => one.share) };
  });
  const single = processes[0]!;
  const compiled = single[0]!.compiled.map(({ batch }, k): CompileRow => {
    const rounds = single.map((one) => one.compiled[k]!.compiling);
    return { batch, compiling: median(rounds), ofItV8: median(single.map((one) => one.compiled[k]!.ofItV8)), rounds };
  });
  return [
    tabulate("JavaScript's share of a training step, batch 32", anatomyColumns, shares),
    tabulate("Compiling training steps of new shapes, one after another in one process", compileColumns, compiled),
  ];
}

export const startUp: Suite = async (surroundings) => [
  await measureLaunches(surroundings),
  ...measureSteps(surroundings),
];
