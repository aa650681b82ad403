// Every call of `fs`, with arguments that succeed and arguments that fail, in its three faces; one line for each answer. Runs in an
// empty folder and leaves what differs between two runs (inodes, times of now, random names) out.
'use strict';
const fs = require('fs');
const { Buffer } = require('buffer');

function show(value) {
  if (value instanceof Error) {
    const keys = Object.keys(value).map((key) => `${key}=${String(value[key])}`);
    return `${value.name} [${keys}] ${value.message}`;
  }
  if (Buffer.isBuffer(value)) return `Buffer(${value.toString('latin1')})`;
  if (value instanceof fs.Stats || value?.constructor?.name === 'BigIntStats') {
    const kind = ['isFile', 'isDirectory', 'isSymbolicLink', 'isFIFO'].filter((name) => value[name]());
    return `${value.constructor.name} ${kind} mode=${value.mode.toString(8)} size=${value.isFile() ? value.size : '-'} nlink=${value.nlink} ` +
      `${typeof value.dev} ${typeof value.ino} ${typeof value.mtimeMs} ${value.mtime instanceof Date} ${typeof value.mtimeNs}`;
  }
  if (value instanceof fs.Dirent) return `Dirent(${show(value.name)} ${value.isDirectory()} ${value.isFile()} ${value.isSymbolicLink()} ${value.parentPath})`;
  if (Array.isArray(value)) return `[${value.map(show)}]`;
  if (value && Object.getPrototypeOf(value) === null) return `{${Object.keys(value).map((key) => `${key}:${show(value[key])}`)}}`;
  return typeof value === 'bigint' ? `${value}n` : String(JSON.stringify(value) ?? value);
}
const where = process.cwd();
const print = (question, answer) => console.log(`${question}: ${show(answer).replaceAll(where, '.')}`);

// A fresh folder: a file, a folder with things in it, links of all kinds, a deep path.
function lay(name) {
  fs.rmSync(name, { recursive: true, force: true });
  fs.mkdirSync(`${name}/dir/sub`, { recursive: true });
  fs.writeFileSync(`${name}/file`, 'twelve bytes');
  fs.writeFileSync(`${name}/dir/ä€😀`, Buffer.from([0xff, 0xfe, 0, 0x41]));
  fs.writeFileSync(`${name}/dir/sub/x`, 'x'.repeat(70000));
  fs.symlinkSync('file', `${name}/link`);
  fs.symlinkSync('nowhere', `${name}/broken`);
  fs.symlinkSync('loop', `${name}/loop`);
  fs.symlinkSync('dir', `${name}/dirlink`);
}

// Where Node 24.12 itself errs: `rmSync` leaves a link that leads nowhere, a failed `copyFile` of a directory has emptied its target.
const WRONG = [['rm', 'broken'], ['rm', 'loop'], ['copyFile', 'dir'], ['copyFile', 'dirlink'], ['copyFile', 'dir/'], ['copyFile', '']];
const CALLS = [
  ...['file', 'dir', 'link', 'broken', 'loop', 'dirlink', 'nope', 'file/under', 'dir/', 'file/', ''].flatMap((name) => [
    ['stat', name], ['lstat', name], ['stat', name, { bigint: true }], ['readlink', name], ['realpath', name], ['access', name],
    ['access', name, fs.constants.W_OK], ['readdir', name], ['readdir', name, { withFileTypes: true }], ['readdir', name, 'buffer'],
    ['readFile', name, 'utf8'], ['readFile', name], ['open', name, 'wx'], ['mkdir', name], ['mkdir', name, { recursive: true }],
    ['rmdir', name], ['unlink', name], ['rm', name], ['rm', name, { recursive: true }], ['rm', name, { force: true }],
    ['rename', name, '*new'], ['rename', name, '*dir'], ['rename', name, '*file'], ['link', name, '*new'], ['link', name, '*file'],
    ['symlink', name, '*new'], ['symlink', 'x', `*${name}`], ['copyFile', name, '*new'], ['copyFile', name, '*link'],
    ['copyFile', name, '*file', fs.constants.COPYFILE_EXCL], ['chmod', name, 0o600], ['chown', name, -1, -1], ['lchown', name, -1, -1],
    ['utimes', name, 1.5, 2.25], ['lutimes', name, 3, 4], ['truncate', name, 3], ['truncate', name, 100], ['writeFile', name, 'new text'],
    ['appendFile', name, '+more'], ['cp', name, '*new'], ['cp', name, '*new', { recursive: true }], ['cp', name, '*file'],
    ['cp', name, '*dir/sub/deep', { recursive: true }], ['opendir', name],
  ]),
  ['mkdir', 'a/b/c', { recursive: true }], ['mkdir', 'file/b/c', { recursive: true }], ['mkdir', 'm', 0o700],
  ['readdir', '', { recursive: true }], ['readdir', 'dir', { encoding: 'hex' }], ['readFile', 'dir/sub/x', 'latin1'],
  ['readFile', 'dir/ä€😀', 'hex'], ['writeFile', 'w', new Uint8Array([1, 2, 3])], ['writeFile', 'w', 'é', 'latin1'],
  ['writeFile', 'no/w', 'x'], ['open', 'file', 'q'], ['open', 'file', 'r', 0o1234567], ['rename', 'file', '*no/x'],
  ['access', 'file', 9], ['stat', '\0'], ['stat', 5], ['readFile', Buffer.from('file')],
  ['utimes', 'file', 'x', 3], ['utimes', 'file', new Date(1e12), 1e9 + 0.123456789],
];

