/** Puts the text of `program.py` into the bundle, which must not read files, in place of the module that reads it. */
import { readFileSync } from "node:fs";
import path from "node:path";

/** An esbuild plugin. */
export const programText = {
  name: "program-text",
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]export[\\/]pytorch[\\/]program-text\.ts$/ }, ({ path: module }) => {
      const file = path.join(path.dirname(module), "program.py");
      const contents = `export const programText = ${JSON.stringify(readFileSync(file, "utf8"))};`;
      return { contents, watchFiles: [file] };
    });
  },
};
