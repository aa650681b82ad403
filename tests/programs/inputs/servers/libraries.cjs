// Packages that need no server: what they print is their answer.
const jwt = require('jsonwebtoken');
const { v1, v3, v4, v5, v7, validate, version } = require('uuid');
const { z } = require('zod');
const { produce } = require('immer');
const { minimatch } = require('minimatch');
const { format, addMonths, formatDistance, parseISO } = require('date-fns');
const { from, map, filter, reduce, lastValueFrom } = require('rxjs');
const { Command } = require('commander');
const dotenv = require('dotenv');
const async = require('async');
const token = jwt.sign({ sub: 'x', iat: 1700000000 }, 'secret', { algorithm: 'HS256' });
console.log(token, jwt.verify(token, 'secret'));
for (const bad of [() => jwt.verify(`${token}x`, 'secret'), () => jwt.verify(token, 'other'), () => jwt.verify(jwt.sign({ exp: 1 }, 's'), 's')]) {
  try { bad(); } catch (error) { console.log(error.name, error.message); }
}
console.log(v3('name', v3.URL), v5('name', v5.DNS), [v1(), v4(), v7()].map((id) => [validate(id), version(id)]));
const shape = z.object({ name: z.string().min(2), age: z.number().int().optional(), tags: z.array(z.enum(['a', 'b'])) });
console.log(shape.safeParse({ name: 'x', age: 1.5, tags: ['c'] }).error.issues, shape.parse({ name: 'ok', tags: ['a'] }));
console.log(produce({ a: [1, { b: 2 }] }, (draft) => { draft.a[1].b++; draft.a.push(4); }));
console.log(['a/b.js', 'a/.c.js', 'x.ts'].map((path) => minimatch(path, '**/*.{js,ts}')));
console.log(format(addMonths(new Date(2024, 0, 31), 1), "yyyy-MM-dd'T'HH:mm EEEE do MMMM"), formatDistance(parseISO('2024-01-01'), parseISO('2024-03-15')));
lastValueFrom(from([1, 2, 3, 4]).pipe(filter((n) => n % 2 === 0), map((n) => n * 10), reduce((a, b) => a + b))).then((sum) => console.log('rxjs', sum));
const program = new Command('tool').description('a tool').option('-n, --number <n>', 'a number', Number).argument('<file>').exitOverride().configureOutput({ writeErr: (text) => console.log('ERR', text) });
program.action((file, options) => console.log(file, options));
program.parse(['-n', '5', 'x'], { from: 'user' });
try { program.parse(['--nope'], { from: 'user' }); } catch (error) { console.log(error.code); }
console.log(program.helpInformation());
console.log(dotenv.parse('A=1\nB="two\\nlines"\n# c\nexport D=\'x y\' # e\n'));
async.mapLimit([3, 1, 2], 2, (n, done) => setTimeout(() => done(null, n * n), n), (error, squares) => console.log(error, squares));
