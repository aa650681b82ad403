function fib(n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}
const start = performance.now();
if (fib(30) !== 832040) throw new Error('wrong');
console.log(`RESULT ${performance.now() - start}`);
