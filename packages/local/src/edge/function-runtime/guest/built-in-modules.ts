// Runs inside QuickJS. The four modules a function may import or require: cloudfront, crypto, querystring, buffer.
import { bufferFrom, GuestBuffer } from "./buffer.ts";
import { bytesOfHex, bytesOfText, hexOfBytes } from "./bytes.ts";
import { callHost } from "./host-call.ts";

type Data = string | ArrayBufferView | ArrayBuffer;

/** `get` rejects for a missing key, as documented; there is no `count`. The store id may be left out. */
const cloudfront = {
  kvs: () => ({
    get: async (key: string, options?: { readonly format?: string }) => {
      const value = String(callHost("kvs.get", checkKey(key)));
      switch (options?.format ?? "string") {
        case "string":
          return value;
        case "json":
          return JSON.parse(value);
        case "bytes":
          return bufferFrom(value);
        default:
          throw new TypeError("format is string, json or bytes");
      }
    },
    exists: async (key: string) => callHost("kvs.exists", checkKey(key)),
    meta: async () => callHost("kvs.meta"),
  }),
};

const crypto = {
  createHash: (algorithm: string) => digester(algorithm, undefined),
  createHmac: (algorithm: string, key: Data) => digester(algorithm, hexOfData(key)),
};

const querystring = {
  escape: encodeURIComponent,
  unescape: decodeURIComponent,
  parse: (text: string, separator = "&", equals = "=") => {
    const found: Record<string, string | string[]> = {};
    for (const part of text.split(separator)) {
      if (part === "") continue;
      const cut = part.indexOf(equals);
      const [name, value] = cut < 0 ? [part, ""] : [part.slice(0, cut), part.slice(cut + equals.length)];
      const key = decodeURIComponent(name.replace(/\+/g, " "));
      const text = decodeURIComponent(value.replace(/\+/g, " "));
      const before = found[key];
      found[key] = before === undefined ? text : Array.isArray(before) ? [...before, text] : [before, text];
    }
    return found;
  },
  stringify: (values: Record<string, unknown>, separator = "&", equals = "=") =>
    Object.keys(values)
      .map(key => {
        const value = values[key];
        const all: readonly unknown[] = Array.isArray(value) ? value : [value];
        return all
          .map(one => encodeURIComponent(key) + equals + encodeURIComponent(String(one)))
          .join(separator);
      })
      .join(separator),
};

const modules = new Map<string, unknown>([
  ["cloudfront", cloudfront],
  ["crypto", crypto],
  ["querystring", querystring],
  ["buffer", { Buffer: GuestBuffer }],
]);

export function requireModule(name: string): unknown {
  if (!modules.has(name)) throw new Error(`Cannot find module "${name}"`);
  return modules.get(name);
}

function digester(algorithm: string, keyHex: string | undefined) {
  if (!/^(md5|sha1|sha256)$/.test(algorithm)) throw new TypeError(`not supported algorithm: "${algorithm}"`);
  let dataHex = "";
  let finished = false;
  const self = {
    update: (data: Data) => {
      dataHex += hexOfData(data);
      return self;
    },
    digest: (encoding?: string) => {
      if (finished) throw new Error("Digest already called");
      finished = true;
      if (encoding !== undefined && !/^(hex|base64|base64url)$/.test(encoding)) {
        throw new TypeError(`Unknown digest encoding: "${encoding}"`);
      }
      const text = String(callHost("digest", algorithm, keyHex ?? null, dataHex, encoding ?? "hex"));
      return encoding === undefined ? bufferFrom(bytesOfHex(text)) : text;
    },
  };
  return self;
}

function hexOfData(data: Data): string {
  return hexOfBytes(typeof data === "string" ? bytesOfText(data, "utf8") : data);
}

function checkKey(key: unknown): string {
  if (typeof key !== "string" || key === "") throw new TypeError("key is a string that is not empty");
  return key;
}
