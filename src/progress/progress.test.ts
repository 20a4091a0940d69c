import assert from "node:assert/strict";
import { test } from "node:test";
import { columnsOf } from "../text/columns.js";
import { jsonFixture } from "../../test/fixtures.js";
import { ProgressBar, type ProgressOptions, type ProgressStream } from "./progress.js";
import { tqdm } from "./tqdm.js";

/** A stream that records what is written, and a clock that is set by hand. */
function screen(isTTY: boolean, columns = 60) {
  const written: string[] = [];
  const time = { now: 0 };
  const stream: ProgressStream = { write: (text) => written.push(text), isTTY, columns };
  return { written, time, stream, clock: () => time.now };
}

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

interface Session {
  readonly options: ProgressOptions;
  readonly steps?: readonly number[];
  readonly inner?: ProgressOptions;
  readonly written: string;
}

/** See fixtures/progress/bars.py. */
for (const { options, steps = [], inner, written: expected } of jsonFixture<{ sessions: Session[] }>(
  "progress/bars.json",
).sessions) {
  test(`everything that tqdm writes to a terminal: ${JSON.stringify({ ...options, inner })}`, () => {
    const { written, time, stream, clock } = screen(true, 0);
    const bar = new ProgressBar({ ...options, stream, clock });
    for (const step of steps) {
      time.now += 1 / 3;
      bar.update(step);
    }
    for (let i = 0; i < (inner ? 2 : 0); i++) {
      const below = new ProgressBar({ ...inner, stream, clock });
      for (let j = 0; j < 2; j++) {
        time.now += 1 / 3;
        below.update(1);
      }
      below.close();
      bar.update(1);
    }
    bar.close();
    bar.close();
    assert.equal(written.join(""), expected);
  });
}

test("what a bar shows is as wide as the terminal, in columns and not in characters", () => {
  const { written, stream, clock } = screen(true, 50);
  new ProgressBar({ total: 3, desc: "学習 👩‍👩‍👧 e\u0301", stream, clock }).close();
  assert.equal(columnsOf(written[0]!), 50);
  const narrow = screen(true, 12);
  new ProgressBar({ desc: "学習学習学習学習", stream: narrow.stream, clock }).close();
  assert.equal(narrow.written[0], "\r学習学習学習");
});

test("without a terminal, a bar that does not stay is not written, nor one that is disabled", () => {
  const none: ProgressOptions[] = [{ leave: false }, { disable: true }, { disable: null }];
  for (const options of none) {
    const { written, stream, clock } = screen(false);
    const bar = tqdm([1, 2], { ...options, stream, clock });
    assert.deepEqual([...bar], [1, 2]);
    assert.equal(bar.n, 2);
    assert.deepEqual(written, []);
  }
  const { written, stream, clock } = screen(false);
  for (const _ of tqdm([1], { stream, clock })) for (const _ of tqdm([1], { leave: null, stream, clock }));
  assert.equal(written.length, 1, "an inner bar that leaves the choice to its position does not stay");
});

test("a total that is infinite is unknown, one that is known by the iterable need not be given", () => {
  const { written, stream, clock } = screen(false);
  for (const given of [tqdm([1], { total: Infinity, stream, clock }), tqdm("ü👍", { stream, clock })]) given.close();
  new ProgressBar({ total: 0, stream, clock }).close();
  for (const _ of tqdm(new Map([[1, 2]]), { stream, clock }));
  assert.deepEqual(written, [
    "0it [00:00, ?it/s]\n",
    "  0%|          | 0/2 [00:00<?, ?it/s]\n",
    "0it [00:00, ?it/s]\n",
    "100%|██████████| 1/1 [00:00<?, ?it/s]\n",
  ]);
});

test("without an iterable, a bar is advanced by hand; an error in the loop's body ends the line", () => {
  const { written, time, stream, clock } = screen(false);
  const bar = tqdm({ total: 100, stream, clock });
  bar.update(40);
  time.now = 1;
  bar.setPostfix({ loss: 0.123456 });
  bar.close();
  const fail = (element: number): void => {
    if (element === 2) throw new Error("stop");
  };
  assert.throws(() => {
    for (const element of tqdm([1, 2], { stream, clock })) fail(element);
  }, /stop/);
  assert.deepEqual(written, [
    " 40%|████      | 40/100 [00:01<00:01, 40.00it/s, loss=0.123]\n",
    " 50%|█████     | 1/2 [00:00<?, ?it/s]\n",
  ]);
});

for (const [call, message] of [
  [() => tqdm([1], { descr: "x" } as ProgressOptions), /tqdm: there is no option "descr".*perhaps you mean desc/],
  [() => tqdm([1], { unit_scale: true } as ProgressOptions), /no option "unit_scale".*perhaps you mean unitScale/],
  [() => new ProgressBar({ barFormat: "{bar}" } as ProgressOptions), /ProgressBar: there is no option "barFormat"/],
  [() => new ProgressBar(5 as never), /ProgressBar: invalid desc; expected a text, got 5/],
  [() => tqdm(5 as never), /tqdm: invalid iterable; expected something to iterate over, got 5/],
  [() => tqdm([1], { total: -1 }), /invalid total; expected a number of at least 0, got -1/],
  [() => tqdm([1], { ncols: 2.5 }), /invalid ncols; expected an integer of at least 0, got 2\.5/],
  [() => tqdm([1], { ascii: "#" }), /invalid ascii; expected true or false, or two characters or more, got "#"/],
  [() => tqdm([1], { stream: console as never }), /invalid stream; expected an object with a method write\(text\)/],
  [() => new ProgressBar({ disable: true }).update("3" as never), /update: invalid n; expected a number, got "3"/],
  [() => new ProgressBar({ disable: true }).setDescription(3 as never), /setDescription: invalid desc; .* got 3/],
] as const) {
  test(String(message), () => {
    assert.throws(call, { name: "ArgumentError", message });
  });
}
