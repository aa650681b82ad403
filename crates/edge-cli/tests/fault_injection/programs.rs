//! The programs, and which calls of theirs fail how.

use super::runs::{Machine, Seen, every, on_thread};
use Call::*;
use edge_wasix::Errno;
use edge_wasix::faults::{Call, Fault};

const COPY: &str = "
  const p = fs.promises;
  await p.writeFile(dir + '/a', 'x'.repeat(3000));
  const handle = await p.open(dir + '/a', 'r+');
  try {
    await handle.sync();
    await handle.write('y', 5);
    if ((await handle.stat()).size !== 3000) throw new Error('size');
  } finally {
    await handle.close();
  }
  await p.copyFile(dir + '/a', dir + '/b');
  await p.rename(dir + '/b', dir + '/c');
  const text = await p.readFile(dir + '/c', 'utf8');
  const names = await p.readdir(dir);
  await p.unlink(dir + '/c');
  return [text.length, text.slice(0, 8), ...names.sort()];";

const SYNC: &str = "
  fs.mkdirSync(dir + '/d');
  fs.writeFileSync(dir + '/d/a', 'text '.repeat(100));
  fs.appendFileSync(dir + '/d/a', 'end');
  fs.copyFileSync(dir + '/d/a', dir + '/d/b');
  const fd = fs.openSync(dir + '/d/b', 'r+');
  try { fs.ftruncateSync(fd, 5); fs.fsyncSync(fd); } finally { fs.closeSync(fd); }
  const size = fs.statSync(dir + '/d/b').size, text = fs.readFileSync(dir + '/d/a', 'utf8');
  const names = fs.readdirSync(dir + '/d');
  fs.rmSync(dir + '/d', { recursive: true });
  return [size, text.length, fs.existsSync(dir + '/d'), ...names.sort()];";

const STREAMS: &str = "
  const { pipeline } = require('stream/promises'), { Transform } = require('stream');
  await fs.promises.writeFile(dir + '/a', 'line\\n'.repeat(20000));
  const upper = new Transform({ transform(chunk, _, done) { done(null, chunk.toString().toUpperCase()) } });
  await pipeline(fs.createReadStream(dir + '/a'), upper, fs.createWriteStream(dir + '/b'));
  const text = await fs.promises.readFile(dir + '/b', 'utf8');
  return [text.length, text.slice(0, 5), text.slice(-5)];";

const LINES: &str = "
  await fs.promises.writeFile(dir + '/a', 'one\\ntwo\\nthree');
  const lines = require('readline').createInterface({ input: fs.createReadStream(dir + '/a') });
  const seen = [];
  for await (const line of lines) seen.push(line);
  return seen;";

const HTTP: &str = "
  const http = require('http'), { once } = require('events');
  const server = http.createServer(async (request, response) => {
    let length = 0;
    try {
      for await (const chunk of request) length += chunk.length;
      response.end('got ' + length);
    } catch { response.destroy(); }
  });
  try {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return await new Promise((done, failed) => {
      server.on('error', failed);
      const request = http.request({ port: server.address().port, host: '127.0.0.1', method: 'POST', agent: false }, async (response) => {
        try {
          let text = '';
          for await (const chunk of response) text += chunk;
          done([response.statusCode, text]);
        } catch (error) { failed(error); }
      });
      request.on('error', failed);
      request.end('x'.repeat(20000));
    });
  } finally {
    server.close();
    server.closeAllConnections();
  }";

const CHILD: &str = "
  const { spawn, execFile } = require('child_process'), { promisify } = require('util');
  const { stdout } = await promisify(execFile)('/bin/echo', ['hello']);
  const child = spawn('/bin/cat'), parts = [];
  return await new Promise((done, failed) => {
    for (const part of [child, child.stdin, child.stdout, child.stderr]) part?.on('error', (error) => { child.kill(); failed(error); });
    child.stdout?.on('data', (part) => parts.push(part));
    child.on('close', (code) => done([stdout.trim(), code, Buffer.concat(parts).length]));
    child.stdin?.end('y'.repeat(3000));
  });";

const CHILD_SYNC: &str = "
  const { spawnSync } = require('child_process');
  const { status, stdout, error } = spawnSync('/bin/cat', { input: 'z'.repeat(2000) });
  if (error) throw error;
  return [status, stdout.length];";

const FILES: &[(&str, &str)] = &[("copy", COPY), ("sync", SYNC), ("streams", STREAMS), ("lines", LINES)];
const NETWORK: &[(&str, &str)] = &[("http", HTTP)];
const CHILDREN: &[(&str, &str)] = &[("child", CHILD), ("child sync", CHILD_SYNC)];

/// Each program with each of these errors, which it sees: once, and from then on.
fn errors(programs: &'static [(&str, &str)], call: Call, errors: &'static [Errno]) {
    on_thread(move || {
        for (name, body) in programs {
            for &errno in errors {
                every(Machine::Open, name, body, call, Fault::Error(errno), 1, Seen::Maybe);
            }
            every(Machine::Open, name, body, call, Fault::Error(errors[0]), u64::MAX, Seen::Maybe);
        }
    });
}

