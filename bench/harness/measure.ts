/**
 * Measures one case. All peers are alive at the same time. Their results are compared first; then come several rounds in
 * which each peer runs in turn while the others wait. The order changes from round to round, so that no peer always
 * follows the same one.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { requireAgreement } from "./agreement.js";
import { AbsentPeer, Peer, PeerFailure, type PeerProgram } from "./peer.js";
import type { Check, Memory, Run, Task } from "./protocol.js";
import { median, spread } from "./statistics.js";

export interface Effort {
  readonly rounds: number;
  /** How many seconds a peer computes in a round, but at least one step. */
  readonly seconds: number;
  /** How many seconds to wait for a peer's answer. */
  readonly timeout: number;
}

export interface Case<T extends Task = Task> {
  readonly name: string;
  readonly task: T;
  /** The first peer's result is what the others' must match. */
  readonly peers: readonly PeerProgram[];
  readonly tolerance: number;
  readonly effort: Effort;
}

export interface Measured {
  readonly peer: string;
  /** Seconds per step: the median of the rounds. */
  readonly step: number;
  /** The spread of the rounds, relative to the median. */
  readonly spread: number;
  /** How many cores it kept busy. */
  readonly cores: number;
  readonly rounds: readonly number[];
  readonly memory: Memory;
}

export interface CaseResult {
  readonly measured: readonly Measured[];
  /** Why a peer is missing. */
  readonly notes: readonly string[];
}

/** Idle threads may spin for a moment after a peer has answered. */
const REST = 50;

interface Runner {
  readonly peer: Peer;
  readonly check: Check;
  readonly steps: number;
}

/**
 * @param tell called with progress messages
 * @throws Disagreement if a peer's results differ, PeerFailure if the first peer fails
 */
export async function measure(one: Case, tell: (what: string) => void): Promise<CaseResult> {
  const runners: Runner[] = [];
  const notes: string[] = [];
  try {
    for (const program of one.peers) {
      tell(`${one.name}: ${program.name} starts`);
      const result = await prepare(program, one, runners[0]?.check);
      if ("note" in result) notes.push(result.note);
      else runners.push(result);
    }
    const runs = new Map<Runner, Run[]>(runners.map((runner) => [runner, []]));
    for (let round = 0; round < one.effort.rounds; round++) {
      for (const runner of rotate(runners, round)) {
        tell(`${one.name}: round ${round + 1}, ${runner.peer.name}`);
        await sleep(REST);
        runs.get(runner)!.push(await runner.peer.ask({ do: "run", steps: runner.steps }, one.effort.timeout));
      }
    }
    const measured: Measured[] = [];
    for (const [runner, all] of runs) measured.push(await sumUp(runner, all, one.effort.timeout));
    return { measured, notes };
  } finally {
    for (const { peer } of runners) await peer.close();
  }
}

/** Only the first peer must exist and succeed. */
async function prepare(
  program: PeerProgram,
  { task, tolerance, effort }: Case,
  reference: Check | undefined,
): Promise<Runner | { note: string }> {
  let peer: Peer | undefined;
  try {
    peer = await Peer.start(program, effort.timeout);
    await peer.ask({ do: "prepare", task }, effort.timeout);
    const check = await peer.ask({ do: "check" }, effort.timeout);
    if (reference) requireAgreement(program.name, check, reference, tolerance);
    if (program.sameBits && check.bits !== reference?.bits)
      throw new PeerFailure(`${program.name} produces different bits`);
    return { peer, check, steps: await chooseSteps(peer, effort) };
  } catch (error) {
    await peer?.close();
    const optional = error instanceof AbsentPeer || error instanceof PeerFailure;
    if (!reference || !optional) throw error;
    return { note: `skipped: ${error.message.split("\n")[0]}` };
  }
}

/** Minimum warm-up in seconds: at first V8 may still run code from its baseline compiler. */
const WARM_UP = 1;

/** Warms up, and finds how many steps fill a round. The first step does not count, because it compiles. */
async function chooseSteps(peer: Peer, { seconds, timeout }: Effort): Promise<number> {
  let steps = 1;
  let spent = 0;
  await peer.ask({ do: "run", steps }, timeout);
  for (;;) {
    const run = await peer.ask({ do: "run", steps }, timeout);
    spent += run.seconds;
    const fitting = Math.max(1, Math.round((seconds / run.seconds) * steps));
    if (spent >= WARM_UP && (run.seconds > seconds / 2 || steps >= fitting)) return fitting;
    steps = Math.min(fitting, 10 * steps);
  }
}

/** The same list, starting at another position. */
export function rotate<T>(list: readonly T[], by: number): T[] {
  return list.map((_, i) => list[(i + by) % list.length]!);
}

async function sumUp({ peer, steps }: Runner, runs: readonly Run[], timeout: number): Promise<Measured> {
  const rounds = runs.map(({ seconds }) => seconds / steps);
  return {
    peer: peer.name,
    step: median(rounds),
    spread: spread(rounds),
    cores: median(runs.map(({ seconds, cpuSeconds }) => cpuSeconds / seconds)),
    rounds,
    memory: await peer.ask({ do: "memory" }, timeout),
  };
}
