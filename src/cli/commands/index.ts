import type { DefineCommand } from "../surroundings.js";

/**
 * The commands of `kilograd` by name, in the order in which the help lists them. A new one is a file in this folder and
 * a line here. Only the command that is called is loaded, so that the program starts quickly.
 */
export const commands: Readonly<Record<string, () => Promise<{ readonly defineCommand: DefineCommand }>>> = {
  train: () => import("./train.js"),
  "find-lr": () => import("./find-lr.js"),
  "find-batch-size": () => import("./find-batch-size.js"),
  summary: () => import("./summary.js"),
  inspect: () => import("./inspect.js"),
  evaluate: () => import("./evaluate.js"),
  check: () => import("./check.js"),
  report: () => import("./report.js"),
  predict: () => import("./predict.js"),
  export: () => import("./export.js"),
  import: () => import("./import.js"),
  quiz: () => import("./quiz.js"),
  bench: () => import("./bench.js"),
};
