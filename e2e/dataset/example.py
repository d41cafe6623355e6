"""The programs of `examples/`, as modules."""

import importlib.util
import pathlib

FOLDER = pathlib.Path(__file__).parents[2] / "examples"


def load(name):
    described = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    return module
