import { glob, globSync, Glob, escape, hasMagic } from 'glob';
import { mkdirSync, writeFileSync, symlinkSync } from 'node:fs';
for (const file of ['a/b/c.js', 'a/b/d.ts', 'a/.hidden/e.js', 'x/y/z/w.js', 'x/node_modules/n.js', 'top.js', '[odd].js']) {
  mkdirSync('tree/' + file.replace(/[^/]*$/, ''), { recursive: true });
  writeFileSync('tree/' + file, file);
}
symlinkSync('../a', 'tree/x/link');
const sorted = (list) => [...list].map(String).sort();
for (const pattern of ['**/*.js', '*.js', '**/*.{js,ts}', 'a/*/[cd].*', '**/', 'x/**', '!(a)/**/*.js', '\\[odd\\].js', '+(a|x)/?/*']) {
  console.log(pattern, sorted(await glob(pattern, { cwd: 'tree', ignore: '**/node_modules/**' })), hasMagic(pattern));
}
console.log(sorted(globSync('**/*.js', { cwd: 'tree', dot: true, follow: true, nodir: true })));
for (const path of sorted(new Glob('**/*', { cwd: 'tree', withFileTypes: true, stat: true }).walkSync().map((p) => `${p.relative()} ${p.isDirectory()} ${p.isSymbolicLink()} ${p.isFile() && p.size}`))) console.log(path);
console.log(escape('a*b?[c]'));
const streamed = [];
for await (const name of new Glob('a/**', { cwd: 'tree' }).stream()) streamed.push(name);
console.log(streamed.sort());
