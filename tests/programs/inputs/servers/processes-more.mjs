// execa and cross-spawn beyond a run: pipes between programs, transforms, files, IPC, signals, limits, buffers, shebangs.
import { chmodSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { $, execa, execaNode, ExecaError } from 'execa';
const spawn = createRequire(import.meta.url)('cross-spawn');
const node = process.execPath;
const short = (text) => String(text).replaceAll(node, 'NODE').replaceAll(process.cwd(), '.');
const echo = 'process.stdin.setEncoding("utf8").on("data", (d) => process.stdout.write(d.toUpperCase()))';
console.log((await execa(node, ['-e', 'console.log("one\\ntwo\\nthree")']).pipe(node, ['-e', echo])).stdout);
console.log((await $`printf ${'a b\nc d'}`.pipe`sort -r`.pipe`cat`).stdout);
const transform = function* (line) { if (line !== 'skip') yield `<${line}>`; };
console.log((await execa({ stdout: transform, lines: true })`printf ${'a\nskip\nb'}`).stdout);
await execa({ stdout: { file: 'out.txt' }, stderr: ['pipe', { file: 'err.txt' }] })(node, ['-e', 'console.log("to a file"); console.error("to both")']);
console.log(readFileSync('out.txt', 'utf8'), readFileSync('err.txt', 'utf8'));
console.log((await execa({ inputFile: 'out.txt', encoding: 'buffer' })`cat`).stdout);
console.log((await execa({ all: true })(node, ['-e', 'process.stdout.write("x"); process.stderr.write("y")'])).all.length);
writeFileSync('child.mjs', `
import { sendMessage, getOneMessage, getEachMessage } from 'execa';
const first = await getOneMessage();
await sendMessage({ got: first, at: [1, null, 'ü'] });
for await (const message of getEachMessage()) {
  if (message === 'stop') break;
  await sendMessage(message * 2);
}
`);
const child = execaNode({ ipcInput: 'hello' })`child.mjs`;
console.log(await child.getOneMessage());
const doubled = [];
for (const n of [1, 2, 3]) {
  await child.sendMessage(n);
  doubled.push(await child.getOneMessage());
}
await child.sendMessage('stop');
const { exitCode, ipcOutput } = await child;
console.log(doubled, exitCode, ipcOutput);
const told = async (name, running) => {
  const error = await running.catch((error) => error);
  if (!(error instanceof ExecaError)) return console.log(name, 'did not fail', error.stdout);
  const { exitCode, signal, code, timedOut, isCanceled, isMaxBuffer, isTerminated, isForcefullyTerminated, stdout } = error;
  console.log(name, short(error.shortMessage), { exitCode, signal, code, timedOut, isCanceled, isMaxBuffer, isTerminated, isForcefullyTerminated, stdout: String(stdout).slice(0, 20) });
};
await told('exit', execa(node, ['-e', 'console.log("said"); process.exit(7)']));
const long = ['-e', 'console.log("ready"); setInterval(() => {}, 1000)'];
const ready = (running) => new Promise((resolve) => running.stdout.once('data', resolve));
const killed = execa(node, long);
await ready(killed).then(() => killed.kill('SIGINT'));
await told('SIGINT', killed);
const stubborn = execa({ forceKillAfterDelay: 50 })(node, ['-e', 'process.on("SIGTERM", () => {}); console.log("ready"); setInterval(() => {}, 1000)']);
await ready(stubborn).then(() => stubborn.kill());
await told('stubborn', stubborn);
const controller = new AbortController();
const cancelled = execa({ cancelSignal: controller.signal })(node, long);
await ready(cancelled).then(() => controller.abort(new Error('no more')));
await told('cancelled', cancelled);
await told('timeout', execa({ timeout: 100 })(node, ['-e', 'setInterval(() => {}, 1000)']));
await told('too much', execa({ maxBuffer: 10 })(node, ['-e', 'console.log("x".repeat(100))']));
await told('no file', execa`./not-there`);
writeFileSync('plain.txt', 'no program');
await told('no program', execa`./plain.txt`);
await told('a folder', execa`./public`);
await told('bad cwd', execa({ cwd: './nowhere' })`ls`);
console.log((await execa({ shell: true })`echo $((1 + 2)) | tr 3 x; exit 0`).stdout, (await execa({ env: { MINE: 'ü' }, extendEnv: false })`/usr/bin/env`).stdout);
console.log((await execa({ argv0: 'other' })('/bin/sh', ['-c', 'echo $0 $1', 'name', 'arg'])).stdout, (await execa({ stdin: 'ignore' })`cat`).stdout === '');
const lines = [];
for await (const line of execa({ from: 'all', all: true })(node, ['-e', 'console.log("a"); console.log("b")']).iterable({ from: 'all' })) lines.push(line);
console.log(lines);
writeFileSync('script', `#!/usr/bin/env -S ${node} --no-warnings\nconsole.log('script', process.argv.slice(2), process.execArgv);\n`);
chmodSync('script', 0o755);
console.log(String(spawn.sync('./script', ['a b', '$HOME', '*', '"', '\\']).stdout));
unlinkSync('script');
const ended = spawn('no-such-thing', ['x']);
console.log(await new Promise((resolve) => ended.on('error', ({ code, syscall, path, spawnargs }) => resolve({ code, syscall, path, spawnargs }))));
