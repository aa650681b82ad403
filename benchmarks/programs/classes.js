class Shape {
  #name;
  constructor(name) {
    this.#name = name;
  }
  get name() {
    return this.#name;
  }
  area() {
    return 0;
  }
}
class Circle extends Shape {
  constructor(radius) {
    super('circle');
    this.radius = radius;
  }
  area() {
    return 3.14 * this.radius ** 2;
  }
}
class Square extends Shape {
  constructor(side) {
    super('square');
    this.side = side;
  }
  area() {
    return this.side * this.side;
  }
}
const start = performance.now();
const totals = new Map();
for (let i = 0; i < 300000; i++) {
  const shape = i % 3 ? new Circle(i) : new Square(i);
  totals.set(shape.name, (totals.get(shape.name) ?? 0) + shape.area());
}
const ms = performance.now() - start;
if (totals.size !== 2) throw new Error('wrong');
console.log(`RESULT ${ms}`);
