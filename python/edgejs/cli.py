"""`edge run | eval | repl | info`, with help and shell completion by typer. `edge run SCRIPT` itself never gets here: see `_edge`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from edgejs._executable import NoExecutableError, exec_edge_node

app = typer.Typer(
    help="Run Node.js programs and npm packages in a sandboxed engine. `edge run app.js` is `node app.js`.",
    epilog="From Python: `import edgejs`; `edgejs.run(...)` runs a program, `edgejs.Runtime()` is an environment inside this process.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
policy_app = typer.Typer(help="Policies of sandboxed runs: learn one from a run, ask one what it allows.", no_args_is_help=True)
app.add_typer(policy_app, name="policy")
_PASS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}


def _become_edge_node(args: list[str]) -> None:
    try:
        exec_edge_node(args)
    except NoExecutableError as error:
        typer.echo(f"edge: {error}", err=True)
        raise typer.Exit(127) from None


@app.command(context_settings=_PASS_THROUGH, no_args_is_help=True)
def run(
    context: typer.Context,
    script: Annotated[str, typer.Argument(help="The program: a .js, .mjs, .cjs or .ts file, or options of node before it.")],
) -> None:
    """Run a program, as `node` does: options of node, SCRIPT, arguments of the program."""
    _become_edge_node([script, *context.args])


@app.command(context_settings=_PASS_THROUGH)
def eval(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="JavaScript.")],
    show: Annotated[bool, typer.Option("--print", "-p", help="Print the value of the last expression.")] = False,
) -> None:
    """Evaluate code; what follows it is in process.argv."""
    _become_edge_node(["-p" if show else "-e", code, *context.args])


@policy_app.command(context_settings=_PASS_THROUGH, no_args_is_help=True)
def learn(
    context: typer.Context,
    script: Annotated[str, typer.Argument(help="[--out FILE] and the program, as for `edge run`.")],
) -> None:
    """Run a program open, and print the smallest policy that would have allowed the run."""
    _become_edge_node(["--edge-policy", "learn", script, *context.args])


@policy_app.command(no_args_is_help=True)
def check(
    policy: Annotated[str, typer.Argument(help="A policy file, TOML or JSON.")],
    kind: Annotated[str, typer.Argument(help="read, write, connect, listen, unix, dns, env or run.")],
    subject: Annotated[str, typer.Argument(help="A path of the guest, HOST:PORT, a name, a command.")],
) -> None:
    """Say whether a policy allows something, and by which entry. Status 0: allowed, 1: denied, 2: no such policy or question."""
    _become_edge_node(["--edge-policy", "check", policy, kind, subject])


@app.command()
def repl() -> None:
    """Talk to JavaScript line by line."""
    _become_edge_node(["-i"])


@app.command()
def info(as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False) -> None:
    """Show versions, the engine, the boot image, and which features are missing."""
    from edgejs import _info

    try:
        facts = _info.collect()
    except NoExecutableError as error:
        typer.echo(f"edge: {error}", err=True)
        raise typer.Exit(127) from None
    typer.echo(json.dumps(facts, indent=2) if as_json else _info.as_text(facts))
