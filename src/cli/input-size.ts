/** The option `--input`: the sizes of a network's inputs. */
import { Option } from "commander";
import { UsageError } from "../entries/index.js";

/** The option; its default is the size of the exercise's images. */
export function inputOption(): Option {
  return new Option(
    "--input <sizes>",
    "the size of one image, without the batch; separate several inputs with spaces",
  ).default("1,28,28");
}

/**
 * Reads `1,28,28`, or several sizes separated by spaces.
 * @throws UsageError for anything else
 */
export function readInputSizes(words: string): number[][] {
  return words.split(" ").map(readSize);
}

function readSize(word: string): number[] {
  const size = word.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (size.every((extent) => Number.isInteger(extent) && extent > 0)) return size;
  throw new UsageError({
    op: "--input",
    problem: "invalid size",
    expected: "whole numbers such as 1,28,28",
    got: word,
  });
}