/// Each program with what it does not see.
fn unseen(programs: &'static [(&str, &str)], call: Call, faults: &'static [Fault]) {
    on_thread(move || {
        for (name, body) in programs {
            for &fault in faults {
                every(Machine::Open, name, body, call, fault, 1, Seen::No);
            }
        }
    });
}

const INTERRUPTED: Fault = Fault::Error(Errno::EINTR);
const AGAIN: Fault = Fault::Error(Errno::EAGAIN);

#[test]
fn files_that_cannot_be_opened() {
    errors(FILES, Open, &[Errno::EMFILE, Errno::ENFILE, Errno::EIO]);
    errors(FILES, Stat, &[Errno::EIO]);
    errors(FILES, ReadDir, &[Errno::EIO]);
}

#[test]
fn files_that_cannot_be_read_or_written() {
    errors(FILES, Read, &[Errno::EIO]);
    errors(FILES, Write, &[Errno::ENOSPC, Errno::EIO]);
    errors(FILES, Sync, &[Errno::EIO]);
    errors(FILES, Change, &[Errno::EIO]);
}

#[test]
fn what_interrupts_or_shortens_a_call_on_files() {
    for call in [Open, Stat, ReadDir, Sync, Change] {
        unseen(FILES, call, &[INTERRUPTED]);
    }
    unseen(FILES, Read, &[INTERRUPTED]);
    // `fs.promises.readFile` takes a short read for the end of a file that was cut, in Node too: without `copy`.
    unseen(&FILES[1..2], Read, &[Fault::Short]);
    unseen(&FILES[3..], Read, &[Fault::Short]);
    unseen(FILES, Write, &[INTERRUPTED, Fault::Short]);
}

#[test]
fn sockets_that_fail() {
    errors(NETWORK, Socket, &[Errno::EMFILE, Errno::ENOMEM]);
    errors(NETWORK, Listen, &[Errno::ENOMEM]);
    errors(NETWORK, Connect, &[Errno::ENOMEM, Errno::EAGAIN]);
    errors(NETWORK, Accept, &[Errno::EMFILE, Errno::ENFILE, Errno::ENOMEM]);
    errors(NETWORK, Receive, &[Errno::ECONNRESET, Errno::ENOMEM]);
    errors(NETWORK, Send, &[Errno::EPIPE, Errno::ENOMEM]);
    errors(NETWORK, Shutdown, &[Errno::ENOMEM]);
    errors(NETWORK, Duplicate, &[Errno::EMFILE]);
    errors(NETWORK, Watch, &[Errno::ENOMEM]);
}

#[test]
fn what_sockets_are_told_to_try_again() {
    for call in [Socket, Listen, Connect, Shutdown] {
        unseen(NETWORK, call, &[INTERRUPTED]);
    }
    unseen(NETWORK, Accept, &[INTERRUPTED, AGAIN, Fault::Error(Errno::ECONNABORTED)]);
    unseen(NETWORK, Receive, &[INTERRUPTED, AGAIN, Fault::Short]);
    unseen(NETWORK, Send, &[INTERRUPTED, AGAIN, Fault::Short]);
}

#[test]
fn children_that_cannot_be_made() {
    errors(CHILDREN, Spawn, &[Errno::EAGAIN, Errno::ENOMEM, Errno::EMFILE]);
    errors(CHILDREN, Socket, &[Errno::EMFILE]);
    errors(CHILDREN, Duplicate, &[Errno::EMFILE]);
    errors(CHILDREN, Watch, &[Errno::ENOMEM]);
    errors(CHILDREN, Thread, &[Errno::EAGAIN]);
}

#[test]
fn streams_of_children_that_fail() {
    errors(CHILDREN, Receive, &[Errno::EIO]);
    errors(CHILDREN, Send, &[Errno::EPIPE]);
    unseen(CHILDREN, Receive, &[INTERRUPTED, AGAIN, Fault::Short]);
    unseen(CHILDREN, Send, &[INTERRUPTED, AGAIN, Fault::Short]);
}

/// On a machine that has nothing but one folder of the host, as it is and under a layer of changes.
#[test]
fn files_of_a_confined_program() {
    on_thread(|| {
        for machine in [Machine::Volume, Machine::Changes] {
            for (name, body) in FILES {
                for (call, errno) in
                    [(Open, Errno::EMFILE), (Stat, Errno::EIO), (Read, Errno::EIO), (Write, Errno::ENOSPC), (Sync, Errno::EIO)]
                {
                    every(machine, name, body, call, Fault::Error(errno), 1, Seen::Maybe);
                }
                for (call, errno) in [(ReadDir, Errno::EIO), (Change, Errno::EIO), (Change, Errno::ENOSPC)] {
                    every(machine, name, body, call, Fault::Error(errno), 1, Seen::Maybe);
                }
                for call in [Open, Stat, Read, Write, Sync, ReadDir, Change] {
                    every(machine, name, body, call, INTERRUPTED, 1, Seen::No);
                }
                every(machine, name, body, Write, Fault::Short, 1, Seen::No);
            }
        }
    });
}
