// SHA-256 (FIPS 180-4) and HMAC (RFC 2104): the browser's own work on https and localhost only.
const primes = (count) => {
  const found = [];
  for (let one = 2; found.length < count; one++) if (found.every((each) => one % each)) found.push(one);
  return found;
};
const fraction = (value) => (value - Math.floor(value)) * 2 ** 32 | 0;
const K = Int32Array.from(primes(64), (one) => fraction(Math.cbrt(one)));
const START = primes(8).map((one) => fraction(Math.sqrt(one)));
const words = new Int32Array(64);
const turn = (word, by) => (word >>> by) | (word << (32 - by));

function compress(state, view, at) {
  for (let n = 0; n < 16; n++) words[n] = view.getInt32(at + 4 * n);
  for (let n = 16; n < 64; n++) {
    const early = words[n - 15];
    const late = words[n - 2];
    const small = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
    const big = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
    words[n] = (words[n - 16] + small + words[n - 7] + big) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let n = 0; n < 64; n++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[n] + words[n]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, n) => (state[n] = (state[n] + word) | 0));
}

const DIGITS = Array.from({ length: 256 }, (_, one) => one.toString(16).padStart(2, "0"));
const encoder = new TextEncoder();

/** The text's UTF-8 bytes. */
export const bytes = (text) => encoder.encode(text);

/** The bytes as hex. */
export const hex = (data) => Array.from(data, (one) => DIGITS[one]).join("");

/** The bytes of a hex text; throws when it is none. */
export function unhex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new TypeError("no hex");
  return Uint8Array.from(text.match(/../g) ?? [], (one) => parseInt(one, 16));
}

/** SHA-256 of bytes, as 32 bytes. */
export function sha256(data) {
  const padded = new Uint8Array((((data.length + 8) >> 6) + 1) << 6);
  padded.set(data);
  padded[data.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(data.length / 2 ** 29));
  view.setUint32(padded.length - 4, data.length << 3);
  const state = Int32Array.from(START);
  for (let at = 0; at < padded.length; at += 64) compress(state, view, at);
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((word, n) => out.setInt32(4 * n, word));
  return new Uint8Array(out.buffer);
}

/** HMAC-SHA256 of bytes under a key of bytes. */
export function hmac(key, data) {
  const short = key.length > 64 ? sha256(key) : key;
  const under = (mask, rest) => {
    const whole = new Uint8Array(64 + rest.length).fill(mask, 0, 64);
    short.forEach((one, n) => (whole[n] = one ^ mask));
    whole.set(rest, 64);
    return sha256(whole);
  };
  return under(0x5c, under(0x36, data));
}
