// Runs inside QuickJS. The part of Buffer that the runtime 2.0 page lists: alloc, from, concat, compare, integers.
import { bytesOfText, checkEncoding, textOfBytes } from "./bytes.ts";

/** A class here, because a Buffer must be a Uint8Array to the code that receives it. */
export class GuestBuffer extends Uint8Array {
  static alloc(size: number, fill = 0): GuestBuffer {
    const buffer = new GuestBuffer(size);
    buffer.fill(fill);
    return buffer;
  }

  static allocUnsafe(size: number): GuestBuffer {
    return new GuestBuffer(size);
  }

  static byteLength(value: string | ArrayBuffer | ArrayBufferView, encoding?: string): number {
    return typeof value === "string" ? bytesOfText(value, checkEncoding(encoding)).length : value.byteLength;
  }

  static isBuffer(value: unknown): boolean {
    return value instanceof GuestBuffer;
  }

  static compare(left: Uint8Array, right: Uint8Array): number {
    const shared = Math.min(left.length, right.length);
    for (let index = 0; index < shared; index++) {
      const difference = (left[index] ?? 0) - (right[index] ?? 0);
      if (difference !== 0) return difference < 0 ? -1 : 1;
    }
    return Math.sign(left.length - right.length);
  }

  static concat(list: readonly Uint8Array[], totalLength?: number): GuestBuffer {
    const length = totalLength ?? list.reduce((sum, part) => sum + part.length, 0);
    const joined = new GuestBuffer(length);
    let offset = 0;
    for (const part of list) {
      joined.set(part.subarray(0, length - offset), offset);
      offset = Math.min(length, offset + part.length);
    }
    return joined;
  }

  override toString(encoding?: string, start = 0, end = this.length): string {
    return textOfBytes(this.subarray(start, end), checkEncoding(encoding));
  }

  override slice(start?: number, end?: number): GuestBuffer {
    const part = this.subarray(start, end);
    return new GuestBuffer(part.buffer, part.byteOffset, part.byteLength);
  }

  equals(other: Uint8Array): boolean {
    return GuestBuffer.compare(this, other) === 0;
  }

  write(text: string, offset = 0): number {
    const bytes = bytesOfText(text, "utf8").subarray(0, this.length - offset);
    this.set(bytes, offset);
    return bytes.length;
  }

  readUIntBE(offset: number, size: number): number {
    checkRange(this, offset, size);
    let value = 0;
    for (let index = 0; index < size; index++) value = value * 256 + (this[offset + index] ?? 0);
    return value;
  }

  readUIntLE(offset: number, size: number): number {
    checkRange(this, offset, size);
    let value = 0;
    for (let index = size - 1; index >= 0; index--) value = value * 256 + (this[offset + index] ?? 0);
    return value;
  }

  writeUIntBE(value: number, offset: number, size: number): number {
    checkRange(this, offset, size);
    for (let index = size - 1, left = value; index >= 0; index--, left = Math.floor(left / 256)) {
      this[offset + index] = left % 256;
    }
    return offset + size;
  }

  writeUIntLE(value: number, offset: number, size: number): number {
    checkRange(this, offset, size);
    for (let index = 0, left = value; index < size; index++, left = Math.floor(left / 256)) {
      this[offset + index] = left % 256;
    }
    return offset + size;
  }
}

/** `Buffer.from`; apart from the class, because it takes text, which `Uint8Array.from` cannot. */
export function bufferFrom(
  source: string | readonly number[] | ArrayBuffer | Uint8Array,
  encodingOrOffset?: string | number,
  length?: number,
): GuestBuffer {
  if (typeof source === "string") return copyOf(bytesOfText(source, checkEncoding(encodingOrOffset)));
  if (source instanceof ArrayBuffer) return new GuestBuffer(source, Number(encodingOrOffset ?? 0), length);
  if (Array.isArray(source) || source instanceof Uint8Array) return copyOf(source);
  throw new TypeError("Buffer.from takes a string, an array, an ArrayBuffer or a Buffer");
}

/** Adds `from`, and the fixed-size names (`readUInt16LE`, `writeInt32BE` …) in terms of the sized ones. */
export function completeBuffer(): void {
  const { prototype } = GuestBuffer;
  define(GuestBuffer, "from", bufferFrom);
  for (const order of ["BE", "LE"]) {
    defineSigned(prototype, `Int${order}`, order, undefined);
    for (const bits of [8, 16, 32]) {
      const suffix = bits === 8 ? "8" : `${bits}${order}`;
      defineUnsigned(prototype, `UInt${suffix}`, order, bits / 8);
      defineSigned(prototype, `Int${suffix}`, order, bits / 8);
    }
  }
}

type Reader = (offset: number, size: number) => number;
type Writer = (value: number, offset: number, size: number) => number;

function defineUnsigned(prototype: object, name: string, order: string, fixedSize: number): void {
  const read: Reader = Reflect.get(prototype, `readUInt${order}`);
  const write: Writer = Reflect.get(prototype, `writeUInt${order}`);
  define(prototype, `read${name}`, function (this: GuestBuffer, offset = 0) {
    return read.call(this, offset, fixedSize);
  });
  define(prototype, `write${name}`, function (this: GuestBuffer, value: number, offset = 0) {
    return write.call(this, value, offset, fixedSize);
  });
}

function defineSigned(prototype: object, name: string, order: string, fixedSize: number | undefined): void {
  const read: Reader = Reflect.get(prototype, `readUInt${order}`);
  const write: Writer = Reflect.get(prototype, `writeUInt${order}`);
  define(prototype, `read${name}`, function (this: GuestBuffer, offset = 0, size = fixedSize ?? 1) {
    const value = read.call(this, offset, size);
    return value >= 2 ** (size * 8 - 1) ? value - 2 ** (size * 8) : value;
  });
  define(
    prototype,
    `write${name}`,
    function (this: GuestBuffer, value: number, offset = 0, size = fixedSize ?? 1) {
      return write.call(this, value < 0 ? value + 2 ** (size * 8) : value, offset, size);
    },
  );
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
}

function copyOf(source: ArrayLike<number>): GuestBuffer {
  const buffer = new GuestBuffer(source.length);
  buffer.set(source);
  return buffer;
}

function checkRange(buffer: Uint8Array, offset: number, size: number): void {
  if (size < 1 || size > 6 || offset < 0 || offset + size > buffer.length)
    throw new RangeError("index out of range");
}
