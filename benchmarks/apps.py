"""Writes the two start-up programs of many files: fifty CommonJS modules, and the same as ES modules."""

from __future__ import annotations

from pathlib import Path

_MODULES = 50


def _body(number: int) -> str:
    return "\n".join(f"function f{i}(a, b) {{ return a * {number} + b - {i}; }}" for i in range(20))


def write_cjs_app(folder: Path) -> Path:
    """Returns the main file of an application whose modules form a tree of three children each."""
    folder.mkdir()
    for number in range(_MODULES):
        children = [child for child in range(3 * number + 1, 3 * number + 4) if child < _MODULES]
        requires = "\n".join(f"const m{child} = require('./m{child}');" for child in children)
        total = " + ".join(["1", *(f"m{child}.size" for child in children)])
        (folder / f"m{number}.js").write_text(
            f"'use strict';\n{requires}\n{_body(number)}\nmodule.exports = {{ f0, f19, size: {total} }};\n"
        )
    main = folder / "main.js"
    main.write_text("console.log(require('./m0').size);\n")
    return main


def write_esm_app(folder: Path) -> Path:
    """The same as ES modules."""
    folder.mkdir()
    for number in range(_MODULES):
        children = [child for child in range(3 * number + 1, 3 * number + 4) if child < _MODULES]
        imports = "\n".join(f"import {{ size as s{child} }} from './m{child}.mjs';" for child in children)
        total = " + ".join(["1", *(f"s{child}" for child in children)])
        (folder / f"m{number}.mjs").write_text(f"{imports}\n{_body(number)}\nexport {{ f0, f19 }};\nexport const size = {total};\n")
    main = folder / "main.mjs"
    main.write_text("import { size } from './m0.mjs';\nconsole.log(size);\n")
    return main
