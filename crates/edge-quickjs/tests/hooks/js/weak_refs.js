// What a WeakRef gave out lives until the jobs are done, then no longer.
const refs = [];
{
  const fresh = new WeakRef({ a: 1 });
  print(typeof fresh.deref());
  refs.push(fresh);
}
edge.gc();
print(typeof refs[0].deref());
edge.runMicrotasks();
print(typeof refs[0].deref());
for (let i = 0; i < 1000; i++) {
  const many = new WeakRef({ i });
  if (many.deref().i !== i) print('gone');
}
edge.runMicrotasks();
let target = { self: null };
target.self = new WeakRef(target);
const outer = target.self;
target = null;
edge.runMicrotasks();
edge.gc();
print(typeof outer.deref());
