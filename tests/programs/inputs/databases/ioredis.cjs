// ioredis against a real Redis on $REDIS_PORT, a new data set for every run. All that is printed is the same in every run.
'use strict';
const Redis = require('ioredis');

const options = { host: '127.0.0.1', port: Number(process.env.REDIS_PORT), password: process.env.REDIS_PASSWORD };
const connect = (more) => new Redis({ ...options, ...more });
const attempt = (name, promise) => promise.then((value) => console.log(name, value), (error) => console.log(name, error.name, error.message, error.command?.name));
const collect = (emitter, event, count) => new Promise((resolve) => {
  const seen = [];
  emitter.on(event, (...args) => seen.push(args) === count && resolve(seen));
});

async function commands(redis) {
  console.log(await redis.set('text', 'ü€😀'), await redis.get('text'), await redis.get('none'), await redis.strlen('text'));
  console.log(await redis.setBuffer('bytes', Buffer.from([0, 255, 13, 10])), await redis.getBuffer('bytes'));
  console.log(await redis.hset('hash', { a: 1, b: 'two' }), await redis.hgetall('hash'), await redis.hincrby('hash', 'a', 41));
  console.log(await redis.rpush('list', 1, 2, 3, 4), await redis.lrange('list', 1, -2), await redis.lpop('list'));
  console.log(await redis.zadd('scores', 3, 'c', 1, 'a', 2, 'b'), await redis.zrange('scores', 0, -1, 'WITHSCORES'), await redis.zscore('scores', 'b'));
  console.log(await redis.sadd('set', 'x', 'y', 'x'), (await redis.smembers('set')).sort());
  console.log(await redis.set('once', 1, 'EX', 100, 'NX'), await redis.set('once', 2, 'NX'), await redis.ttl('once') > 90);
  console.log(await redis.xadd('stream', '1-1', 'k', 'v'), await redis.xrange('stream', '-', '+'));
  await attempt('wrong type', redis.incr('list'));
  await attempt('wrong count', redis.call('GET'));
  await attempt('unknown', redis.call('NOPE', 1));
  const big = Buffer.alloc(3 << 20, 'abc');
  await redis.set('big', big);
  console.log('big', (await redis.getBuffer('big')).equals(big));
}

async function many(redis) {
  const sums = await Promise.all(Array.from({ length: 1000 }, (_, i) => redis.incrby('counter', i)));
  console.log('in order', sums.every((sum, i) => sum === (i * (i + 1)) / 2), sums.at(-1));
  const keys = [];
  await redis.mset(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`scan:${i}`, i])));
  for await (const batch of redis.scanStream({ match: 'scan:*', count: 50 })) keys.push(...batch);
  console.log('scanned', new Set(keys).size);
}

async function pipelines(redis) {
  const pipeline = redis.pipeline().set('p', 1).incr('p').lpush('p', 'wrong').get('p');
  console.log(pipeline.length, (await pipeline.exec()).map(([error, value]) => error?.message ?? value));
  const long = redis.pipeline();
  for (let i = 0; i < 5000; i++) long.echo(`message ${i}`);
  console.log('long pipeline', (await long.exec()).every(([error, value], i) => !error && value === `message ${i}`));
  const automatic = connect({ enableAutoPipelining: true });
  console.log((await Promise.all(['p', 'text', 'none'].map((key) => automatic.get(key)))));
  await automatic.quit();
}

async function transactions(redis) {
  console.log(await redis.multi().set('t', 1).incrby('t', 5).get('t').exec());
  console.log((await redis.multi().set('t', 'x').incr('t').exec()).map(([error, value]) => error?.message ?? value));
  await attempt('aborted', redis.multi().set('t').get('t').exec());
  const other = connect();
  await redis.watch('watched');
  await other.set('watched', 'changed');
  console.log('watched', await redis.multi().set('watched', 'mine').exec(), await redis.get('watched'));
  await other.quit();
}

async function scripts(redis) {
  console.log(await redis.eval("return {KEYS[1], ARGV[1], 7, 1.9, false, {'nested', redis.call('GET', KEYS[1])}}", 1, 'text', 'argument'));
  await attempt('script error', redis.eval("return redis.error_reply('MINE of a script')", 0));
  await attempt('no script', redis.evalsha('0'.repeat(40), 0));
  redis.defineCommand('double', { numberOfKeys: 1, lua: "return redis.call('INCRBY', KEYS[1], redis.call('GET', KEYS[1]) * ARGV[1])" });
  await redis.set('d', 10);
  console.log(await redis.double('d', 2), await redis.double('d', 2), (await redis.pipeline().double('d', 1).get('d').exec()).map(([, value]) => value));
}

async function subscriptions(redis) {
  const listener = connect();
  console.log(await listener.subscribe('news', 'bytes'), await listener.psubscribe('topic.*'));
  const heard = Promise.all([collect(listener, 'message', 2), collect(listener, 'pmessage', 2)]);
  const raw = collect(listener, 'messageBuffer', 2);
  console.log(await redis.publish('news', 'one ü'), await redis.publish('topic.a', 'two'), await redis.publish('nobody', 'three'));
  console.log(await redis.publish('bytes', Buffer.from([1, 0xfe])), await redis.publish('topic.b', 'four'));
  console.log(await heard, (await raw)[1]);
  await attempt('in subscriber mode', listener.get('text'));
  console.log(await listener.unsubscribe('news', 'bytes'), await listener.punsubscribe('topic.*'), await listener.get('d'));
  listener.disconnect();
}

async function blocking(redis) {
  const waiting = connect();
  const popped = waiting.blpop('queue', 0);
  await redis.rpush('queue', 'job');
  console.log(await popped, await waiting.blpop('queue', 0.05));
  const stuck = waiting.blpop('queue', 0);
  const settled = attempt('stuck', stuck);
  await redis.ping();
  waiting.disconnect();
  await settled;
}

async function connections(redis) {
  await attempt('password', connect({ password: 'wrong', retryStrategy: null }).on('error', () => {}).ping());
  const refused = connect({ port: 1, lazyConnect: true, retryStrategy: null }).on('error', ({ message }) => console.log('event', message));
  await attempt('refused', refused.connect());
  const killed = connect();
  const events = [];
  for (const event of ['connect', 'ready', 'close', 'reconnecting', 'end']) killed.on(event, () => events.push(event));
  const id = await killed.client('ID');
  const again = new Promise((resolve) => killed.once('reconnecting', () => killed.once('ready', resolve)));
  await redis.client('KILL', 'ID', id);
  await again;
  console.log(await killed.get('text'));
  const end = new Promise((resolve) => killed.once('end', resolve));
  console.log(await killed.quit(), await end);
  console.log(events);
}

(async () => {
  const redis = connect();
  await redis.flushall();
  for (const part of [commands, many, pipelines, transactions, scripts, subscriptions, blocking, connections]) {
    console.log(`-- ${part.name}`);
    await part(redis);
  }
  console.log(await redis.quit());
})();
