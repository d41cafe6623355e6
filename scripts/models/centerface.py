"""Frees the picture size of CenterFace.

The published file declares its input as 10×3×32×32 and its outputs to match, and lists its weights
among its inputs. The network itself takes any multiple of 32; only the declarations have to change.
"""

from typing import Set

import onnx_graph
import protobuf

_GRAPH, _INITIALIZER, _INPUT, _OUTPUT, _VALUE_INFO = 7, 5, 11, 12, 13
_TENSOR_NAME, _INFO_NAME = 8, 1
# Channels of the outputs: heat, log height and width, offset y and x, five landmarks.
_CHANNELS = {"537": 1, "538": 2, "539": 2, "540": 10}


def free_size(model: bytes) -> bytes:
    """The same model with free height and width; `ValueError` if it is not CenterFace."""
    message = protobuf.decode(model)
    return protobuf.encode(
        [(field, _free_graph(value)) if field == _GRAPH and isinstance(value, bytes) else (field, value)
         for field, value in message]
    )


def _free_graph(graph: bytes) -> bytes:
    fields = protobuf.decode(graph)
    weights: Set[str] = {
        protobuf.text_of(protobuf.decode(tensor), _TENSOR_NAME)
        for tensor in protobuf.all_of(fields, _INITIALIZER)
        if isinstance(tensor, bytes)
    }
    out: protobuf.Message = []
    for field, value in fields:
        if field == _VALUE_INFO:
            continue  # sizes of intermediate results, for 32×32 only
        if field in (_INPUT, _OUTPUT) and isinstance(value, bytes):
            name = protobuf.text_of(protobuf.decode(value), _INFO_NAME)
            if name in weights:
                continue
            value = _free_info(name, field == _INPUT)
        out.append((field, value))
    return protobuf.encode(out)


def _free_info(name: str, is_input: bool) -> bytes:
    if is_input and name == "input.1":
        return onnx_graph.value_info(name, [1, 3, "height", "width"])
    if not is_input and name in _CHANNELS:
        return onnx_graph.value_info(name, [1, _CHANNELS[name], "h4", "w4"])
    raise ValueError(f"CenterFace has no {'input' if is_input else 'output'} called {name!r}")
