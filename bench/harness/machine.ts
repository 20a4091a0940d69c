/** What the figures were measured on. */
import { spawnSync } from "node:child_process";
import os from "node:os";

/** Lines of name and value, for the head of the output and for the JSON file. */
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

/** What a program prints about its version; an absent one is told as such. */
function versionOf(command: string, args: readonly string[]): string {
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? stdout.trim() : "not here";
}
