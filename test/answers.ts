/**
 * Another program's answers in fixtures/, by the name of the case. A case without an answer, for example a new layer,
 * does not affect other cases: it is skipped if the program is missing, and otherwise fails and says how to get its
 * answer.
 */
import assert from "node:assert/strict";
import { maySkip } from "./oracles.js";
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

  /**
   * The options of a test that needs an answer. Where PyTorch is required, the test is not skipped, so that it fails
   * itself instead of its whole file.
   */
  needs(name: string): { readonly skip: string | false } {
    if (Object.hasOwn(this.answers, name) || !maySkip("torch")) return { skip: false };
    return {
      skip: `${name} compared with PyTorch (there is no answer yet, and no PyTorch to ask: run \`${this.command}\`)`,
    };
  }

  /** The answer to one question. */
  get(name: string): Answer {
    assert.ok(Object.hasOwn(this.answers, name), `PyTorch has not been asked about "${name}": run \`${this.command}\``);
    return this.answers[name]!;
  }

  /** Fails if there are answers that no case uses. */
  assertAllAsked(names: Iterable<string>): void {
    const asked = new Set(names);
    const left = Object.keys(this.answers).filter((name) => !asked.has(name));
    assert.deepEqual(left, [], `no case uses these answers: run \`${this.command}\``);
  }
}
