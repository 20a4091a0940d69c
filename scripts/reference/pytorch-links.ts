/** Where PyTorch's documentation describes a name. */

const site = "https://docs.pytorch.org";

/** Names without a page of their own: their prefixes, and the page for each. The first match counts. */
const pages: readonly (readonly [prefix: string, page: string])[] = [
  ["torch.nn.init.", "docs/stable/nn.init.html"],
  ["torch.utils.data.", "docs/stable/data.html"],
  ["torch.nn.Module.", "docs/stable/generated/torch.nn.Module.html"],
  ["torch.nn.ModuleList.", "docs/stable/generated/torch.nn.ModuleList.html"],
  ["torch.Generator.", "docs/stable/generated/torch.Generator.html"],
  ["torch.optim.lr_scheduler.LRScheduler.", "docs/stable/generated/torch.optim.lr_scheduler.LRScheduler.html"],
  [
    "torch.optim.lr_scheduler.ReduceLROnPlateau.",
    "docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html",
  ],
];

/** Modules, and names that are described under another name. */
const others = new Map([
  ["torch.nn", "docs/stable/nn.html"],
  ["torch.nn.functional", "docs/stable/nn.functional.html"],
  ["torch.nn.init", "docs/stable/nn.init.html"],
  ["torch.optim", "docs/stable/optim.html"],
  ["torch.optim.lr_scheduler", "docs/stable/optim.html"],
  ["torch.optim.Optimizer", "docs/stable/optim.html#torch.optim.Optimizer"],
  ["torch.utils.data", "docs/stable/data.html"],
  ["torch.Tensor", "docs/stable/tensors.html"],
  ["torch.Tensor.dtype", "docs/stable/tensor_attributes.html#torch.dtype"],
  ["torch.dtype", "docs/stable/tensor_attributes.html#torch.dtype"],
  ["torch.nn.Parameter", "docs/stable/generated/torch.nn.parameter.Parameter.html"],
  ["torch.nn.Buffer", "docs/stable/generated/torch.nn.parameter.Buffer.html"],
  ["torchvision", "vision/stable/"],
  ["torchvision.transforms", "vision/stable/transforms.html"],
]);

/** The URL for `torch.add`, `Tensor.item` or `torchvision.transforms.ToTensor`; undefined for other texts. */
export function pytorchAddress(text: string): string | undefined {
  if (!/^(torch|torchvision|Tensor)(\.\w+)*$/.test(text)) return undefined;
  const name = text.replace(/^Tensor/, "torch.Tensor");
  const known = others.get(name);
  if (known !== undefined) return `${site}/${known}`;
  const shared = pages.find(([prefix]) => name.startsWith(prefix));
  if (shared) return `${site}/${shared[1]}#${name}`;
  return `${site}/${name.startsWith("torchvision") ? "vision" : "docs"}/stable/generated/${name}.html`;
}
