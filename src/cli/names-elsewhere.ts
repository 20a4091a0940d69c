/** What to write for PyTorch's names that kilograd has in another place or not at all. */

/** Activations and other functions of one tensor `x`; PyTorch has them as functions, as layers, or as both. */
export const expressions: Readonly<Record<string, string>> = {
  sigmoid: "x.sigmoid()",
  tanh: "x.tanh()",
  clamp: "x.clamp(0, 1)",
  flatten: "x.flatten(1)",
  exp: "x.exp()",
  log: "x.log()",
  silu: "x.mul(x.sigmoid())",
  gelu: "x.mul(x.mul(1.702).sigmoid())",
  relu6: "x.clamp(0, 6)",
  leakyrelu: "x.maximum(x.mul(0.01 /* the slope */))",
  elu: "x.relu().add(x.minimum(0).exp().sub(1))",
  hardtanh: "x.clamp(-1, 1)",
  hardsigmoid: "x.add(3).clamp(0, 6).div(6)",
  hardswish: "x.mul(x.add(3).clamp(0, 6)).div(6)",
  softplus: "x.relu().add(x.abs().neg().exp().add(1).log())",
  adaptivemaxpool2d: "x.amax([2, 3], true)",
};

/** Methods of tensors. */
export const methods: Readonly<Record<string, string>> = {
  std: "x.var().sqrt()",
  norm: "x.square().sum().sqrt()",
  mm: "x.matmul(y)",
  bmm: "x.matmul(y)",
  repeat: "cat([x, x], 0), or x.expand(…) for an axis of size 1",
  maskedfill: "mask.where(value, x)",
  chunk: "x.slice(axis, start, end) for each part",
  split: "x.slice(axis, start, end) for each part",
  any: "x.amax()",
  all: "x.amin()",
  logsumexp: "x.exp().sum(1).log()",
  type: "x.int() or x.float()",
  zeroslike: "zeros(x.shape)",
  oneslike: "ones(x.shape)",
  randlike: "rand(x.shape)",
  randnlike: "randn(x.shape)",
  topk: "x.argmax(1), of which there is only the first; kilograd does not sort",
  sort: "x.tolist(), and sort the array; kilograd does not sort tensors",
  argsort: "x.tolist(), and sort the array; kilograd does not sort tensors",
  gather: "x.mul(index.unsqueeze(1).eq(arange(x.shape[1])).float()).sum(1), for one index per row",
  indexselect: "cat([x.slice(0, 2, 3), x.slice(0, 0, 1)]), for the rows 2 and 0",
  cumsum: "x.matmul(arange(n).unsqueeze(1).le(arange(n)).float()) for the last axis, where n is its size",
};

/** All others. */
export const others: Readonly<Record<string, string>> = {
  crossentropyloss: "F.crossEntropy(logits, labels)",
  nllloss: "F.nllLoss(logLikelihoods, labels)",
  mseloss: "F.mseLoss(outputs, targets)",
  l1loss: "outputs.sub(targets).abs().mean()",
  bceloss: "targets.mul(outputs.log()).add(targets.mul(-1).add(1).mul(outputs.mul(-1).add(1).log())).mean().neg()",
  bcewithlogitsloss: "logits.relu().sub(logits.mul(targets)).add(logits.abs().neg().exp().add(1).log()).mean()",
  nograd: 'noGrad(() => …), with import { noGrad } from "kilograd"',
  torch: 'import { F, nn, optim, tensor } from "kilograd"',
  prelu: "x.relu().add(x.minimum(0).mul(this.slope)), with a field slope = new nn.Parameter(full([1], 0.25))",
  batchnorm1d: "new nn.BatchNorm2d(features), and call it with x.view(-1, features, 1, 1)",
  conv1d: "new nn.Conv2d(1, 8, [1, 3]), for images of height 1",
  unflatten: "x.view(-1, 8, 4, 4) in forward",
  moduledict: "a field for each module, or new nn.Sequential({ conv: …, relu: … }) if they follow each other",
  parameterlist: "a field for each parameter",
  zeropad2d: "the padding of nn.Conv2d: new nn.Conv2d(1, 8, 3, { padding: 1 })",
  exponentiallr: "new optim.lrScheduler.StepLR(optimizer, 1, gamma)",
  lambdalr: "optimizer.paramGroups[0].lr = … before each epoch",
  empty: "zeros([2, 3])",
  groupnorm:
    "const g = x.view(x.shape[0], groups, -1); const y = g.sub(g.mean(2, true)).div(g.var(2, 0, true).add(1e-5).sqrt()).view(...x.shape); and multiply y by a parameter [1, channels, 1, 1] and add another",
  instancenorm2d: "x.sub(x.mean([2, 3], true)).div(x.var([2, 3], 0, true).add(1e-5).sqrt())",
  layernorm:
    "x.sub(x.mean(-1, true)).div(x.var(-1, 0, true).add(1e-5).sqrt()), times a parameter [features] plus another",
  rmsnorm: "x.div(x.square().mean(-1, true).add(1e-6).sqrt()), times a parameter [features]",
  upsample:
    "x.view(n, c, h, 1, w, 1).expand(n, c, h, 2, w, 2).reshape(n, c, 2 * h, 2 * w), where [n, c, h, w] = x.shape",
  onehot: "labels.unsqueeze(1).eq(arange(10)).float(), for 10 classes",
  pad: "the padding of nn.Conv2d, or cat([zeros([n, c, h, 1]), x, zeros([n, c, h, 1])], 3) for an axis at a time, where [n, c, h, w] = x.shape",
  smoothl1loss:
    "const d = outputs.sub(targets).abs(); const loss = d.lt(1).where(d.square().mul(0.5), d.sub(0.5)).mean()",
  normalize: "x.div(x.square().sum(1, true).sqrt().maximum(1e-12))",
};

/** What kilograd does not have, and few lines cannot replace. */
export const missing: Readonly<Record<string, string>> = {
  convtranspose2d:
    "enlarge the image as nearest-neighbour upsampling does (see the hint for nn.Upsample), then nn.Conv2d",
  rmsprop: "optim.Adam adapts the rates of the parameters as well",
  adadelta: "optim.Adam adapts the rates of the parameters as well",
  adagrad: "optim.Adam adapts the rates of the parameters as well",
  lbfgs: "optim.SGD and optim.Adam are there",
  conv3d: "images have two dimensions",
  embedding: "multiply one-hot rows by a matrix: ids.unsqueeze(1).eq(arange(n)).float().matmul(this.table)",
  ...Object.fromEntries(
    ["lstm", "gru", "rnn", "multiheadattention", "transformer"].map((name) => [name, "kilograd is for small CNNs"]),
  ),
};
