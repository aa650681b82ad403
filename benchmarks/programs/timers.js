const start = performance.now();
let left = 100000;
let immediates = 0;
const done = () => {
  if (--left === 0) setImmediate(function again() {
    if (++immediates < 50000) setImmediate(again);
    else console.log(`RESULT ${performance.now() - start}`);
  });
};
for (let i = 0; i < 100000; i++) {
  setTimeout(done, i % 5);
  clearTimeout(setTimeout(done, 1000));
}
