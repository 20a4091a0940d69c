/**
 * A program of its own, for determinism.test.ts: 200 steps of the notebook in `strict`, then the SHA-256 of what the
 * network holds, on standard output. fixtures/strict-weights.json keeps it, so that a change of bits is noticed; when
 * one is intended, `node --import tsx test/strict-training.ts > fixtures/strict-weights.json` renews it.
 */
import { configure, manualSeed } from "../src/entries/index.js";
import { firstBatches, makeNotebook, trainStep, weightsHash } from "./notebook.js";

const steps = 200;
configure({ numerics: "strict" });
manualSeed(1);
const notebook = makeNotebook();
for (const batch of firstBatches(notebook.trainLoader, steps)) trainStep(notebook, batch);
process.stdout.write(`${JSON.stringify({ steps, sha256: weightsHash(notebook.model) })}\n`);
