import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { idxFolder, temporaryFolder } from "../../../test/idx-folder.js";
import { jsonLines, kilograd } from "../../../test/terminal.js";

test("find-lr: the same seed gives the same points; the curve is drawn in the terminal and as SVG", async (t) => {
  const data = idxFolder(t, 36, 20);
  const svg = path.join(temporaryFolder(t), "curve.svg");
  const words = ["find-lr", "--data", data, "--batch-size", "8", "--steps", "40", "--threads", "1", "--to", "100"];
  const [first, second] = [await kilograd([...words, "--json"]), await kilograd([...words, "--json", "--svg", svg])];
  assert.equal(first.stderr, "");
  assert.equal(first.stdout, second.stdout);
  const { points, suggestion } = JSON.parse(first.stdout) as {
    points: { lr: number; loss: number; smoothed: number }[];
    suggestion: Record<string, unknown>;
  };
  assert.equal(points[0]!.lr, 1e-5);
  assert.equal(points[0]!.smoothed.toFixed(6), points[0]!.loss.toFixed(6));
  assert.deepEqual(Object.keys(suggestion), ["lr", "steepest", "lowest", "exploded"]);
  assert.match(
    fs.readFileSync(svg, "utf8"),
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox.*<title>Smoothed loss/,
  );
  const shown = await kilograd(words);
  assert.match(shown.stdout, /^Smoothed loss by learning rate\n/);
  assert.match(
    shown.stdout,
    /\nSuggested: --lr [\d.e-]+, (the rate at which it falls most steeply|a tenth of the rate at which it is lowest)\. /,
  );
});

test("find-lr: an invalid range ends with status 2", async () => {
  for (const [options, message] of [
    [["--from", "1", "--to", "0.1"], /--from, --to: invalid range; expected 0 < from < to, got 1 and 0\.1/],
    [["--from", "x"], /--from, --to: invalid range/],
    [["--steps", "5"], /--steps: invalid value; expected an integer of at least 20, got 5/],
  ] as const) {
    const { status, stderr } = await kilograd(["find-lr", ...options]);
    assert.equal(status, 2);
    assert.match(stderr, message);
  }
});

test("find-batch-size: each size sees the same images; the learning rate is scaled with the size, or kept", async (t) => {
  const words = [
    "find-batch-size",
    "--data",
    idxFolder(t, 36, 20),
    "--sizes",
    "4,16",
    "--images",
    "32",
    "--threads",
    "1",
  ];
  const scaled = jsonLines((await kilograd([...words, "--json"])).stdout);
  assert.deepEqual(
    scaled.map(({ batchSize, steps }) => [batchSize, steps]),
    [
      [4, 8],
      [16, 2],
    ],
  );
  assert.deepEqual(
    scaled.map(({ lr }) => lr),
    [0.1 / 16, 0.1 / 4],
  );
  assert.ok(scaled.every(({ imagesPerSecond, total }) => (imagesPerSecond as number) > 0 && total === 20));
  const kept = await kilograd([...words, "--keep-lr"]);
  const lines = kept.stdout.trimEnd().split("\n");
  assert.deepEqual(lines[0]!.trim().split(/ {2,}/), ["batch size", "lr", "steps", "images/s", "test loss", "accuracy"]);
  assert.deepEqual(
    lines.slice(1).map((line) => line.trim().split(/ +/).slice(0, 3)),
    [
      ["4", "0.1", "8"],
      ["16", "0.1", "2"],
    ],
  );
});

test("find-batch-size: an invalid count ends with status 2", async () => {
  for (const [options, message] of [
    [["--sizes", "16,x"], /--sizes: invalid value; expected an integer of at least 1, got x/],
    [["--images", "0"], /--images: invalid value/],
    [["--images", "60001", "--threads", "1"], /--images: .* expected an integer from 1 to 60000, got 60001/],
  ] as const) {
    const { status, stderr } = await kilograd(["find-batch-size", ...options]);
    assert.equal(status, 2);
    assert.match(stderr, message);
  }
});
