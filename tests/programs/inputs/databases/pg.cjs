// pg against a real PostgreSQL (the PG* variables say where). All that is printed is the same in every run.
'use strict';
const { Client, Pool, types } = require('pg');

const fail = async (name, promise) => {
  try {
    await promise;
    console.log(name, 'did not fail');
  } catch (error) {
    const { code, severity, detail, constraint, table, column, position, routine } = error;
    console.log(name, error.constructor.name, error.message, { code, severity, detail, constraint, table, column, position, routine });
  }
};

async function parallel(pool) {
  const waits = Array.from({ length: 100 }, async (_, i) => {
    const { rows } = await pool.query('SELECT $1::int * 2 AS double, repeat($2, $1) AS text, pg_backend_pid() AS pid, pg_sleep(0.002)', [i, 'x']);
    return rows[0];
  });
  const rows = await Promise.all(waits);
  console.log('sum', rows.reduce((sum, { double }) => sum + double, 0), 'lengths in order', rows.every(({ text }, i) => text.length === i));
  console.log('backends', new Set(rows.map(({ pid }) => pid)).size, 'of', pool.totalCount, 'idle', pool.idleCount, 'waiting', pool.waitingCount);
}

async function values(pool) {
  const { rows, fields, rowCount, command } = await pool.query(`SELECT 1::int2 AS i2, 2::int8 AS i8, 1.5::float8 AS f8, 12.30::numeric AS num, 'ü€😀' AS text,
    true AS yes, NULL::text AS nothing, '\\xdeadbeef'::bytea AS bytes, '{"a": [1, {"b": null}]}'::jsonb AS json, ARRAY[1,2,NULL] AS ints, ARRAY['a"b','c,d'] AS texts,
    '2024-02-29 12:34:56.789+00'::timestamptz AS stamp, '2024-02-29'::date AS day, '1 day 02:03:04.5'::interval AS span, '(1,2)'::point AS point, 'a=>1'::text AS raw`);
  console.log(command, rowCount, rows[0]);
  console.log(fields.map(({ name, dataTypeID, format }) => `${name}:${dataTypeID}:${format}`).join(' '));
  const sent = [null, undefined, 1.25, 2 ** 53, 123n, true, 'q\'"\\', new Date(1e12), Buffer.from([0, 255]), { a: 'ü' }, ['x', null, [1]].flat()];
  for (const value of sent) {
    const type = Buffer.isBuffer(value) ? 'bytea' : Array.isArray(value) ? 'text[]' : typeof value === 'object' && value && !(value instanceof Date) ? 'json' : 'text';
    console.log(type, (await pool.query(`SELECT $1::${type} AS back`, [value])).rows[0].back);
  }
  types.setTypeParser(types.builtins.INT8, BigInt);
  console.log((await pool.query({ text: 'SELECT 9007199254740993::int8, count(*) FROM generate_series(1, 5000)', rowMode: 'array' })).rows);
  const big = await pool.query('SELECT i, repeat(md5(i::text), 8) AS filler FROM generate_series(1, 20000) AS i');
  console.log('many rows', big.rows.length, require('crypto').createHash('sha256').update(JSON.stringify(big.rows)).digest('hex'));
  const megabytes = 'ab'.repeat(2 << 20);
  console.log('long value', (await pool.query('SELECT length($1::text), md5($1::text)', [megabytes])).rows[0]);
}

async function transactions(pool) {
  const client = await pool.connect();
  try {
    await client.query('CREATE TEMP TABLE account (name text PRIMARY KEY, balance int NOT NULL CHECK (balance >= 0))');
    await client.query("INSERT INTO account VALUES ('a', 100), ('b', 0)");
    await client.query('BEGIN');
    await client.query("UPDATE account SET balance = balance - 30 WHERE name = 'a'");
    await client.query("UPDATE account SET balance = balance + 30 WHERE name = 'b'");
    await client.query('COMMIT');
    await client.query('BEGIN');
    await client.query("UPDATE account SET balance = 5 WHERE name = 'a'");
    await fail('check', client.query("UPDATE account SET balance = -1 WHERE name = 'b'"));
    await fail('aborted', client.query('SELECT 1'));
    await client.query('ROLLBACK');
    console.log((await client.query('SELECT * FROM account ORDER BY name')).rows);
    await fail('unique', client.query("INSERT INTO account VALUES ('a', 1)"));
    await fail('null', client.query("INSERT INTO account VALUES ('c', NULL)"));
    const [made, , counted] = await client.query("CREATE TEMP TABLE t (i int); INSERT INTO t SELECT generate_series(1, 7); SELECT count(*)::int AS n FROM t");
    console.log(made.command, counted.rows);
  } finally {
    client.release();
  }
}

