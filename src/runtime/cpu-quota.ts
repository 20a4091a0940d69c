/** The quota of processor time that Linux gives to this process's control groups, as containers set it. */

/**
 * @param read the contents of a file, or "" if it cannot be read
 * @returns how many processors' time the process may use: the least of all its groups; Infinity without a quota
 */
export function cpuQuota(read: (file: string) => string): number {
  const quotas = read("/proc/self/cgroup")
    .split("\n")
    .flatMap((line) => {
      // "0::/path" in version 2, "4:cpu,cpuacct:/path" in version 1.
      const [, controllers = "-", path = ""] = line.split(":");
      if (controllers !== "" && !controllers.split(",").includes("cpu")) return [];
      // In a container, the path may be that of the host, of which only the top is there to be read.
      const names = path.split("/").filter((name) => name !== "");
      return [...names.keys(), names.length].map((depth) => {
        const folder = ["/sys/fs/cgroup", ...(controllers && ["cpu"]), ...names.slice(0, depth)].join("/");
        const limit = controllers
          ? `${read(`${folder}/cpu.cfs_quota_us`)} ${read(`${folder}/cpu.cfs_period_us`)}`
          : read(`${folder}/cpu.max`);
        const [quota, period] = limit.split(/\s+/).map(Number) as [number, number];
        return quota > 0 && period > 0 ? quota / period : Infinity;
      });
    });
  return Math.min(...quotas);
}
