import assert from "node:assert/strict";
import { afterEach, test, type TestContext } from "node:test";
import { ArgumentError } from "../errors/errors.js";
import { tensor } from "../tensor/creation.js";
import { configure, onCompile, type ProgramText } from "./configure.js";
import type { EngineSettings } from "./engine-settings.js";
import { nodeModule } from "./features.js";
import { compiledEngine } from "./realize.js";

afterEach(() => configure({ threads: 1, numerics: "fast" }));

test("as many threads as a run can count", () => {
  for (const threads of [1, 2, 256]) assert.doesNotThrow(() => configure({ threads }));
  for (const threads of [0, -1, 1.5, 257, NaN, Infinity]) {
    assert.throws(
      () => configure({ threads }),
      (error) =>
        error instanceof ArgumentError &&
        error.message.includes(`invalid threads; expected an integer from 1 to 256, got ${threads}`),
    );
  }
});

test("two kinds of numerics", () => {
  for (const numerics of ["fast", "strict"] as const) assert.doesNotThrow(() => configure({ numerics }));
  assert.throws(
    () => configure({ numerics: "exact" as "strict" }),
    (error) =>
      error instanceof ArgumentError &&
      error.message.includes('invalid numerics; expected "fast" or "strict", got "exact"'),
  );
});

const settings = (): EngineSettings => (compiledEngine() as unknown as { settings: EngineSettings }).settings;

function withProcessors(t: TestContext, count: number): void {
  t.mock.method(nodeModule<{ availableParallelism: () => number }>("os")!, "availableParallelism", () => count);
}

test("a setting that does not exist is refused, and one that is undefined is not given", (t) => {
  withProcessors(t, 2);
  assert.throws(() => configure({ thread: 2 } as never), { message: /perhaps you mean threads/ });
  configure({ threads: 2 });
  configure({ threads: undefined } as never);
  assert.equal(settings().threads, 2);
});

test("more threads than processors are not started, since they would wait for each other", (t) => {
  withProcessors(t, 2);
  configure({ threads: 8 });
  assert.equal(settings().threads, 2);
});

test("settings that are not given stay as they are, and a refused call changes nothing", (t) => {
  withProcessors(t, 4);
  configure({ threads: 3, numerics: "strict" });
  configure({});
  configure({ threads: 2 });
  assert.throws(() => configure({ threads: 0, numerics: "fast" }));
  assert.deepEqual(settings(), { threads: 2, numerics: "strict", profile: false });
});

test("a listener is called for each program that is compiled, but not for one that already exists", () => {
  const texts: ProgramText[] = [];
  onCompile((text) => texts.push(text));
  const sum = (list: number[]): number => tensor(list).mul(3).sum().item();
  assert.equal(sum([1, 2, 3, 4, 5]), 45);
  assert.equal(sum([5, 4, 3, 2, 2]), 48);
  onCompile(() => undefined);
  assert.equal(texts.length, 1);
  assert.match(texts[0]!.plan, /^arena .* stages?$/m);
  assert.match(texts[0]!.loops, /^void k0\(i32 n\) \{$/m);
});
