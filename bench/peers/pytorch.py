"""PyTorch as a peer: answers the requests of bench/harness/protocol.ts, a line of JSON each.

Run: python3 bench/peers/pytorch.py [--channels-last] [--float64]
"""
import argparse
import json
import os
import sys
import time

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what libraries print must not get between the answers


def answer(message):
    answers.write(json.dumps(message) + "\n")
    answers.flush()


try:
    import numpy
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError as error:
    answer({"skip": f"{sys.executable}: {error} (Debian: apt install python3-torch)"})
    sys.exit(0)

parser = argparse.ArgumentParser()
parser.add_argument("--channels-last", action="store_true")
parser.add_argument("--float64", action="store_true")
options = parser.parse_args()
dtype = torch.float64 if options.float64 else torch.float32
layout = torch.channels_last if options.channels_last else torch.contiguous_format


def read_case(file):
    """The tensors of a safetensors file: a header's length, the header as JSON, the elements."""
    with open(file, "rb") as source:
        header = json.loads(source.read(int.from_bytes(source.read(8), "little")))
        data = bytearray(source.read())
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        kind = {"F32": numpy.float32, "I32": numpy.int32}[entry["dtype"]]
        elements = torch.from_numpy(numpy.frombuffer(data[begin:end], kind).reshape(entry["shape"]))
        tensors[name] = elements.to(dtype) if elements.is_floating_point() else elements.long()
    return tensors


def make_network(layers, case):
    modules = []
    for layer in layers:
        inputs, outputs = layer["inputs"], layer["outputs"]
        modules.append(nn.Conv2d(inputs, outputs, layer["kernel"], padding=layer["padding"]))
        if layer["norm"]:
            modules += [nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
        if layer["pool"] == "max":
            modules.append(nn.MaxPool2d(2, 2))
        if layer["pool"] == "average":
            modules.append(nn.AdaptiveAvgPool2d(1))
    network = nn.Sequential(*modules, nn.Flatten(), nn.LogSoftmax(1)).to(dtype)
    network.load_state_dict({name: case[name] for name in network.state_dict() if name in case}, strict=False)
    return network.to(memory_format=layout)


def flat(tensor):
    return tensor.detach().contiguous().reshape(-1).tolist()


class Training:
    """A step of the exercise's notebook. `check` returns the first losses as Python floats."""

    def __init__(self, task):
        case = read_case(task["file"])
        self.network = make_network(task["layers"], case)
        self.images = case["images"].contiguous(memory_format=layout)
        self.labels = case["labels"]
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=task["lr"], momentum=task["momentum"])
        self.check_steps = task["checkSteps"]

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.nll_loss(self.network(self.images), self.labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def check(self):
        return {"values": {"losses": [self.step() for _ in range(self.check_steps)]}}


class Gradients:
    """The first step's loss and gradients."""

    def __init__(self, task):
        case = read_case(task["file"])
        self.network = make_network(task["layers"], case)
        self.images, self.labels = case["images"].contiguous(memory_format=layout), case["labels"]

    def check(self):
        loss = F.nll_loss(self.network(self.images), self.labels)
        loss.backward()
        gradients = {name: flat(parameter.grad) for name, parameter in self.network.named_parameters()}
        return {"values": {"loss": [loss.item()], **gradients}}


class Convolution:
    """One convolution and its three gradients."""

    def __init__(self, task):
        case = read_case(task["file"])
        self.padding = task["layer"]["padding"]
        self.images = case["images"].contiguous(memory_format=layout).requires_grad_()
        self.weight = case["weight"].contiguous(memory_format=layout).requires_grad_()
        self.bias = case["bias"].requires_grad_()
        self.output_gradient = case["outputGradient"].contiguous(memory_format=layout)

    def check(self):
        output = F.conv2d(self.images, self.weight, self.bias, padding=self.padding)
        output.backward(self.output_gradient)
        values = {
            "output": output,
            "inputs' gradient": self.images.grad,
            "weights' gradient": self.weight.grad,
            "bias' gradient": self.bias.grad,
        }
        return {"values": {name: flat(value) for name, value in values.items()}}


class Export:
    """Writes the network as an ONNX file, with PyTorch's own exporter; evaluation mode, any batch size."""

    def __init__(self, task):
        case = read_case(task["file"])
        network = make_network(task["layers"], case).eval()
        axes = {"images": {0: "batch"}, "output": {0: "batch"}}
        torch.onnx.export(
            network, case["images"][:1], task["onnx"], input_names=["images"], output_names=["output"], dynamic_axes=axes
        )


works = {"training": Training, "gradients": Gradients, "convolution": Convolution, "export": Export}
work = None


def prepare(request):
    global work
    task = request["task"]
    torch.set_num_threads(task["threads"])
    work = works[task["kind"]](task)


def run(request):
    began, cpu = time.perf_counter(), time.process_time()
    for _ in range(request["steps"]):
        work.step()
    return {"seconds": time.perf_counter() - began, "cpuSeconds": time.process_time() - cpu}


def peak_memory():
    with open("/proc/self/status") as status:
        kilobytes = next(line.split()[1] for line in status if line.startswith("VmHWM:"))
    return 1024 * int(kilobytes)


requests = {
    "prepare": prepare,
    "check": lambda request: work.check(),
    "run": run,
    "memory": lambda request: {"peak": peak_memory(), "loaded": loaded},
}

loaded = peak_memory()
answer({"ready": f"PyTorch {torch.__version__}"})
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer({"done": requests[request["do"]](request)})
    except Exception as error:  # told to the one who asked, who stops
        answer({"failed": f"{type(error).__name__}: {error}"})
