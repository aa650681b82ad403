"""The programs, each a command line that is run under both runtimes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programs.program import Program, check_program

PROGRAMS = [
    Program("tsc", "typescript", ("{modules}/typescript/bin/tsc", "-p", ".", "--pretty", "false"), 2),
    Program("tsc-pretty", "typescript", ("{modules}/typescript/bin/tsc", "-p", ".", "--pretty", "--noEmit"), 2),
    Program("tsc-list-files", "typescript", ("{modules}/typescript/bin/tsc", "-p", ".", "--listFilesOnly"), 0),
    Program(
        "prettier-own-package",
        "prettier",
        ("{modules}/prettier/bin/prettier.cjs", "--with-node-modules", "{modules}/prettier/package.json"),
    ),
    Program(
        "prettier-500-lines",
        "prettier",
        ("{modules}/prettier/bin/prettier.cjs", "--stdin-filepath", "x.js"),
        stdin="eslint/lib/rules/prefer-const.js",
    ),
    Program("prettier-write", "prettier", ("{modules}/prettier/bin/prettier.cjs", "--write", "--log-level", "warn", ".")),
    Program("prettier-check", "prettier", ("{modules}/prettier/bin/prettier.cjs", "--check", "."), 1),
    Program("eslint", "eslint", ("{modules}/eslint/bin/eslint.js", "lib"), 1),
    Program("eslint-json", "eslint", ("{modules}/eslint/bin/eslint.js", "--format", "json", "lib"), 1),
    Program("eslint-fix", "eslint", ("{modules}/eslint/bin/eslint.js", "--fix", "lib"), 1),
    Program("mocha-tap", "mocha", ("{modules}/mocha/bin/mocha.js", "--reporter", "tap", "*.spec.*"), 3),
    Program("mocha-spec", "mocha", ("{modules}/mocha/bin/mocha.js", "--no-color", "*.spec.*"), 3, durations=True),
    Program("lodash", "scripts", ("lodash.cjs",)),
    Program("yargs-help", "scripts", ("yargs.mjs", "--help")),
    Program("yargs-command", "scripts", ("yargs.mjs", "hello", "World", "-vv")),
    Program("yargs-wrong", "scripts", ("yargs.mjs", "serve", "1", "2", "--hots", "c"), 1),
    Program("chalk-colours", "scripts", ("chalk.mjs",), env={"FORCE_COLOR": "3"}),
    Program("chalk-plain", "scripts", ("chalk.mjs",)),
    Program("js-yaml", "scripts", ("js-yaml.cjs",)),
    Program("js-yaml-cli", "scripts", ("{modules}/js-yaml/bin/js-yaml.js", "{modules}/../package.json")),
    Program("ajv", "scripts", ("ajv.cjs",)),
    Program("marked", "scripts", ("marked.mjs",)),
    Program("marked-cli", "scripts", ("{modules}/marked/bin/marked.js", "--gfm", "-i", "sample.md")),
    Program("uglify-js", "scripts", ("{modules}/uglify-js/bin/uglifyjs", "{modules}/lodash/lodash.js", "-c", "-m", "--toplevel")),
    Program("uglify-js-map", "scripts", ("{modules}/uglify-js/bin/uglifyjs", "lodash.cjs", "-b", "--source-map", "url=inline")),
    Program("semver", "scripts", ("semver.cjs",)),
    Program("semver-cli", "scripts", ("{modules}/semver/bin/semver.js", "-r", "^1.2", "1.2.3", "1.10.0", "2.0.0")),
    Program("glob", "scripts", ("glob.mjs",)),
    Program("fs-extra", "scripts", ("fs-extra.cjs",)),
    # Each serves, asks itself, prints what came back, and ends.
    Program("express-5", "servers", ("express.cjs",)),
    Program("express-4", "servers", ("express4.cjs",)),
    Program("koa", "servers", ("koa.cjs",)),
    Program("fastify", "servers", ("fastify.cjs",)),
    Program("hono", "servers", ("hono.mjs",)),
    Program("ws", "servers", ("websocket.cjs",)),
    Program("socket.io", "servers", ("socket-io.cjs",)),
    Program("multer-serve-static", "servers", ("upload.cjs",)),
    Program("formidable", "servers", ("formidable.cjs",)),
    # http-proxy uses what Node warns of, in a text with the executable's name.
    Program("axios-got-node-fetch-http-proxy-morgan", "servers", ("clients.cjs",), env={"NODE_NO_WARNINGS": "1"}),
    Program("execa-cross-spawn", "servers", ("processes.mjs",)),
    Program("ws-deflate-and-broken-peers", "servers", ("ws-deflate.cjs",)),
    Program("socket.io-upgrade-rooms-recovery", "servers", ("socket-io-more.cjs",)),
    Program("clients-streams-retries-proxies", "servers", ("clients-more.cjs",), env={"NODE_NO_WARNINGS": "1"}),
    Program("frameworks-busy", "servers", ("frameworks-busy.mjs",), env={"NODE_ENV": "test"}),
    Program("execa-pipes-ipc-signals", "servers", ("processes-more.mjs",)),
    Program("jsonwebtoken-uuid-zod-and-others", "servers", ("libraries.cjs",)),
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_program(program: Program, edge_node: Path, packages: Path, workplace: Path) -> None:
    check_program(program, edge_node, packages, workplace)
