const yaml = require('js-yaml');
const text = `
anchors: &base {a: 1, b: [x, y]}
merged:
  <<: *base
  c: |
    literal
      block
  d: >-
    folded
    text
date: 2001-12-14t21:59:43.10-05:00
numbers: [0o14, 0xC, 12e03, .inf, -.Inf, .NaN, 1_000, 685.230_15e+03]
nulls: [~, null, ]
set: !!set {x, y}
binary: !!binary R0lGODlhDAAMAIQAAA==
"quoted \\u263A": 'it''s'
? complex
: value
`;
const value = yaml.load(text);
console.log(value);
console.log(yaml.dump(value, { sortKeys: true, lineWidth: 60 }));
console.log(yaml.loadAll('---\na: 1\n---\nb: 2\n...\n'));
for (const bad of ['a: b: c', 'key: [1, 2', '\tx: 1', '*nothing', 'a: 1\na: 2', '"\\x0g"']) {
  try {
    yaml.load(bad, { filename: 'bad.yml' });
  } catch (error) {
    console.log(error.name, error.message, error.mark && [error.mark.line, error.mark.column]);
  }
}
class Point { constructor(x, y) { this.x = x; this.y = y; } }
const type = new yaml.Type('!point', {
  kind: 'sequence', resolve: (d) => d.length === 2, construct: ([x, y]) => new Point(x, y), instanceOf: Point, represent: (p) => [p.x, p.y],
});
const schema = yaml.DEFAULT_SCHEMA.extend([type]);
console.log(yaml.load('p: !point [1, 2]', { schema }), yaml.dump({ p: new Point(3, 4) }, { schema, flowLevel: 1 }));
