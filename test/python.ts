/**
 * Debian's Python, which has PyTorch and ONNX's checker: oracles that are not ours. The environment variable PYTHON
 * names another one.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

export const python = process.env["PYTHON"] ?? "/usr/bin/python3";

/** What a package is called in Debian, by the name under which Python imports it. */
const packages = { torch: "python3-torch", onnx: "python3-onnx", numpy: "python3-numpy" } as const;

/**
 * Runs Python with one thread.
 * @param needs the package that the program imports; where it is missing, the test fails and says what to install
 * @returns what it printed
 */
export function runPython(needs: keyof typeof packages, args: readonly string[], cwd?: string): string {
  const probe = spawnSync(python, ["-c", `import ${needs}`], { encoding: "utf8" });
  assert.equal(
    probe.status,
    0,
    `${python} cannot import ${needs}: install ${packages[needs]} (apt-get install ${packages[needs]}), or name another Python in the environment variable PYTHON`,
  );
  const env = { ...process.env, OMP_NUM_THREADS: "1" };
  const { status, stdout, stderr } = spawnSync(python, args, { encoding: "utf8", env, ...(cwd ? { cwd } : {}) });
  assert.equal(status, 0, `${python} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}
