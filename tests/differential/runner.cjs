// Evaluates expressions: a line of stdin is a JSON array of them; what came of each is a JSON string on a line of stdout.
'use strict';

const assert = require('assert');
const buffer = require('buffer');
const events = require('events');
const path = require('path');
const querystring = require('querystring');
const readline = require('readline');
const url = require('url');
const util = require('util');
const v8 = require('v8');
const { StringDecoder } = require('string_decoder');

// Stacks name files and columns of this file and of Node's library, which is not what is compared.
Error.stackTraceLimit = 0;
process.on('unhandledRejection', () => {});
process.on('uncaughtException', () => {});
process.removeAllListeners('warning');

const SCOPE = { assert, buffer, events, path, querystring, url, util, v8, StringDecoder };
const names = Object.keys(SCOPE);
const modules = Object.values(SCOPE);
const AsyncFunction = (async () => {}).constructor;
const { inspect } = util;
const { stringify } = JSON;

function told(value) {
  if (typeof value === 'string') return stringify(value);
  return inspect(value, { depth: 6, maxArrayLength: 200, maxStringLength: 2000 });
}

function thrown(error) {
  if (!(error instanceof Error)) return `throws ${told(error)}`;
  const own = Object.keys(error).filter((key) => key !== 'code' && key !== 'generatedMessage').map((key) => `${key}: ${told(error[key])}`);
  const code = error.code === undefined ? '' : ` [${String(error.code)}]`;
  return `throws ${error.name}${code}: ${error.message}${own.length > 0 ? ` { ${own.join(', ')} }` : ''}`;
}

async function answer(source) {
  let compiled;
  const waits = source.startsWith('await ');
  try {
    compiled = new (waits ? AsyncFunction : Function)(...names, `return (${source}\n)`);
  } catch (error) {
    return `invalid ${error.message}`;
  }
  try {
    const value = waits ? await compiled(...modules) : compiled(...modules);
    return `is ${told(value)}`;
  } catch (error) {
    try {
      return thrown(error);
    } catch (again) {
      return `untellable ${typeof again}`;
    }
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    // A line each, at once: when a call ends or hangs this process, it is known which.
    for (const source of JSON.parse(line)) process.stdout.write(`${stringify(await answer(source))}\n`);
  }
}

main();
