const line = '2024-03-05T12:34:56.789Z [warn] (worker-7) "GET /api/v1/items/42?sort=asc" 404 12.5ms user=ann@example.test ';
const text = line.repeat(3000);
const patterns = [/(\d{4})-(\d\d)-(\d\d)T[\d:.]+Z/g, /\b[\w.]+@[\w.]+\.\w+\b/g, /"(GET|POST) ([^"?]*)(?:\?([^"]*))?"/g, /(?<=worker-)\d+/g, /[aeiou]{2,}|\(.*?\)/gi];
const start = performance.now();
let found = 0;
for (const pattern of patterns) for (const match of text.matchAll(pattern)) found += match[0].length;
const ms = performance.now() - start;
if (found === 0) throw new Error('wrong');
console.log(`RESULT ${ms}`);
