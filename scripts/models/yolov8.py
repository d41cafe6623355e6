"""Writes a YOLOv8 detection checkpoint as ONNX, with free height and width.

The network is rebuilt from its layers: batch normalisation is folded into the convolutions, and the
head's box arithmetic is part of the graph. Input `images` is float [1, 3, height, width], RGB from
0 to 1, both sizes multiples of 32. Output `output0` is [1, 4 + classes, N]: centre x, centre y,
width and height in input pixels, then a probability per class.

Arithmetic is done in double precision and rounded once, so every machine writes the same bytes.
"""

import math
from typing import Any, List, Sequence

import checkpoint
from checkpoint import Module
from onnx_graph import FLOAT, Graph, value_info


def convert(data: bytes) -> bytes:
    """The ONNX file for a checkpoint; `ValueError` for layers that YOLOv8 does not have."""
    loaded = checkpoint.load(data)
    network = loaded.get("ema") or loaded["model"]
    graph = Graph("yolov8")
    outputs: List[str] = []
    rows = 0
    for layer in network.children()["model"].children().values():
        # `f` says which earlier results a layer reads; -1 is the one just before.
        sources = layer.f if isinstance(layer.f, list) else [layer.f]
        inputs = [outputs[source] if outputs else "images" for source in sources]
        if layer.kind == "Detect":
            rows = 4 + int(layer.nc)
            outputs.append(_detect(graph, layer, inputs, list(network.stride.values)))
        else:
            outputs.append(_layer(graph, layer, inputs))
    if rows == 0:
        raise ValueError("the checkpoint is not a detection network")
    graph.name_output(outputs[-1], "output0")
    return graph.model(
        [value_info("images", [1, 3, "height", "width"])],
        [value_info("output0", [1, rows, "boxes"])],
        {
            "task": "detect",
            "names": str(dict(network.names)),
            "trained_with": f"Ultralytics {loaded.get('version')}",
            "licence": "AGPL-3.0",
        },
    )


def _layer(graph: Graph, layer: Module, inputs: Sequence[str]) -> str:
    source = inputs[0]
    if layer.kind == "Conv":
        return _conv_block(graph, layer, source)
    if layer.kind == "C2f":
        return _c2f(graph, layer, source)
    if layer.kind == "SPPF":
        return _sppf(graph, layer, source)
    if layer.kind == "Upsample":
        return graph.node(
            "Resize",
            [source, "", graph.floats([1, 1, 2, 2], [4])],
            mode="nearest",
            nearest_mode="floor",
            coordinate_transformation_mode="asymmetric",
        )
    if layer.kind == "Concat":
        return graph.node("Concat", inputs, axis=1)
    raise ValueError(f"the layer {layer.kind!r} is not part of YOLOv8")


def _pair(value: Any) -> Sequence[int]:
    return (value, value) if isinstance(value, int) else tuple(value)


