/** A peer's side of the protocol, for the peers in JavaScript. */
import { readFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import type { Answer, Check, Greeting, Memory, Request, Run, Task } from "./protocol.js";

/** Steps that have been prepared. */
export interface Work {
  readonly step?: () => void | Promise<void>;
  readonly check: () => Check | Promise<Check>;
}

// Text that libraries print on standard output must not mix with the answers.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

function say(message: Answer | Greeting): void {
  write(`${JSON.stringify(message)}\n`);
}

/** Linux knows the peak of this very program; elsewhere the system's figure may include the process before it. */
function peakMemory(): number {
  if (process.platform !== "linux") return 1024 * process.resourceUsage().maxRSS;
  return 1024 * Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))![1]);
}

async function timed({ step }: Work, steps: number): Promise<Run> {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  for (let i = 0; i < steps; i++) {
    const waiting = step!();
    if (waiting) await waiting;
  }
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - began) / 1e3, cpuSeconds: (user + system) / 1e6 };
}

/**
 * Says who this is and answers requests until the other side closes.
 * @param about the library's name and version
 * @param prepare prepares a task; refuses tasks that it does not know
 */
export async function serve(about: string, prepare: (task: Task) => Work | Promise<Work>): Promise<void> {
  const loaded = peakMemory();
  let work: Work | undefined;
  const answers: { [K in Request["do"]]: (request: Extract<Request, { do: K }>) => unknown } = {
    prepare: async ({ task }) => void (work = await prepare(task)),
    check: () => work!.check(),
    run: ({ steps }) => timed(work!, steps),
    memory: (): Memory => ({ peak: peakMemory(), loaded }),
  };
  say({ ready: about });
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request;
    try {
      const answer = answers[request.do] as (request: Request) => unknown;
      say({ done: (await answer(request)) ?? null });
    } catch (error) {
      say({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }
  process.exit(0); // threads and libraries may keep the process alive
}
