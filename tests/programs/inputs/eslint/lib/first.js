import { readFile } from "fs/promises";
let unused = 1, never_changed = 2;

export async function load(path) {
    const text = await readFile(path, 'utf8')
  if (text == null) return undefinedName;
  switch (text.length) {
    case 0: return '';
    case 0: return 'again';
    case 1: console.log('falls');
    default: return text ? text.length > 10 ? 'long, and this line goes on for much longer than eighty characters do' : "short" : null;
  }
}

export class Shape {
  #side = 1;
  area() { return this.#side ** 2; }
  area() { return 0; }
  get side() { }
}

