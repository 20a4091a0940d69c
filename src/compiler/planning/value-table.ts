/** What nodes are inside loops (expressions or loads), for each domain. Each value is made only once. */
import type { Node } from "../../graph/node.js";
import type { Shape } from "../../graph/shape.js";
import type { LoopValue } from "../../kernels/loop-nest.js";

export class ValueTable {
  private readonly byDomain = new Map<string, Map<Node, LoopValue>>();
  /** The nodes of an expression are asked for one after the other, with the same domain. */
  private latest: { readonly domain: Shape; readonly values: Map<Node, LoopValue> } | undefined;

  get(domain: Shape, node: Node, make: () => LoopValue): LoopValue {
    const values = this.valuesIn(domain);
    let value = values.get(node);
    if (!value) values.set(node, (value = make()));
    return value;
  }

  private valuesIn(domain: Shape): Map<Node, LoopValue> {
    if (this.latest?.domain === domain) return this.latest.values;
    const key = domain.join();
    let values = this.byDomain.get(key);
    if (!values) this.byDomain.set(key, (values = new Map<Node, LoopValue>()));
    this.latest = { domain, values };
    return values;
  }
}
