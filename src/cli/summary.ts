/** `kilograd summary [net]` */
import { formatSummary, summarize, UsageError } from "../index.js";
import { findNetwork } from "./network-file.js";
import type { AddCommand } from "./surroundings.js";

export const addSummary: AddCommand = (program, { stdout }) => {
  program
    .command("summary")
    .description("show a network's layers, shapes and numbers of parameters")
    .argument("[net]", "a built-in network, a file that exports a Module, or an ONNX model", "exercise")
    .option("--input <sizes>", "the size of an image, without the batch; several inputs with spaces between", "1,28,28")
    .action(async (net: string, { input }: { input: string }) => {
      const sizes = input.split(" ").map(readSize);
      stdout.write(`${formatSummary(summarize((await findNetwork(net))(), sizes))}\n`);
    });
};

/** `1,28,28` */
function readSize(word: string): number[] {
  const size = word.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (size.every((extent) => Number.isInteger(extent) && extent > 0)) return size;
  throw new UsageError({ op: "--input", problem: "not a size", expected: "whole numbers, such as 1,28,28", got: word });
}