async function prepared(pool) {
  const client = await pool.connect();
  for (const n of [1, 2, 3]) {
    console.log((await client.query({ name: 'square', text: 'SELECT $1::int * $1::int AS square', values: [n] })).rows[0]);
  }
  console.log((await client.query("SELECT name, statement FROM pg_prepared_statements WHERE name = 'square'")).rows);
  await fail('other text', client.query({ name: 'square', text: 'SELECT 1' }));
  await fail('wrong parameter', client.query({ name: 'square', text: 'SELECT $1::int * $1::int AS square', values: ['x'] }));
  // Queued on one connection without waiting: answered in order, an error in between harms only itself.
  const queued = [client.query('SELECT 1 AS n'), client.query('SELECT nonsense'), client.query('SELECT 2 AS n')];
  console.log((await Promise.allSettled(queued)).map(({ status, value, reason }) => [status, value?.rows ?? reason.code]));
  client.release();
}

async function notifications() {
  const [listener, speaker] = [new Client(), new Client()];
  await Promise.all([listener.connect(), speaker.connect()]);
  const heard = [];
  const all = new Promise((resolve) => {
    listener.on('notification', ({ channel, payload }) => heard.push([channel, payload]) === 3 && resolve());
  });
  listener.on('notice', ({ message, severity }) => console.log('notice', severity, message));
  await listener.query('LISTEN news');
  await speaker.query("NOTIFY news, 'first'");
  await speaker.query('BEGIN; NOTIFY news; COMMIT');
  await speaker.query("SELECT pg_notify('news', $1)", ['ü'.repeat(100)]);
  await all;
  console.log(heard);
  await listener.query("DO $$ BEGIN RAISE NOTICE 'from %', 'plpgsql'; END $$");
  await Promise.all([listener.end(), speaker.end()]);
}

async function unixSocket() {
  const client = new Client({ host: process.env.PG_SOCKETS });
  await client.connect();
  console.log((await client.query('SELECT inet_server_addr() IS NULL AS local')).rows);
  await client.end();
}

async function errors(pool) {
  await fail('syntax', pool.query('SELEKT 1'));
  await fail('missing table', pool.query('SELECT * FROM nowhere'));
  await fail('division', pool.query('SELECT 1 / $1::int', [0]));
  await fail('statement timeout', pool.query('SET LOCAL statement_timeout = 1; SELECT pg_sleep(5)'));
  await fail('query timeout', pool.query({ text: 'SELECT pg_sleep(1)', query_timeout: 50 }));
  await fail('password', new Client({ password: 'wrong' }).connect());
  await fail('database', new Client({ database: 'nowhere' }).connect());
  await fail('refused', new Client({ port: 1, host: '127.0.0.1' }).connect());
  await fail('no tls', new Client({ ssl: true }).connect());
  const killed = new Client();
  await killed.connect();
  const seen = [];
  const ended = new Promise((resolve) => killed.on('error', ({ code, message }) => seen.push(['error', code ?? message])).on('end', resolve));
  await pool.query('SELECT pg_terminate_backend($1)', [killed.processID]);
  await ended;
  console.log(seen);
  await fail('after the end', killed.query('SELECT 1'));
}

(async () => {
  const pool = new Pool({ max: 10 });
  pool.on('error', (error) => console.log('pool', error.code));
  await parallel(pool);
  await values(pool);
  await transactions(pool);
  await prepared(pool);
  await notifications();
  await unixSocket();
  await errors(pool);
  await pool.end();
  console.log('ended', pool.totalCount);
})();
