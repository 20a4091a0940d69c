/**
 * compile(): records a training step or a forward pass once, and then replays it without running its JavaScript. An
 * ordinary step rebuilds its graph of some hundred nodes each time, only to find that the program is already compiled.
 * A compiled step goes straight to the program. Both give the same bits. PyTorch: `torch.compile`.
 */
import { ArgumentError, StateError } from "../errors/errors.js";
import { shown } from "../errors/shown.js";
import { isRecord } from "../errors/signature.js";
import { callback } from "../errors/kinds.js";
import { required, Signature } from "../errors/signature.js";
import type { HostArray, Node, VariableNode } from "../graph/node.js";
import { ageOf, data, variable } from "../ops/leaf.js";
import { currentEngine, realize, recordRealizations, type Realization } from "../runtime/realize.js";
import { gradientsEnabled } from "../graph/grad-mode.js";
import { isConstant, keepJournal, recordingAge, type Journal } from "../graph/recording.js";
import { formatShape } from "../graph/shape.js";
import { RecordedGraph } from "./recorded-graph.js";
import { Tensor } from "./tensor.js";
import { tensorsIn } from "./tensors-in.js";

/** A value, or lists and objects of such values. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [name: string]: Tree<T> };
/** A function of tensors that returns one tensor or several, in a list or by name. */
export type TensorFunction = (...args: Tensor[]) => Tree<Tensor>;
type Result = Tree<Tensor>;

const ofCompile = new Signature("compile", [required("step", callback)]);

interface Recording {
  readonly realization: Realization;
  readonly journal: Journal;
  /** The leaves that stand for the arguments. */
  readonly args: readonly Node[];
  readonly reads: readonly { readonly node: VariableNode; readonly age: number }[];
  /** The positions of the results among the realisation's outputs. */
  readonly results: Tree<number>;
  readonly graph: RecordedGraph;
  /** The calls since it was made, by recording or by comparing. */
  calls: number;
  /** Which of them compares it with what the step itself does; the first, then the second, fourth, … */
  readonly compareAt: number;
}

/** The most calls from one comparison of a recording with the step itself to the next; at first they are 1, 2, 4, … */
const checkEvery = 256;

/**
 * Makes a function of tensors run without building its graph again. For each combination of its arguments' shapes the
 * first call runs as usual, the second is recorded, and then the recorded program runs: with the new arguments, the
 * present learning rate and new random numbers, but without calling `step`. Both ways give the same bits. PyTorch:
 * `torch.compile`.
 *
 * So any other effects of `step` happen only now and then, and the parameters keep no `grad`. It is
 * recorded again if anything that determines the graph has changed: the fields or the mode of a module that it calls, an
 * optimizer's parameters or state, which of its hyperparameters are zero, or `noGrad` around the call. Lists and objects
 * in a module's fields count, three levels deep.
 *
 * Any other JavaScript variables that `step` reads, such as a number of its own, private fields (`#scale`), Maps, or
 * which model or optimizer a variable names, keep the values that they had when it was recorded. A change of these
 * cannot be noticed at once. So calls 3, 5, 9, 17, …, 257 and then every 256th run `step` itself and compare: a step
 * that has changed is an error then, and the calls since the last comparison may have used the old values.
 * @param step either computes nothing itself and returns any tensors, or calls `optimizer.step()` once and returns what
 *   `backward()` was called on, the output of a module, or a list or object of these. Everything that differs from call to call
 *   must be an argument
 * @param surplus nothing: more arguments are refused
 * @returns a function with the arguments and results of `step`
 * @throws StateError from the call that is recorded, if `step` is not such a function, or reads a tensor that is neither
 *   an argument nor a parameter, a buffer or a field of a module; from a call that finds that it has changed; and from any
 *   call with an argument that requires a gradient; ArgumentError for an argument that is no tensor
 * @example
 * const model = new nn.Linear(2, 1);
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const step = compile((x: Tensor, y: Tensor) => {
 *   optimizer.zeroGrad();
 *   const loss = F.mseLoss(model(x), y);
 *   loss.backward();
 *   optimizer.step();
 *   return loss;
 * });
 * const [x, y] = [rand([8, 2]), rand([8, 1])];
 * const losses = Array.from({ length: 50 }, () => step(x, y).item());
 * losses[49]! < losses[0]!; // true
 * @example
 * const model = new nn.Linear(4, 3);
 * const classify = compile((inputs: Tensor) => noGrad(() => model(inputs).argmax(1)));
 * classify(rand([8, 4])).shape; // [8]
 */
