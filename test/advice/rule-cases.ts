/** Tests of rules of advice: networks that deserve the advice, and networks that come close and do not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { advise, formatAdvice } from "../../src/advice/advice.js";
import type { Advice, AdviceRule } from "../../src/advice/rule.js";
import { inspectNetwork } from "../../src/inspect/inspect.js";
import type { Inspection } from "../../src/inspect/layer.js";
import * as nn from "../../src/nn/index.js";

interface RuleCases {
  /** Networks on images [1,28,28] that deserve the advice, each with the name of the layer that it must be about. */
  readonly deserving: readonly (readonly [layer: string, layers: () => readonly nn.Module[]])[];
  /** Networks that come close to deserving it. */
  readonly sparing: readonly (() => readonly nn.Module[])[];
  /** For each threshold of the rule, a network that just deserves the advice, and one that just does not. */
  readonly thresholds?: readonly { readonly what: string; readonly said: Inspection; readonly spared: Inspection }[];
}

const SHORTEST = 20;

export function testRule(rule: AdviceRule, { deserving, sparing, thresholds = [] }: RuleCases): void {
  const { name } = rule;
  const adviceOf = (inspection: Inspection): Advice[] => advise(inspection).filter((one) => one.rule === name);
  const inspect = (layers: readonly nn.Module[]): Inspection =>
    inspectNetwork(new nn.Sequential(...layers), [1, 28, 28]);

  test(`${name} has a case for and a case against it`, () => {
    assert.ok(deserving.length > 0, `add a network that deserves the advice of ${name}`);
    assert.ok(sparing.length > 0, `add a network that comes close to deserving the advice of ${name}, but does not`);
  });

  for (const [at, [kind, layers]] of deserving.entries()) {
    test(`${name} is said of a network that deserves it (${at + 1})`, () => {
      const inspection = inspect(layers());
      const found = adviceOf(inspection);
      const others = advise(inspection).map((one) => one.rule);
      assert.ok(found.length > 0, `${name} is not said of this network. Advice is: ${others.join(", ") || "none"}`);
      for (const advice of found) {
        assert.equal(inspection.layers[advice.layer]!.name, kind, `the advice must be about a ${kind}`);
        for (const text of ["reason", "meaning", "suggestion"] as const) {
          assert.ok(
            advice[text].length > SHORTEST,
            `the ${text} of ${name} is too short (${advice[text].length} characters): "${advice[text]}". ` +
              `Write a full sentence of more than ${SHORTEST} characters`,
          );
        }
        assert.doesNotMatch(
          advice.reason,
          /\.$/,
          `the reason of ${name} must not end with a full stop, because one is added`,
        );
      }
      const line = new RegExp(`^${name}, layer \\d+ \\(.*${kind}.*\\): .+\\.\\n {2}.+\\n {2}Try: .+`, "m");
      assert.match(formatAdvice(found, inspection), line);
    });
  }

  for (const [at, layers] of sparing.entries()) {
    test(`${name} is not said of a network that comes close to deserving it (${at + 1})`, () => {
      assert.deepEqual(adviceOf(inspect(layers())), []);
    });
  }

  for (const { what, said, spared } of thresholds) {
    test(`${name}: ${what}`, () => {
      assert.notDeepEqual(adviceOf(said), [], "the first network just deserves the advice");
      assert.deepEqual(adviceOf(spared), [], "the second network just does not deserve it");
    });
  }
}

/** The reason that a rule gives for its first piece of advice on a network. */
export function reasonOf({ name }: AdviceRule, inspection: Inspection): string {
  const found = advise(inspection).find(({ rule }) => rule === name);
  assert.ok(found, `${name} is not said of this network`);
  return found.reason;
}

/** The whole numbers in a text. */
export function figuresIn(text: string): number[] {
  return (text.match(/\d+/g) ?? []).map(Number);
}