def _convolution(graph: Graph, layer: Module, source: str, scale: Sequence[float], bias: Sequence[float]) -> str:
    """A plain convolution, each output channel multiplied by `scale`, with `bias` added."""
    weights = layer.tensor("weight")
    per_channel = len(weights.values) // weights.shape[0]
    scaled = [value * scale[index // per_channel] for index, value in enumerate(weights.values)]
    pad_y, pad_x = _pair(layer.padding)
    return graph.node(
        "Conv",
        [source, graph.floats(scaled, weights.shape), graph.floats(bias, [len(bias)])],
        kernel_shape=weights.shape[2:],
        strides=_pair(layer.stride),
        pads=[pad_y, pad_x, pad_y, pad_x],
        group=layer.groups,
    )


def _conv_block(graph: Graph, block: Module, source: str) -> str:
    """Convolution, folded batch normalisation, SiLU."""
    parts = block.children()
    norm = parts["bn"]
    gamma, beta, mean, variance = (
        norm.tensor(name).values for name in ("weight", "bias", "running_mean", "running_var")
    )
    scale = [g / math.sqrt(v + norm.eps) for g, v in zip(gamma, variance)]
    bias = [b - m * s for b, m, s in zip(beta, mean, scale)]
    result = _convolution(graph, parts["conv"], source, scale, bias)
    return graph.node("Mul", [result, graph.node("Sigmoid", [result])])


def _bottleneck(graph: Graph, block: Module, source: str) -> str:
    parts = block.children()
    result = _conv_block(graph, parts["cv2"], _conv_block(graph, parts["cv1"], source))
    return graph.node("Add", [source, result]) if block.add else result


def _c2f(graph: Graph, block: Module, source: str) -> str:
    """Half of the channels goes through a chain of bottlenecks; every step is kept."""
    parts = block.children()
    first = _conv_block(graph, parts["cv1"], source)
    steps = graph.nodes("Split", [first, graph.ints([block.c, block.c])], 2, axis=1)
    for bottleneck in parts["m"].children().values():
        steps.append(_bottleneck(graph, bottleneck, steps[-1]))
    return _conv_block(graph, parts["cv2"], graph.node("Concat", steps, axis=1))


def _sppf(graph: Graph, block: Module, source: str) -> str:
    """Three poolings in a row see three neighbourhood sizes."""
    parts = block.children()
    size, _ = _pair(parts["m"].kernel_size)
    steps = [_conv_block(graph, parts["cv1"], source)]
    for _ in range(3):
        steps.append(
            graph.node(
                "MaxPool", [steps[-1]], kernel_shape=[size, size], strides=[1, 1], pads=[size // 2] * 4
            )
        )
    return _conv_block(graph, parts["cv2"], graph.node("Concat", steps, axis=1))


def _branch(graph: Graph, branch: Module, source: str) -> str:
    for layer in branch.children().values():
        if layer.kind == "Conv":
            source = _conv_block(graph, layer, source)
        else:
            bias = layer.tensor("bias").values
            source = _convolution(graph, layer, source, [1.0] * len(bias), bias)
    return source


def _detect(graph: Graph, head: Module, inputs: Sequence[str], strides: Sequence[float]) -> str:
    parts = head.children()
    levels = []
    for index, (source, stride) in enumerate(zip(inputs, strides)):
        boxes = _branch(graph, parts["cv2"].children()[str(index)], source)
        classes = _branch(graph, parts["cv3"].children()[str(index)], source)
        levels.append(_level(graph, boxes, classes, int(head.nc), int(head.reg_max), stride))
    return graph.node("Concat", levels, axis=2)


def _level(graph: Graph, boxes: str, classes: str, class_count: int, bins: int, stride: float) -> str:
    """One pyramid level: distances to the four sides, as the mean of a distribution over bins."""
    split = graph.node("Reshape", [boxes, graph.ints([1, 4, bins, -1])])
    odds = graph.node("Softmax", [graph.node("Transpose", [split], perm=[0, 2, 1, 3])], axis=1)
    mean = graph.node(
        "Conv", [odds, graph.floats(range(bins), [1, bins, 1, 1])], kernel_shape=[1, 1]
    )
    sides = graph.node("Reshape", [mean, graph.ints([1, 4, -1])])
    left_top, right_bottom = graph.nodes("Split", [sides, graph.ints([2, 2])], 2, axis=1)
    anchors = _anchors(graph, classes)
    low = graph.node("Sub", [anchors, left_top])
    high = graph.node("Add", [anchors, right_bottom])
    centre = graph.node("Mul", [graph.node("Add", [low, high]), graph.floats([stride / 2], [])])
    size = graph.node("Mul", [graph.node("Sub", [high, low]), graph.floats([stride], [])])
    scores = graph.node("Reshape", [classes, graph.ints([1, class_count, -1])])
    return graph.node("Concat", [centre, size, graph.node("Sigmoid", [scores])], axis=1)


def _anchors(graph: Graph, cells: str) -> str:
    """Cell centres (x, y) of a map of any size, as [1, 2, N]."""
    shape = graph.node("Shape", [cells])
    height, width = (
        graph.node("Gather", [shape, graph.ints([axis], [])], axis=0) for axis in (2, 3)
    )
    both = graph.node("Slice", [shape, graph.ints([2]), graph.ints([4])])
    rows = []
    for length, form in ((width, [1, -1]), (height, [-1, 1])):
        steps = graph.node("Range", [graph.ints([0], []), length, graph.ints([1], [])])
        centres = graph.node(
            "Add", [graph.node("Cast", [steps], to=FLOAT), graph.floats([0.5], [])]
        )
        grid = graph.node("Expand", [graph.node("Reshape", [centres, graph.ints(form)]), both])
        rows.append(graph.node("Reshape", [grid, graph.ints([1, 1, -1])]))
    return graph.node("Concat", rows, axis=1)
