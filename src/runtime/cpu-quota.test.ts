/** Quotas of control groups, in files as Linux, Docker and Kubernetes write them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cpuQuota } from "./cpu-quota.js";

const quotaOf = (files: Readonly<Record<string, string>>): number => cpuQuota((file) => files[file] ?? "");

test("version 2: the least quota of the group and of the groups around it", () => {
  const own = "/sys/fs/cgroup/system.slice/job.scope/cpu.max";
  const groups = { "/proc/self/cgroup": "0::/system.slice/job.scope\n" };
  assert.equal(quotaOf({ ...groups, [own]: "150000 100000\n" }), 1.5);
  assert.equal(
    quotaOf({ ...groups, [own]: "max 100000\n", "/sys/fs/cgroup/system.slice/cpu.max": "50000 20000\n" }),
    2.5,
  );
  assert.equal(quotaOf({ ...groups, [own]: "max 100000\n" }), Infinity);
});

test("version 2 in a container, which sees its own group as the root", () => {
  assert.equal(quotaOf({ "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "100000 100000\n" }), 1);
});

test("version 1: quota and period are files of the controller cpu; -1 means none", () => {
  const groups = { "/proc/self/cgroup": "5:memory:/docker/ab\n4:cpu,cpuacct:/docker/ab\n0::/\n" };
  const limit = (folder: string, quota: string): Record<string, string> => ({
    [`${folder}/cpu.cfs_quota_us`]: `${quota}\n`,
    [`${folder}/cpu.cfs_period_us`]: "100000\n",
  });
  assert.equal(quotaOf({ ...groups, ...limit("/sys/fs/cgroup/cpu/docker/ab", "300000") }), 3);
  assert.equal(quotaOf({ ...groups, ...limit("/sys/fs/cgroup/cpu", "200000") }), 2, "the host's path is not there");
  assert.equal(quotaOf({ ...groups, ...limit("/sys/fs/cgroup/cpu", "-1") }), Infinity);
});

test("without control groups, or with files that make no sense, there is no quota", () => {
  assert.equal(quotaOf({}), Infinity);
  assert.equal(quotaOf({ "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "nonsense" }), Infinity);
});
