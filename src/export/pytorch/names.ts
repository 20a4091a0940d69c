/** Turns kilograd's names into names that Python allows. */
import { ArgumentError } from "../../errors/errors.js";
import * as nn from "../../nn/index.js";
import { programText } from "./program-text.js";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

const KEYWORDS = words(
  `False None True and as assert async await break class continue def del elif else except finally for from global if
  import in is lambda nonlocal not or pass raise return try while with yield`,
);

/** The members of `torch.nn.Module`: a submodule with such a name would be out of reach. */
const TORCH_MEMBERS = words(
  `T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval
  extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia
  named_buffers named_children named_modules named_parameters parameters register_backward_hook register_buffer
  register_forward_hook register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
  register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module register_parameter
  register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory
  state_dict to to_empty train training type xpu zero_grad`,
);

/** The additional members of PyTorch's containers. */
const CONTAINER_MEMBERS = words("append extend insert pop");

/** The names that the program around the network may use: all its words, because a few names too many do no harm. */
const PROGRAM = new Set(programText.match(/\w+/g));

/** Within a class, Python renames what begins with two underscores. */
const isIdentifier = (name: string): boolean => /^(?!__)[A-Za-z_]\w*$/.test(name) && !KEYWORDS.has(name);

/**
 * The name of the network's class. It is `Network` if the class's own name belongs to a layer or container, is not
 * allowed in Python, or means something else in the program.
 */
export function className(model: nn.Module): string {
  const { name } = model.constructor;
  return isIdentifier(name) && !PROGRAM.has(name) && !Object.hasOwn(nn, name) ? name : "Network";
}

/** The expression that reads an attribute: `self.conv1`, `self.blocks[0]`, `getattr(self, "in")`. */
export function attribute(owner: string, module: unknown, name: string): string {
  const isContainer = module instanceof nn.Sequential || module instanceof nn.ModuleList;
  if (isContainer && /^\d+$/.test(name)) return `${owner}[${name}]`;
  if (TORCH_MEMBERS.has(name) || (isContainer && CONTAINER_MEMBERS.has(name))) {
    throw new ArgumentError({
      op: "export",
      problem: `PyTorch's modules already have a member called ${name}, so a network cannot use this name`,
      hint: `rename ${owner}.${name}`,
    });
  }
  if (/^__\w*__$|\./.test(name)) {
    throw new ArgumentError({
      op: "export",
      problem: `PyTorch's modules cannot have a member called ${name}`,
      hint: `rename this field of ${owner}`,
    });
  }
  return isIdentifier(name) ? `${owner}.${name}` : `getattr(${owner}, ${JSON.stringify(name)})`;
}

/** The line that sets an attribute, given the expression that `attribute` has made. */
export function assignment(target: string, value: string): string {
  const set = /^getattr\((.*)\)$/s.exec(target)?.[1];
  return set === undefined ? `${target} = ${value}` : `setattr(${set}, ${value})`;
}

/** Returns `self.blocks[0].conv1` for the path `blocks.0.conv1` of a module or tensor. */
export function selfPath(model: nn.Module, path: string): string {
  const names = path.split(".");
  let [text, module]: [string, unknown] = ["self", model];
  for (const [at, name] of names.entries()) {
    text = attribute(text, module, name);
    // The last name may be that of a tensor, which a module has under another.
    if (at < names.length - 1) module = (module as Readonly<Record<string, unknown>> | undefined)?.[name];
  }
  return text;
}
