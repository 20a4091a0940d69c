/** The harness with fake peers, whose answers are known. */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Disagreement } from "./agreement.js";
import { measure, rotate, type Case } from "./measure.js";
import { AbsentPeer, Peer, PeerFailure, type PeerProgram } from "./peer.js";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kilograd-bench-test-"));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

function fake(name: string, behaviour: object = {}): PeerProgram {
  const script = fileURLToPath(new URL("fake-peer.mjs", import.meta.url));
  return { name, command: process.execPath, args: [script, JSON.stringify({ name, ...behaviour })] };
}

const effort = { rounds: 3, seconds: 4, timeout: 60 };
const caseOf = (...peers: readonly PeerProgram[]): Case => {
  return { name: "case", task: { kind: "epoch", threads: 1, batchSize: 1 }, peers, tolerance: 1e-4, effort };
};
const quiet = (): void => undefined;

test("peers run in turn, starting with a different one in each round, with enough steps to fill it", async () => {
  const log = path.join(folder, "turns");
  const { measured, notes } = await measure(
    caseOf(fake("a", { log, seconds: 2 }), fake("b", { log, seconds: 0.5 })),
    quiet,
  );
  const warmUps = ["a 1", "a 1", "a 2", "b 1", "b 1", "b 8"];
  const rounds = ["a 2", "b 8", "b 8", "a 2", "a 2", "b 8"];
  assert.deepEqual(fs.readFileSync(log, "utf8").trim().split("\n"), [...warmUps, ...rounds]);
  assert.deepEqual(notes, []);
  const figures = { spread: 0, cores: 2, memory: { peak: 2e6, loaded: 1e6 } };
  assert.deepEqual(measured, [
    { peer: "a", step: 2, rounds: [2, 2, 2], ...figures },
    { peer: "b", step: 0.5, rounds: [0.5, 0.5, 0.5], ...figures },
  ]);
});

test("rotate starts a list at another position", () => {
  assert.deepEqual(rotate([1, 2, 3], 1), [2, 3, 1]);
  assert.deepEqual(rotate([1, 2, 3], 3), [1, 2, 3]);
});

test("missing and failing peers are left out, with the reason", async () => {
  const nowhere = { name: "nowhere", command: path.join(folder, "no-program"), args: [] };
  const peers = [fake("a"), nowhere, fake("old", { skip: "torch is not here" }), fake("broken", { fails: "check" })];
  const { measured, notes } = await measure(caseOf(...peers), quiet);
  assert.deepEqual(
    measured.map(({ peer }) => peer),
    ["a"],
  );
  assert.deepEqual(notes, [
    `skipped: nowhere: ${nowhere.command} was not found`,
    "skipped: old: torch is not here",
    "skipped: broken, asked to check: no memory",
  ]);
});

test("a peer with different results stops the case", async () => {
  await assert.rejects(measure(caseOf(fake("a"), fake("other", { losses: [1.1] })), quiet), (error) => {
    assert.ok(error instanceof Disagreement);
    assert.match(error.message, /^other computes different results: losses differ by 1\.0e-1/);
    return true;
  });
});

test("a peer that must produce the same bits is left out if it does not", async () => {
  const [same, others] = ["same", "others"].map((bits) => ({ ...fake(bits, { bits }), sameBits: true as const }));
  const { measured, notes } = await measure(caseOf(fake("a", { bits: "same" }), same!, others!), quiet);
  assert.deepEqual(
    measured.map(({ peer }) => peer),
    ["a", "same"],
  );
  assert.deepEqual(notes, ["skipped: others produces different bits"]);
});

test("without the first peer there is nothing to measure", async () => {
  await assert.rejects(measure(caseOf(fake("a", { fails: "prepare" })), quiet), {
    message: "a, asked to prepare: no memory",
  });
  await assert.rejects(measure(caseOf(fake("a", { skip: "not here" })), quiet), AbsentPeer);
});

test("a peer that exits is reported with its last output, a silent one after its timeout", async () => {
  const ending = await Peer.start(fake("ending", { ends: true }), 60);
  await assert.rejects(ending.ask({ do: "run", steps: 1 }, 60), (error) => {
    assert.ok(error instanceof PeerFailure);
    assert.match(error.message, /^ending exited\.\nout of luck/);
    return true;
  });
  const silent = await Peer.start(fake("silent", { silent: true }), 60);
  await assert.rejects(silent.ask({ do: "check" }, 0.01), { message: "silent did not answer within 0.01 s" });
  await silent.close();
});
