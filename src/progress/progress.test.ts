import assert from "node:assert/strict";
import { test } from "node:test";
import { formatBar, formatInterval, formatMeter, ProgressBar, tqdm, type ProgressStream } from "./progress.js";

/** A stream that records what is written, and a clock that is set by hand. */
function screen(isTTY: boolean, columns = 60) {
  const written: string[] = [];
  const time = { now: 0 };
  const stream: ProgressStream = { write: (text) => written.push(text), isTTY, columns };
  return { written, time, stream, clock: () => time.now };
}

test("an interval shows hours only from one hour on", () => {
  assert.equal(formatInterval(0), "00:00");
  assert.equal(formatInterval(65.9), "01:05");
  assert.equal(formatInterval(3665), "1:01:05");
});

test("the bar is filled in eighths of a character", () => {
  assert.equal(formatBar(0, 3), "   ");
  assert.equal(formatBar(0.5, 3), "█▌ ");
  assert.equal(formatBar(1 / 24, 3), "▏  ");
  assert.equal(formatBar(23 / 24, 3), "██▉");
  assert.equal(formatBar(1, 3), "███");
});

test("the line equals tqdm's", () => {
  const meter = { n: 1875, total: 1875, elapsed: 21.0129, desc: "loss=0.1 batch_id=1874", unit: "it" };
  assert.equal(formatMeter(meter), "loss=0.1 batch_id=1874: 100%|██████████| 1875/1875 [00:21<00:00, 89.23it/s]");
  // tqdm.format_meter(3, 200, 6): half a percent is rounded to even, and a slow rate is inverted
  assert.equal(
    formatMeter({ ...meter, n: 1, total: 200, elapsed: 2, desc: "" }),
    "  0%|          | 1/200 [00:02<06:38,  2.00s/it]",
  );
  assert.equal(
    formatMeter({ ...meter, n: 0, total: 8, elapsed: 0, desc: "" }),
    "  0%|          | 0/8 [00:00<?, ?it/s]",
  );
});

test("without a total, only the count and the rate are shown", () => {
  assert.equal(formatMeter({ n: 7, total: undefined, elapsed: 2, desc: "d", unit: "it" }), "d: 7it [00:02,  3.50it/s]");
});

test("on a terminal, the line fills the width and is never longer", () => {
  const meter = { n: 5, total: 10, elapsed: 5, desc: "x", unit: "it" };
  assert.equal(formatMeter({ ...meter, columns: 50 }).length, 50);
  assert.equal(formatMeter({ ...meter, columns: 20 }).length, 20);
});

test("a terminal gets one live line, at most every mininterval", () => {
  const { written, time, stream, clock } = screen(true, 40);
  for (const i of tqdm([0, 1, 2, 3], { stream, clock })) time.now = (i + 1) * 0.06;
  // at the start, after 0.12 s, after 0.24 s and at the end
  assert.equal(written.length, 4);
  assert.ok(written.every((text) => text.startsWith("\r")));
  assert.ok(written.at(-1)!.endsWith("\n"));
  assert.match(written.at(-1)!, /100%\|█+\| 4\/4 \[00:00<00:00, 16\.67it\/s\]/);
});

test("the rate follows the newest measurements, and at the end it is the mean", () => {
  const { written, time, stream, clock } = screen(true);
  const bar = new ProgressBar({ total: 30, stream, clock });
  time.now = 1;
  bar.update(10);
  assert.match(written.at(-1)!, /10\.00it\/s/);
  time.now = 3;
  bar.update(10);
  // EMA of steps: 10; of seconds: (0.3·2 + 0.7·0.3·1) / (1 − 0.49) = 1.588
  assert.match(written.at(-1)!, / 6\.30it\/s/);
  bar.close();
  assert.match(written.at(-1)!, / 6\.67it\/s/);
});

test("a shorter line erases a longer one", () => {
  const { written, time, stream, clock } = screen(true, 80);
  const bar = new ProgressBar({ desc: "a long description", stream, clock });
  const before = written.at(-1)!.length;
  time.now = 1;
  bar.setDescription("short");
  assert.equal(written.at(-1)!.length, before);
});

test("a pipe gets one plain line at the end", () => {
  const { written, time, stream, clock } = screen(false);
  const bar = tqdm(new Set(["a", "b"]), { stream, clock });
  for (const letter of bar) {
    time.now++;
    bar.setDescription(letter);
  }
  assert.deepEqual(written, ["b: 100%|██████████| 2/2 [00:02<00:00,  1.00it/s]\n"]);
});

test("leaving the loop early ends the line once", () => {
  const { written, time, stream, clock } = screen(false);
  const bar = tqdm([1, 2, 3, 4], { stream, clock });
  for (const i of bar) {
    time.now++;
    if (i === 2) break;
  }
  bar.close();
  assert.deepEqual(written, [" 25%|██▌       | 1/4 [00:02<00:06,  2.00s/it]\n"]);
});

test("asynchronous iterables are counted too", async () => {
  const { written, time, stream, clock } = screen(false);
  async function* letters() {
    yield* await Promise.resolve(["a", "b"]);
  }
  const seen: string[] = [];
  for await (const letter of tqdm(letters(), { stream, clock })) {
    seen.push(letter);
    time.now += 0.25;
  }
  assert.deepEqual(seen, ["a", "b"]);
  assert.deepEqual(written, ["2it [00:00,  4.00it/s]\n"]);
});

test("elements done before the start do not count for the rate", () => {
  const { written, time, stream, clock } = screen(false);
  const bar = new ProgressBar({ total: 20, initial: 10, stream, clock });
  time.now = 2;
  bar.update(10);
  bar.close();
  assert.deepEqual(written, ["100%|██████████| 20/20 [00:02<00:00,  5.00it/s]\n"]);
});

test("a terminal that does not know its width gets a bar of ten characters", () => {
  const { written, time, stream, clock } = screen(true, 0);
  const bar = new ProgressBar({ total: 2, stream, clock });
  time.now = 1;
  bar.update();
  assert.match(written.at(-1)!, /^\r 50%\|█████ {5}\| 1\/2 \[00:01<00:01, {2}1\.00it\/s\]$/);
});
