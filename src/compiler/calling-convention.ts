/** What a program and its host agree on: the functions that they call, their parameters, and the module's globals. */

/** The module's globals, set anew at each run. All are addresses. */
export const globals = ["slots", "arena", "scratch", "own", "counters", "shares", "flags"] as const;

/** The parameters of `run`, in their order: the globals, then these. */
export const runParameters = [...globals, "thread", "threads", "run", "maySleep"] as const;

/** The parameters of `keep`, in their order. What is kept needs no other memory. */
export const keepParameters = ["slots", "own"] as const;

/** Counters and flags are a cache line apart, in bytes. */
export const line = 64;

/** The host's function that a profiled program calls with the number of each mark. */
export const markImport = "mark";

/** What a thread is about to do. */
export interface Mark {
  /** The stage's number, from 0. Undefined outside the program. */
  readonly stage: number | "prologue" | undefined;
  /** Running a kernel of the stage's parallel or serial part, waiting at its barrier, or being outside the program. */
  readonly part: "parallel" | "serial" | "barrier" | "outside";
  /** The kernel's title, or "" where there is no kernel. */
  readonly what: string;
}
