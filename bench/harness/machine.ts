/** The machine that produced the figures. */
import { spawnSync } from "node:child_process";
import os from "node:os";

/** Names and values for the top of the output and for the JSON file. */
export type Machine = Readonly<Record<string, string>>;

export function describeMachine(
  versions: readonly (readonly [name: string, command: string, args: string[]])[],
): Machine {
  const cpus = os.cpus();
  return {
    CPU: `${cpus[0]?.model ?? "unknown"}, ${os.availableParallelism()} cores`,
    memory: `${(os.totalmem() / 1e9).toFixed(0)} GB`,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    Node: `${process.versions.node}, V8 ${process.versions.v8}`,
    ...Object.fromEntries(versions.map(([name, command, args]) => [name, versionOf(command, args)])),
  };
}

/** The version that a program prints, or a note that it is missing. */
function versionOf(command: string, args: readonly string[]): string {
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? stdout.trim() : "not here";
}
