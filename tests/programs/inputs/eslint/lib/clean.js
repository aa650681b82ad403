export const square = (n) => n * n;
export default class Counter {
  static #made = 0;
  constructor() {
    Counter.#made++;
  }
  static get made() {
    return Counter.#made;
  }
}
