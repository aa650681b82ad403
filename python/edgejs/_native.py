"""The native half, in an installed wheel: `edge-node` itself, which is a Python module too. `_native.pyi` says what is in it.

A `_native.abi3.so` in this folder, as `cargo build` makes one, goes before this file.
"""

import sys
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location

from edgejs._executable import native_library_path

_path = native_library_path()
_spec = spec_from_file_location(__name__, _path, loader=ExtensionFileLoader(__name__, _path))
if _spec is None or _spec.loader is None:
    raise ImportError(f"{_path} cannot be loaded", name=__name__, path=_path)
_module = module_from_spec(_spec)
# What the import statement gives is what stands here when this file has run.
sys.modules[__name__] = _module
_spec.loader.exec_module(_module)
