/** What a tool does with the nodes of each op: a table by op, whose rules know the types of the op's attributes. */
import type { Node } from "./node.js";
import type { Op, OpRef } from "./op.js";

/** The type of a method, so that a rule for one op's nodes fits into a table for all ops (see op.ts). */
type Rule<A, Context extends readonly unknown[], R> = { of(node: Node<A>, ...context: Context): R }["of"];

export class OpRules<Context extends readonly unknown[], R> {
  private readonly rules = new Map<Op, Rule<unknown, Context, R>>();

  /** Sets the rule for an op. */
  on<A>({ op }: OpRef<A>, rule: (node: Node<A>, ...context: Context) => R): this {
    this.rules.set(op, rule);
    return this;
  }

  /** Adds the rules of another table. */
  include(other: OpRules<Context, R>): this {
    for (const [op, rule] of other.rules) this.rules.set(op, rule);
    return this;
  }

  has(op: Op): boolean {
    return this.rules.has(op);
  }

  /** The result of the rule for the node's op; undefined if there is no rule. */
  apply(node: Node, ...context: Context): R | undefined {
    return this.rules.get(node.op)?.(node, ...context);
  }
}
