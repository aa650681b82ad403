"""`node:zlib`, asked the same questions as Node's: all formats, wrong streams and wrong options included."""

from __future__ import annotations

from pathlib import Path

from tests.comparison import Comparison, run_node

QUESTIONS = Path(__file__).parent / "bindings" / "zlib.js"


def test_answers_are_nodes(compare: Comparison) -> None:
    ended = compare(["--no-warnings", "questions.js"], {"questions.js": QUESTIONS.read_text(encoding="utf-8")})
    assert ended.stdout.count("\n") > 400


def test_a_binding_that_is_misused_throws(compare: Comparison, tmp_path: Path) -> None:
    """Node ends the process on most of these; here each is an exception, so only the shape of our answer is looked at."""
    code = """
    const { internalBinding } = require('internal/test/binding');
    const { Zlib, BrotliDecoder, ZstdCompress, crc32 } = internalBinding('zlib');
    const buffer = Buffer.alloc(8), state = new Uint32Array(2), call = () => {};
    const made = (mode = 1) => { const z = new Zlib(mode); z.init(15, 6, 8, 0, state, call, undefined); return z; };
    const wrong = [
      () => Zlib(1), () => new Zlib(), () => new Zlib('x').init(15, 6, 8, 0, state, call),
      () => new Zlib(1).init(99, 6, 8, 0, state, call), () => new Zlib(77).init(15, 6, 8, 0, state, call),
      () => new Zlib(1).init(15, 6, 8, 0, {}, call), () => new Zlib(1).init(15, 6, 8, 0, state, {}),
      () => new Zlib(1).writeSync(0, buffer, 0, 8, buffer, 0, 8), () => made().writeSync(99, buffer, 0, 8, buffer, 0, 8),
      () => made().writeSync(0, buffer, 0, 9, buffer, 0, 8), () => made().writeSync(0, buffer, 9, 0, buffer, 0, 8),
      () => made().writeSync(0, buffer, 0, 8, buffer, 5, 4), () => made().writeSync(0, 'text', 0, 1, buffer, 0, 8),
      () => made().writeSync(0, buffer, 0, 8, null, 0, 8), () => made().writeSync(),
      () => { const z = made(); z.close(); z.writeSync(0, buffer, 0, 8, buffer, 0, 8); },
      () => { const z = made(); z.close(); z.close(); z.reset(); },
      () => { const z = made(); z.write(0, buffer, 0, 8, buffer, 0, 8); z.write(0, buffer, 0, 8, buffer, 0, 8); },
      () => made().write.call({}, 0, buffer, 0, 8, buffer, 0, 8), () => made().write.call(new BrotliDecoder(8), 0, buffer, 0, 8, buffer, 0, 8),
      () => new BrotliDecoder(8).init({}, state, call), () => new ZstdCompress().init(state, -1, state, call),
      () => new ZstdCompress().init.call(made(), state, 1, state, call), () => crc32({}, 0), () => crc32('x', {}),
    ];
    for (const f of wrong) { try { f(); console.log('nothing'); } catch (error) { console.log(error instanceof Error); } }
    // In and out may be the same memory.
    const same = Buffer.from('abcdefghijklmnop');
    made().writeSync(4, same, 0, 16, same, 0, 16);
    """
    ended = run_node(compare.edge_node, ["--expose-internals", "--no-warnings", "-e", code], tmp_path)
    assert ended.status == 0, ended.stderr
    assert set(ended.stdout.split()) == {"true"}
