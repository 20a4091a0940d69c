/** Finds a run's network: a built-in one, or the copy that the run keeps. */
import { DataError } from "../errors/errors.js";
import { networks } from "../exercise/networks.js";
import type { Module } from "../nn/index.js";
import { chooseExport } from "../runs/network-exports.js";
import type { KeptNetwork } from "../runs/run-record.js";
import { importAddress, read } from "./run-files.js";

const HINT = "pass a function that makes it: loadClassifier(run, { network: () => new Net() })";

/**
 * @param run its folder or address
 * @param net the network's name or file in the run's configuration
 * @param kept what the run keeps of it
 * @returns a function that makes the network
 */
export async function networkOf(run: string, net: string, kept: KeptNetwork | undefined): Promise<() => Module> {
  if (!kept) {
    if (Object.hasOwn(networks, net)) return networks[net]!;
    throw new DataError({
      op: "loadClassifier",
      problem: `the network of ${run} is not a built-in one, and the run keeps no copy of it`,
      expected: Object.keys(networks).join(", "),
      got: net,
      hint: HINT,
    });
  }
  const file = `${run.replace(/\/$/, "")}/${kept.file}`;
  const bytes = await read(file);
  await checkHash(file, bytes, kept.sha256);
  if (kept.file === "network.mjs") return importModule(file);
  // Loaded only when needed: the ONNX schema is large.
  const { importOnnx } = await import("../import/onnx/onnx-module.js");
  return () => importOnnx(bytes, file, { logLikelihoods: true });
}

/** @throws DataError unless the file is the network that was trained. Pages without a secure context cannot compute hashes. */
async function checkHash(file: string, bytes: Uint8Array, expected: string): Promise<void> {
  const { subtle } = (globalThis as { crypto?: Partial<typeof crypto> }).crypto ?? {};
  if (!subtle) return;
  const digest = new Uint8Array(await subtle.digest("SHA-256", Uint8Array.from(bytes)));
  const got = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (got === expected) return;
  throw new DataError({
    op: "loadClassifier",
    problem: `${file} is not the network that was trained`,
    expected: `SHA-256 ${expected}`,
    got,
    hint: "restore the file: a run's network must not be edited",
  });
}

async function importModule(file: string): Promise<() => Module> {
  const failure = (error: unknown): DataError =>
    new DataError(
      { op: "loadClassifier", problem: `${file} cannot be imported: ${(error as Error).message}`, hint: HINT },
      { cause: error },
    );
  let exports: Record<string, unknown>;
  try {
    exports = (await import(/* webpackIgnore: true */ /* @vite-ignore */ importAddress(file))) as typeof exports;
  } catch (error) {
    throw failure(error);
  }
  return chooseExport(file, exports, failure);
}
