/**
 * Changes the text of files in src before they are bundled, in steps, each for some folders. They share one esbuild plugin,
 * because esbuild reads a file with the first plugin that accepts it.
 */
import { readFileSync } from "node:fs";
import { withNames } from "./class-names.mjs";
import { withoutTestData } from "./op-records.mjs";
import { withPrivateMembers, withShortMembers } from "./private-members.mjs";
import { withPureCalls } from "./pure-calls.mjs";

/**
 * The steps in order, each with the folders that it changes. Users see no class of the folders without names. They neither
 * see nor extend those of the folders with private members.
 */
const transforms = [
  { folders: /^ops\/$/, apply: withoutTestData },
  { folders: /^(?!(compiler|export|formats|graph|kernels|ops|runtime|tensor\/methods|wasm)\/)/, apply: withNames },
  { folders: /^(nn|optim|random|tensor)\//, apply: withPrivateMembers },
  { folders: /^(compiler|kernels|runtime|wasm)\//, apply: withShortMembers },
  { folders: /^/, apply: withPureCalls },
];

/** The esbuild plugin. */
export const sourceTransforms = {
  name: "source-transforms",
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const file = path.replaceAll("\\", "/");
      const folders = file.slice(file.lastIndexOf("/src/") + 5, file.lastIndexOf("/") + 1);
      const apply = (source, transform) => (transform.folders.test(folders) ? transform.apply(file, source) : source);
      return { contents: transforms.reduce(apply, readFileSync(path, "utf8")), loader: "ts" };
    });
  },
};
