const Ajv = require('ajv').default;
const Ajv2020 = require('ajv/dist/2020').default;
const addFormats = require('ajv-formats').default;
const ajv = new Ajv({ allErrors: true, verbose: false });
addFormats(ajv);
const validate = ajv.compile({
  $id: 'http://example.test/person.json',
  type: 'object',
  required: ['name', 'email', 'address'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 2, pattern: '^[A-Z]' },
    email: { type: 'string', format: 'email' },
    born: { type: 'string', format: 'date' },
    age: { type: 'integer', minimum: 0, maximum: 150, multipleOf: 1 },
    tags: { type: 'array', uniqueItems: true, items: { enum: ['a', 'b', 'c'] }, contains: { const: 'a' } },
    address: { $ref: '#/definitions/address' },
  },
  definitions: { address: { type: 'object', properties: { zip: { type: 'string' }, home: { $ref: '#/definitions/address' } }, required: ['zip'] } },
  if: { properties: { age: { minimum: 18 } }, required: ['age'] },
  then: { required: ['born'] },
});
for (const person of [
  { name: 'Ann', email: 'ann@example.test', address: { zip: '1' } },
  { name: 'x', email: 'no', age: 200.5, tags: ['b', 'b', 'z'], address: { home: { home: {} } }, extra: 1 },
  null,
  [],
]) {
  console.log(validate(person), validate.errors);
  console.log(ajv.errorsText(validate.errors, { separator: '\n' }));
}
console.log(new Ajv2020().compile({ prefixItems: [{ type: 'number' }], items: false, unevaluatedItems: false })([1, 2]));
const fix = new Ajv({ coerceTypes: true, useDefaults: true, removeAdditional: 'all' });
const data = { a: '12', gone: true, c: {} };
console.log(fix.validate({ type: 'object', properties: { a: { type: 'number' }, b: { default: [1] }, c: { type: 'object', properties: { d: { default: 'x' } } } } }, data), data);
try {
  ajv.compile({ type: 'nonsense', minimum: 'x' });
} catch (error) {
  console.log(error.message);
}
