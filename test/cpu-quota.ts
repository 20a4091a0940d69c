/** Control groups of Linux with a quota of processor time, as containers have them. Only root can make them. */
import fs from "node:fs";
import path from "node:path";

interface Quota {
  /** The file to which a process writes its number to be in the group. */
  readonly processes: string;
  readonly remove: () => void;
}

const top = "/sys/fs/cgroup";
const period = 100_000;

/**
 * Makes a group of version 1 or 2, whichever is mounted.
 * @param processors how many processors' time it may use
 */
export function makeQuota(processors: number): Quota {
  const first = fs.existsSync(path.join(top, "cpu", "cpu.cfs_quota_us"));
  const folder = path.join(top, first ? "cpu" : "", `kilograd-${process.pid}-${processors}`);
  const quota = processors === Infinity ? undefined : processors * period;
  fs.mkdirSync(folder);
  if (first) fs.writeFileSync(path.join(folder, "cpu.cfs_quota_us"), `${quota ?? -1}`);
  else fs.writeFileSync(path.join(folder, "cpu.max"), `${quota ?? "max"} ${period}`);
  return { processes: path.join(folder, "cgroup.procs"), remove: () => fs.rmdirSync(folder) };
}

/** Why no quota can be set here; null if one can. */
export function quotaProblem(): string | null {
  try {
    makeQuota(1).remove();
    return null;
  } catch {
    return "this user cannot set quotas of processor time here";
  }
}