export function compile<F extends TensorFunction>(step: F, ...surplus: never[]): F {
  ofCompile.read([step, ...surplus]);
  /** Keyed by the arguments' types and shapes, and whether there are gradients; `undefined` after the first call. */
  const recordings = new Map<string, Recording | undefined>();
  let age = recordingAge();
  const call = (...args: Tensor[]): Result => {
    if (age !== recordingAge()) {
      recordings.clear();
      age = recordingAge();
    }
    args.forEach(checkArgument);
    const key = args.map(({ dtype, shape }) => dtype + formatShape(shape)).join() + String(gradientsEnabled());
    const recording = recordings.get(key);
    const isValid = recording?.journal.guards.every((holds) => holds()) === true;
    if (isValid && ++recording.calls < recording.compareAt) return replay(recording, args);
    const isFirst = !recordings.has(key);
    if (isFirst) {
      const result = step(...args);
      mapTree(result, checkResult);
      recordings.set(key, undefined);
      return result;
    }
    recordings.set(key, undefined);
    const made = record(step, args, isValid ? recording : undefined);
    recordings.set(key, made.recording);
    return made.result;
  };
  return call as F;
}

/** @param earlier the recording to compare with */
function record(
  step: TensorFunction,
  given: readonly Tensor[],
  earlier: Recording | undefined,
): { recording: Recording; result: Result } {
  realize([]); // earlier pending work is not part of the step
  const args = given.map((tensor) => data(elementsOf(tensor), tensor.shape, tensor.dtype));
  const reads: { node: VariableNode; age: number }[] = [];
  const realizations: Realization[] = [];
  const graphs: RecordedGraph[] = [];
  const listen = (realization: Realization): void => {
    realizations.push(realization);
    for (const node of realization.order) if (variable.is(node)) reads.push({ node, age: ageOf(node) });
    checkLeaves(realization.order, args);
    const graph = new RecordedGraph(realization, args);
    if (earlier && !earlier.graph.equals(graph)) throw changedUnseen();
    graphs.push(graph);
  };
  const { result, journal } = keepJournal(() =>
    recordRealizations(listen, () => {
      const given = step(...args.map((node) => new Tensor(node)));
      if (realizations.length === 0) realize(tensorsIn(given).map(({ node }) => node));
      return given;
    }),
  );
  const [realization] = realizations;
  if (!realization || realizations.length > 1) {
    throw new StateError({
      op: "compile",
      problem: `the step computes ${realizations.length} times`,
      expected: "at most one optimizer.step(), and no item() or data()",
    });
  }
  const results = mapTree(result, (tensor) => placeOf(tensor, realization));
  if (earlier && JSON.stringify(earlier.results) !== JSON.stringify(results)) throw changedUnseen();
  const values = realization.outputs.map((node) => node.value!);
  for (const node of realization.outputs) node.value = undefined; // the recording owns the values from now on
  const recording = {
    realization,
    journal,
    args,
    reads,
    results,
    graph: graphs[0]!,
    calls: 0,
    compareAt: earlier ? Math.min(earlier.compareAt * 2, checkEvery) : 1,
  };
  clearGradients(recording);
  return { recording, result: tensorsOf(recording, values) };
}

