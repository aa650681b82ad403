const _ = require('lodash');
const users = [
  { name: 'barney', age: 36, tags: ['a', 'b'], at: { city: 'Bedrock' } },
  { name: 'fred', age: 40, tags: ['b', 'c'], at: { city: 'Rome' } },
  { name: 'pebbles', age: 1, tags: [], at: { city: 'Bedrock' } },
];
console.log(_.VERSION);
console.log(_.groupBy(users, 'at.city'));
console.log(_.orderBy(users, ['at.city', 'age'], ['asc', 'desc']).map((u) => u.name));
console.log(_.chain(users).filter((u) => u.age > 10).map('name').reverse().value());
console.log(_.merge({}, { a: [{ b: 1 }, { c: 2 }] }, { a: [{ d: 3 }, { e: [1, 2] }] }));
console.log(_.cloneDeep({ d: new Date(0), r: /x/gi, m: new Map([[1, { a: new Set('abc') }]]), b: Buffer.from('hi') }));
console.log(_.isEqual(new Map([[1, [2]]]), new Map([[1, [2]]])), _.isEqual([1, { a: NaN }], [1, { a: NaN }]));
console.log(_.template('hello <%= user %>! <% _.forEach(xs, x => { %><li><%- x %></li><% }) %>')({ user: 'fred', xs: ['<a>', '&'] }));
console.log(_.camelCase('Foo Bar-baz'), _.kebabCase('fooBarBaz'), _.startCase('--foo-bar--'), _.deburr('déjà vu'), _.words('fred, barney, & pebbles'));
console.log(_.chunk(_.range(10), 3), _.zip(['a', 'b'], [1, 2], [true, false]), _.unionBy([2.1], [1.2, 2.3], Math.floor));
console.log(_.get({ a: [{ b: { c: 3 } }] }, 'a[0].b.c'), _.set({}, ['x', '0', 'y'], 4), _.invertBy({ a: 1, b: 2, c: 1 }));
console.log(_.padStart('abc', 6, '_-'), _.truncate('hi-diddly-ho there, neighborino', { length: 24, separator: ' ' }));
const add = _.curry((a, b, c) => a + b + c);
console.log(add(1)(2)(3), add(1, 2)(3), _.memoize((x) => x * 2)(4), _.partialRight(Math.pow, 2)(5));
console.log(_.sortedUniq([1, 1, 2, 2, 3]), _.sumBy(users, 'age'), _.countBy(users, 'at.city'), _.partition(users, (u) => u.age % 2));
let calls = 0;
const later = _.debounce(() => console.log('debounced after', calls, 'calls'), 10);
for (; calls < 5; calls++) later();
