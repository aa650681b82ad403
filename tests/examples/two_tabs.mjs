// Drives two tabs of a Chromium over its DevTools protocol: argv is the DevTools address, the page's, and where a picture goes.
import { writeFileSync } from 'node:fs';

const [devtools, page, picture] = process.argv.slice(2);
const socket = new WebSocket(devtools);
const waiting = new Map();
let count = 0;
socket.onmessage = ({ data }) => {
  const { id, result, error } = JSON.parse(data);
  const { resolve, reject } = waiting.get(id) ?? {};
  waiting.delete(id);
  if (error) reject?.(new Error(error.message));
  else resolve?.(result);
};
await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: ({ message }) => reject(new Error(message)) }));
const call = (method, params = {}, sessionId) => new Promise((resolve, reject) => {
  waiting.set(++count, { resolve, reject });
  socket.send(JSON.stringify({ id: count, method, params, sessionId }));
});

async function tab() {
  const { targetId } = await call('Target.createTarget', { url: page, width: 900, height: 500 });
  const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
  const evaluate = async (expression) => (await call('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true }, sessionId)).result.value;
  const self = {
    texts: (id) => evaluate(`[...document.getElementById('${id}').children].map((e) => [...e.childNodes].filter((n) => n.tagName !== 'TIME').map((n) => n.textContent).join(' '))`),
    state: () => evaluate("document.getElementById('state')?.textContent"),
    enter: (text) => evaluate(`input.value = ${JSON.stringify(text)}; form.requestSubmit()`),
    reload: () => call('Page.reload', {}, sessionId),
    picture: async () => Buffer.from((await call('Page.captureScreenshot', {}, sessionId)).data, 'base64'),
    /** Asks until `check` is content; what it was content with. */
    async until(what, check) {
      for (const deadline = Date.now() + 20_000; Date.now() < deadline; await new Promise((resolve) => setTimeout(resolve, 20))) {
        const value = await what().catch(() => undefined);
        if (value !== undefined && check(value)) return value;
      }
      throw new Error(`waited in vain; the last was ${JSON.stringify(await what())}`);
    },
  };
  await self.until(self.state, (state) => state === 'connected');
  return self;
}

const [ada, bob] = [await tab(), await tab()];
const people = async (of, count) => (await of.until(() => of.texts('people'), ({ length }) => length === count)).join(', ');
const said = async (of, count) => (await of.until(() => of.texts('said'), ({ length }) => length === count)).join(' | ');
await ada.enter('Ada');
await people(ada, 1);
await bob.enter('Ada');
console.log('refused:', await bob.until(bob.state, (state) => state !== 'connected'));
await bob.enter('Bob');
console.log('people:', await people(ada, 2));
await ada.enter('hello <b>ü</b>');
await said(bob, 1);
await bob.enter('and hello to you');
console.log("Ada's tab:", await said(ada, 2));
console.log("Bob's tab:", await said(bob, 2));
writeFileSync(picture, await bob.picture());
await bob.reload();
await people(ada, 1);
await bob.until(bob.state, (state) => state === 'connected');
await bob.enter('Bob');
console.log('after a reload:', `${await said(bob, 2)}; people: ${await people(bob, 2)}`);
// The browser may close the connection before it has answered.
const closed = new Promise((resolve) => { socket.onclose = resolve; });
call('Browser.close').catch(() => {});
await closed;
