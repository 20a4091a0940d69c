/** Node's own modules, for the files of datasets. They are asked for late, because pages load this code as well. */
import { StateError } from "../../errors/errors.js";
import { nodeModule } from "../../runtime/features.js";

interface NodeModules {
  readonly crypto: typeof import("node:crypto");
  readonly fs: typeof import("node:fs");
  readonly module: typeof import("node:module");
  readonly path: typeof import("node:path");
  readonly url: typeof import("node:url");
  readonly zlib: typeof import("node:zlib");
}

/** One of Node's modules. @throws StateError where there are none, as in a page */
export function node<N extends keyof NodeModules>(name: N): NodeModules[N] {
  const found = nodeModule<NodeModules[N]>(name);
  if (found) return found;
  throw new StateError({
    op: "data",
    problem: `the files of a dataset are read with node:${name}, which is missing here`,
    expected: "Node, Deno or Bun",
    hint:
      "a page fetches the files and passes their bytes on: " +
      'new ImageDataset(parseIdx(images, "images", 3), parseIdx(labels, "labels", 1), classes)',
  });
}
