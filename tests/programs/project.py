"""The 20-file TypeScript project, type errors included, that `tsc` compiles."""

from __future__ import annotations

from pathlib import Path

# One mistake per entry, each in a module of its own; the others are clean.
_MISTAKES = {
    3: "const wrong: number = 'text';\nvoid wrong;",
    5: "export const item = new Box3<string>(1);",
    7: "import { missing } from './m02.js';",
    9: "const unused = 1;",
    11: "export function partial(kind: 'a' | 'b'): string {\n  switch (kind) {\n    case 'a':\n      return 'a';\n  }\n}",
    13: "export class Broken implements Shape3 {\n  readonly name = 1;\n}",
    16: "let later: string;\nexport const early = later.length;",
    18: "export const list: ReadonlyArray<number> = [1, 2];\nlist.push(3);\nlist.map((x) => x.foo);",
}


def _module(number: int) -> str:
    earlier = [n for n in (number - 1, number - 2, 3) if 0 <= n < number]
    lines = [f"import {{ Box{n}, type Shape{n} }} from './m{n:02}.js';" for n in dict.fromkeys(earlier)]
    lines += [
        f"export interface Shape{number}{' extends Shape' + str(earlier[0]) if earlier else ''} {{",
        "  readonly name: string;",
        f"  value{number}?: Partial<Record<'x' | 'y', {'Box' + str(earlier[0]) + '<number>' if earlier else 'number'}>>;",
        "}",
        f"export class Box{number}<T extends string | number> {{",
        "  #items: T[] = [];",
        "  constructor(first: T) {",
        "    this.#items.push(first);",
        "  }",
        "  async *walk(): AsyncGenerator<T, void, unknown> {",
        "    for (const item of this.#items) yield item;",
        "  }",
        f"  to<U extends number>(map: (item: T) => U): Box{number}<U> | undefined {{",
        "    const [first] = this.#items;",
        f"    return first === undefined ? undefined : new Box{number}(map(first));",
        "  }",
        "}",
        *(f"export const made{n}: Box{n}<string> = new Box{n}('{number}');" for n in dict.fromkeys(earlier)),
        *(f"export type Names{n} = keyof Shape{n} | `get_${{string & keyof Shape{n}}}`;" for n in dict.fromkeys(earlier)),
    ]
    if number in _MISTAKES:
        lines.append(_MISTAKES[number])
    return "\n".join(lines) + "\n"


def write_project(folder: Path) -> None:
    """Writes src/m00.ts … src/m19.ts into `folder`."""
    source = folder / "src"
    source.mkdir()
    for number in range(20):
        (source / f"m{number:02}.ts").write_text(_module(number), encoding="utf-8")
