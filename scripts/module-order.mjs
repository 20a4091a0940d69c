/**
 * Keeps similar code together in the bundle. gzip finds only repetitions within 32 KB, and esbuild puts modules into the
 * order in which the first entry imports them, dependencies first. This entry, of which nothing is written, imports
 * the core library folder by folder; of many orders that were tried, this one makes it 0.5 KB smaller.
 */
import { readdirSync } from "node:fs";
import { at } from "./setup.mjs";

const folders =
  "wasm compiler/rewrites ops compiler/planning compiler runtime kernels graph random text tensor/methods tensor " +
  "nn nn/functional nn/layers optim/lr-scheduler optim autograd errors entries";

/** The name of the entry, and of the file that it would become. */
export const ordered = "module-order";

/** An esbuild plugin that provides the entry. */
export const moduleOrder = {
  name: "module-order",
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${ordered}$`) }, () => ({ path: ordered, namespace: ordered }));
    build.onLoad({ filter: /^/, namespace: ordered }, () => {
      const files = folders.split(" ").flatMap((folder) => {
        const names = readdirSync(at("src", folder)).filter((name) => /(?<!\.test|\.d)\.ts$/.test(name));
        return names.sort().map((name) => `./src/${folder}/${name}`);
      });
      return { contents: files.map((file) => `import "${file}";`).join("\n"), resolveDir: at() };
    });
  },
};
