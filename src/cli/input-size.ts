/** `--input`: the sizes of a network's inputs. */
import { Option } from "commander";
import { UsageError } from "../entries/index.js";

/** The option, for the exercise's images unless given. */
export function inputOption(): Option {
  return new Option(
    "--input <sizes>",
    "the size of an image, without the batch; several inputs with spaces between",
  ).default("1,28,28");
}

/**
 * `1,28,28`, or several with spaces between.
 * @throws UsageError for what is no size
 */
export function readInputSizes(words: string): number[][] {
  return words.split(" ").map(readSize);
}

function readSize(word: string): number[] {
  const size = word.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (size.every((extent) => Number.isInteger(extent) && extent > 0)) return size;
  throw new UsageError({ op: "--input", problem: "not a size", expected: "whole numbers, such as 1,28,28", got: word });
}
