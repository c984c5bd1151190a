"""Names of a package whose modules are imported when one is first asked for, so that a command loads what it uses."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module


def found_in(package: str, modules: Mapping[str, Sequence[str]]) -> Callable[[str], object]:
    """A package's `__getattr__`.

    modules   those of the package, each with the names that the package gives from it
    """
    module_of = {name: module for module, names in modules.items() for name in names}

    def find(name: str) -> object:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(module_of[name]), name)

    return find
