"""The differential tester: calls to pure core modules, made up by hypothesis; what Node answers is what `edge-node` must answer.

A call is one JavaScript expression. Both runtimes evaluate it in a long-lived process (runner.cjs), many to a line, and say what came
of it. What differs is minimised and is then either mended or listed in exceptions.toml with a reason.

    python -m tests.differential --minutes 10 --edge-node path/to/edge-node
    python -m tests.differential --call 'util.inspect(new Map([[1, 2]]))'

CI never goes red by chance: it compares only corpus.txt, a fixed list of calls (what once differed, and some of every module);
what hypothesis makes up there must only not hang or end a process.
"""
