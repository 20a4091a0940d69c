/**
 * Another program's answers in fixtures/, by the name of what was asked. A case without an answer, as after a layer has
 * been added, is its own trouble and nobody else's: where the program is missing the case is skipped, elsewhere it fails
 * and says how to get its answer.
 */
import assert from "node:assert/strict";
import { needs } from "./oracles.js";
import { python } from "./python.js";

export class Answers<Answer> {
  /** The command that asks PyTorch again, with the Python that the tests use: another one may be without PyTorch. */
  private readonly command: string;

  /** @param command asks PyTorch again; its Python is called `python3` */
  constructor(
    private readonly answers: Readonly<Record<string, Answer>>,
    command: string,
  ) {
    this.command = command.replaceAll(/\bpython3\b/g, () => python);
  }

  /** The options of a test that compares with an answer. */
  needs(name: string): { readonly skip: string | false } {
    if (Object.hasOwn(this.answers, name) || !needs("torch").skip) return { skip: false };
    return { skip: `${name} beside PyTorch (no answer yet, and no PyTorch to ask: run \`${this.command}\`)` };
  }

  /** The answer to one question. */
  get(name: string): Answer {
    assert.ok(Object.hasOwn(this.answers, name), `PyTorch has not been asked about "${name}": run \`${this.command}\``);
    return this.answers[name]!;
  }

  /** Fails where there are answers to what is not asked. */
  assertAllAsked(names: Iterable<string>): void {
    const asked = new Set(names);
    const left = Object.keys(this.answers).filter((name) => !asked.has(name));
    assert.deepEqual(left, [], `answers that nobody asks for: run \`${this.command}\``);
  }
}
