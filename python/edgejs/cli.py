"""`edge run | eval | repl | info`, with help and shell completion by typer. `edge run SCRIPT` itself never gets here: see `_edge`."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Annotated

import typer

import edgejs
from edgejs._executable import NoExecutableError, edge_node_path, exec_edge_node

app = typer.Typer(
    help="Run Node.js programs inside a sandbox.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
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
    """Run a program: edge run [options of node] SCRIPT [arguments of the program]."""
    _become_edge_node([script, *context.args])


@app.command(context_settings=_PASS_THROUGH)
def eval(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="JavaScript.")],
    show: Annotated[bool, typer.Option("--print", "-p", help="Print the value of the last expression.")] = False,
) -> None:
    """Evaluate code; what follows it is in process.argv."""
    _become_edge_node(["-p" if show else "-e", code, *context.args])


@app.command()
def repl() -> None:
    """Talk to JavaScript line by line."""
    _become_edge_node(["-i"])


@app.command()
def info(as_json: Annotated[bool, typer.Option("--json", help="Machine-readable.")] = False) -> None:
    """Show versions and where things are."""
    facts: dict[str, object] = {"edgejs": edgejs.__version__, "python": sys.version.split()[0], "platform": sys.platform}
    try:
        facts["edge-node"] = edge_node_path()
        done = subprocess.run(
            [edge_node_path(), "-p", "JSON.stringify(process.versions)"],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=30,
        )
        facts.update(json.loads(done.stdout) if done.returncode == 0 else {"error": done.stderr.strip()})
    except NoExecutableError as error:
        facts["error"] = str(error)
    if as_json:
        typer.echo(json.dumps(facts, indent=2))
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        typer.echo(f"{name:<{width}}  {value}")
