/**
 * A separate program for determinism.test.ts. It takes 200 steps of the notebook in `strict` and prints the SHA-256 of
 * the network's state. fixtures/strict-weights.json holds the expected value, so that a change of bits is noticed.
 * After an intended change, run `node --import tsx test/strict-training.ts > fixtures/strict-weights.json`.
 */
import { configure, manualSeed } from "../src/entries/index.js";
import { firstBatches, makeNotebook, trainStep, weightsHash } from "./notebook.js";

const steps = 200;
configure({ numerics: "strict" });
manualSeed(1);
const notebook = makeNotebook();
for (const batch of firstBatches(notebook.trainLoader, steps)) trainStep(notebook, batch);
process.stdout.write(`${JSON.stringify({ steps, sha256: weightsHash(notebook.model) })}\n`);