function tree(folder) {
  const list = [];
  if (!fs.existsSync(folder)) return list;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = `${entry.parentPath}/${entry.name}`;
    const stat = fs.lstatSync(path);
    const body = stat.isSymbolicLink() ? `>${fs.readlinkSync(path)}` : stat.isFile() ? fs.readFileSync(path, 'latin1').slice(0, 20) : '/';
    const set = stat.mtimeMs < 1e12 || stat.mtimeMs === 1000000000123.456 ? stat.mtimeMs : 'now';
    list.push(`${path} ${stat.mode.toString(8)} ${stat.nlink} ${set} ${body}`);
  }
  return list.sort();
}

function args(folder, call) {
  return call.slice(1).map((arg, index) => {
    if (typeof arg !== 'string') return Buffer.isBuffer(arg) ? Buffer.concat([Buffer.from(`${folder}/`), arg]) : arg;
    if (arg[0] === '*') return `${folder}/${arg.slice(1)}`;
    return index === 0 && call[0] !== 'symlink' ? `${folder}/${arg}` : arg;
  });
}

function done(question, answer) {
  if (answer instanceof fs.Dir) answer.closeSync();
  if (answer instanceof fs.Dir) answer = `Dir ${answer.path}`;
  if (typeof answer === 'number' && answer > 2) { fs.closeSync(answer); answer = 'fd'; }
  if (answer?.constructor?.name === 'FileHandle') answer = 'fd';
  print(question, answer);
}

async function askAll() {
  for (const [index, call] of CALLS.entries()) {
    if (WRONG.some(([name, first]) => call[0] === name && call[1] === first)) continue;
    const trees = [];
    for (const face of ['sync', 'callback', 'promise']) {
      const folder = 'case';
      lay(folder);
      const given = args(folder, call);
      let answer;
      try {
        if (face === 'sync') answer = fs[`${call[0]}Sync`](...given);
        else if (face === 'promise') answer = await fs.promises[call[0]](...given);
        else answer = await new Promise((resolve, reject) => fs[call[0]](...given, (error, value) => (error ? reject(error) : resolve(value))));
      } catch (error) {
        answer = error;
      }
      const handle = answer?.constructor?.name === 'FileHandle' && answer;
      done(`${index} ${face} ${call[0]}(${call.slice(1).map(show)})`, answer);
      if (handle) await handle.close();
      trees.push(tree(folder).join('\n'));
    }
    console.log(trees[0]);
    if (trees.some((other) => other !== trees[0])) console.log('faces differ', trees[1], trees[2]);
  }
}

