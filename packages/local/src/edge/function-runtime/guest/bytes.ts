// Runs inside QuickJS. Text to octets and back through the host, as the four documented encodings.
import { callHost } from "./host-call.ts";

export type GuestEncoding = "utf8" | "hex" | "base64" | "base64url";

export function checkEncoding(encoding: unknown): GuestEncoding {
  switch (encoding) {
    case undefined:
    case "utf-8":
      return "utf8";
    case "utf8":
    case "hex":
    case "base64":
    case "base64url":
      return encoding;
    default:
      throw new TypeError(`"${String(encoding)}" encoding is not supported`);
  }
}

export function bytesOfText(text: string, encoding: GuestEncoding): Uint8Array {
  return bytesOfHex(String(callHost("bytes", text, encoding)));
}

export function textOfBytes(bytes: ArrayBufferView | ArrayBuffer, encoding: GuestEncoding): string {
  return String(callHost("text", hexOfBytes(bytes), encoding));
}

export function bytesOfHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = Number.parseInt(hex.substr(index * 2, 2), 16);
  return bytes;
}

export function hexOfBytes(data: ArrayBufferView | ArrayBuffer): string {
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  let hex = "";
  for (const octet of bytes) hex += (octet < 16 ? "0" : "") + octet.toString(16);
  return hex;
}
