/**
 * Node's own modules, for the files of datasets. They are asked for late, because pages load this code as well. Globals of
 * Node, such as `process`, would make a bundler put substitutes into the page.
 */
import type * as crypto from "node:crypto";
import type * as fs from "node:fs";
import type * as module from "node:module";
import type * as os from "node:os";
import type * as path from "node:path";
import type process from "node:process";
import type * as url from "node:url";
import type * as zlib from "node:zlib";
import { StateError } from "../../errors/errors.js";
import { nodeModule } from "../../runtime/features.js";

interface NodeModules {
  readonly crypto: typeof crypto;
  readonly fs: typeof fs;
  readonly module: typeof module;
  readonly os: typeof os;
  readonly path: typeof path;
  readonly process: typeof process;
  readonly url: typeof url;
  readonly zlib: typeof zlib;
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