// Calls on descriptors.
async function askDescriptors() {
  lay('case');
  const fd = fs.openSync('case/file', 'r+');
  const buffer = Buffer.alloc(8, '.');
  const call = (name, ...given) => new Promise((resolve) => fs[name](...given, (error, ...values) => resolve(error ?? values)));
  const sync = (name, ...given) => { try { return fs[`${name}Sync`](...given); } catch (error) { return error; } };
  for (const target of [fd, 9999]) {
    for (const [name, ...given] of [
      ['read', buffer, 0, 4, 0], ['read', buffer, 2, 4, 3n], ['read', buffer, 0, 8, null], ['read', buffer, 0, 8, null], ['read', buffer],
      ['readv', [Buffer.alloc(3), Buffer.alloc(20)], 1], ['write', 'text', 2], ['write', 'ü', null, 'latin1'], ['write', Buffer.from('AB'), 1, 1, 0],
      ['writev', [Buffer.from('x'), Buffer.from('yz')], 4], ['write', 'tail'], ['fstat'], ['fstat', { bigint: true }], ['ftruncate', 9], ['ftruncate', -3],
      ['fsync'], ['fdatasync'], ['fchmod', 0o640], ['fchown', -1, -1], ['futimes', 5.5, 6.75], ['read', buffer, 3, 9, 0], ['read', buffer, -1, 1, 0],
    ]) {
      const question = `${name}(${target === fd ? 'fd' : target}, ${given.map(show)})`;
      print(`sync ${question}`, sync(name, target, ...given));
      try {
        print(`callback ${question}`, await call(name, target, ...given));
      } catch (error) {
        print(`callback ${question}`, error);
      }
      print('  buffer, file', [buffer, fs.readFileSync('case/file', 'latin1')]);
    }
  }
  fs.closeSync(fd);
  print('close twice', sync('close', fd));
  const handle = await fs.promises.open('case/file', 'r+');
  print('handle.read', (await handle.read({ length: 5, position: 1 })).bytesRead);
  print('handle.write', await handle.write('handle', 0));
  print('handle.stat', await handle.stat());
  print('handle.readFile', await handle.readFile('utf8'));
  await handle.truncate(4);
  await handle.chmod(0o600);
  await handle.utimes(7, 8);
  print('handle.readLines', await Array.fromAsync(handle.readLines({ start: 0 })));
  print('handle.fd', handle.fd);
  print('handle.close', await handle.close());
  const reads = [];
  for await (const chunk of fs.createReadStream('case/dir/sub/x', { start: 10, end: 69990, highWaterMark: 30000 })) reads.push(chunk.length);
  print('createReadStream', reads);
  const stream = fs.createWriteStream('case/streamed');
  for (const part of ['a', 'b', Buffer.from('c')]) stream.write(part);
  await new Promise((resolve) => stream.end('d', resolve));
  print('createWriteStream', fs.readFileSync('case/streamed', 'utf8'));
  const directory = await fs.promises.opendir('case', { recursive: true });
  const names = [];
  for await (const entry of directory) names.push(entry.name);
  print('opendir recursive', names.sort());
  print('statfs', Object.values(fs.statfsSync('case')).map((value) => typeof value));
  print('statfs bigint', Object.values(await fs.promises.statfs('case', { bigint: true })).map((value) => typeof value));
  const made = fs.mkdtempSync('case/temp-');
  try { fs.mkdtempSync('case/no/x'); } catch (error) { print('mkdtemp nowhere', error); }
  print('mkdtemp', [made.length, fs.statSync(made)]);
  print('mkdtemp buffer', Buffer.isBuffer(fs.mkdtempSync('case/temp-', 'buffer')));
  const blob = await fs.openAsBlob('case/dir/sub/x');
  print('openAsBlob', [blob.size, (await blob.slice(69990, 70010).text()), (await blob.arrayBuffer()).byteLength]);
  const parts = new Blob(['ab', new Uint8Array([99]), new Blob(['de'])]);
  print('Blob', [parts.size, await parts.text(), await parts.slice(1, 4).text()]);
}

async function askWatchers() {
  lay('case');
  fs.writeFileSync('case/watched', '1');
  await new Promise((resolve) => {
    const watcher = fs.watch('case', (event, name) => {
      print('watch', [event, name]);
      watcher.close();
    });
    watcher.on('close', resolve);
    fs.writeFileSync('case/appeared', '');
  });
  await new Promise((resolve) => {
    fs.watchFile('case/watched', { interval: 20 }, (now, before) => {
      print('watchFile', [now.size, before.size]);
      fs.unwatchFile('case/watched');
      resolve();
    });
    setTimeout(() => fs.writeFileSync('case/watched', '12345'), 60);
  });
  print('watch nothing', (() => { try { return fs.watch('nowhere'); } catch (error) { return error; } })());
}

askAll().then(askDescriptors).then(askWatchers).then(() => fs.rmSync('case', { recursive: true }));