function checkArgument(given: unknown, at: number): void {
  if (!(given instanceof Tensor)) {
    throw new ArgumentError({
      op: "compile",
      problem: `argument ${at} of the step is no tensor`,
      expected: "tensors only",
      got: shown(given),
      hint: "pass tensor(…), or let the step read a number from a field of a module",
    });
  }
  if (!given.requiresGrad) return;
  throw new StateError({
    op: "compile",
    problem: "an argument requires a gradient, which it would not get",
    hint: "pass its detach(), or let the function read the tensor itself",
  });
}

/** Throws if the step uses elements that the recording would repeat forever, although others may be meant later. */
function checkLeaves(order: readonly Node[], args: readonly Node[]): void {
  const frozen = order.find((node) => node.value && !node.supply && !args.includes(node) && !isConstant(node));
  if (!frozen) return;
  throw new StateError({
    op: "compile",
    problem: data.is(frozen)
      ? `the step reads a tensor of shape ${formatShape(frozen.shape)} that is none of its arguments`
      : `the step uses the result of a ${frozen.op.name} that was computed before it`,
    expected: "everything that differs from call to call as an argument",
    hint: data.is(frozen)
      ? "pass it as an argument, or make it new nn.Buffer(x) outside"
      : "pass it as an argument, and call optimizer.zeroGrad() first",
  });
}

function changedUnseen(): StateError {
  return new StateError({
    op: "compile",
    problem: "the step computes something else than when it was recorded, so calls since then may be wrong",
    expected: "everything that differs from call to call as an argument",
    hint: "pass a number that changes as tensor(…), or keep it in a field of a module that the step calls",
  });
}

/** The same lists and objects, with something else in place of each value. */
function mapTree<A, B>(tree: Tree<A>, change: (value: A) => B): Tree<B> {
  if (Array.isArray(tree)) return (tree as readonly Tree<A>[]).map((part) => mapTree(part, change));
  if (!isRecord(tree)) return change(tree as A);
  return Object.fromEntries(Object.entries(tree).map(([name, part]) => [name, mapTree(part, change)]));
}

function checkResult(result: unknown): void {
  if (result instanceof Tensor) return;
  throw new ArgumentError({
    op: "compile",
    problem: "the step returns something that is no tensor",
    expected: "a tensor, or a list or an object of tensors",
    got: shown(result),
  });
}

function placeOf(result: Tensor, { outputs }: Realization): number {
  const place = outputs.indexOf(result.node);
  if (place >= 0) return place;
  throw new StateError({
    op: "compile",
    problem: "the step returns a tensor that optimizer.step() does not compute",
    expected: "the tensor that backward() was called on, or a module's output",
  });
}

function replay(recording: Recording, given: readonly Tensor[]): Result {
  const { realization, journal, args, reads } = recording;
  currentEngine().waitingWork.refuseComputing();
  realize([]);
  args.forEach((node, i) => (node.value = elementsOf(given[i]!)));
  realization.refuseGiven();
  for (const effect of journal.effects) effect();
  for (const node of journal.live) node.value = node.supply!();
  for (const { node, age } of reads) node.attrs.version = node.attrs.variable.version - age;
  const values = realization.run();
  for (const done of realization.dones) done();
  clearGradients(recording);
  return tensorsOf(recording, values);
}

/** Clears the gradients that the step gathers: a replay does not, and those of an earlier call would be taken for its own. */
function clearGradients({ realization, journal }: Recording): void {
  for (const { variable } of realization.updates) variable.grad = undefined;
  for (const variable of journal.gradients) variable.grad = undefined;
}

function tensorsOf({ realization, results }: Recording, values: readonly HostArray[]): Result {
  return mapTree(results, (place) => {
    const { shape, dtype } = realization.outputs[place]!;
    return new Tensor(data(values[place]!, shape, dtype));
  });
}

function elementsOf(tensor: Tensor): HostArray {
  if (tensor.variable) return tensor.data();
  realize([tensor.node]);
  return tensor.node.value!;
}
