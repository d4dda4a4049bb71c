// Collects bits, most significant first, and prints them as unpadded base64.

import { base64Alphabet } from "./base64-alphabet.ts";

export type BitWriter = {
  /** Appends `count` copies of `bit`. */
  readonly repeat: (bit: 0 | 1, count: number) => void;
  /** Appends the `count` low bits of `value`. */
  readonly write: (value: number, count: number) => void;
  /** Fills the last byte with `padding` and prints. Base64's own unused bits, after that byte, are zeros (RFC 4648). */
  readonly finish: (padding: 0 | 1) => string;
};

export function bitWriter(): BitWriter {
  let text = "";
  let sextet = 0;
  let total = 0;
  const append = (bit: number) => {
    sextet = (sextet << 1) | bit;
    total += 1;
    if (total % 6 !== 0) return;
    text += base64Alphabet[sextet];
    sextet = 0;
  };
  return {
    repeat(bit, count) {
      for (let left = count; left > 0; left -= 1) append(bit);
    },
    write(value, count) {
      for (let bit = count - 1; bit >= 0; bit -= 1) append((value >> bit) & 1);
    },
    finish(padding) {
      while (total % 8 !== 0) append(padding);
      while (total % 6 !== 0) append(0);
      return text;
    },
  };
}
