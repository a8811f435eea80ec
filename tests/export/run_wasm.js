// Runs an exported module on rows of float32 inputs.    Run: node run_wasm.js MODEL ROWS OUT_ELEMENTS OUTPUT INPUT...
const fs = require("fs");
const [model, rows, size, output, ...inputs] = process.argv.slice(2);
WebAssembly.instantiate(fs.readFileSync(model)).then(({ instance }) => {
  const { memory, predict, heap_base } = instance.exports;
  const aligned = (n) => (n + 63) & ~63;
  let at = aligned(heap_base.value);
  const place = (bytes) => {
    const here = at;
    at = aligned(at + bytes);
    const missing = at - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    return here;
  };
  const data = inputs.map((name) => fs.readFileSync(name));
  const places = data.map((bytes) => place(bytes.length));
  const result = place(rows * size * 4);
  const work = place(1 << 22);
  data.forEach((bytes, i) => new Uint8Array(memory.buffer, places[i], bytes.length).set(bytes));
  predict(...places, result, Number(rows), work);
  fs.writeFileSync(output, new Uint8Array(memory.buffer, result, rows * size * 4));
});
