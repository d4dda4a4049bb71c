// A second decoder, for the reconciler's proof that what the store holds means what the registry says. It shares no
// code and no method with `decode.ts` and `lookup.ts`, so that one mistake cannot hide in all of them: text all the way.

/** 4,096 characters `0` (good) or `1` (revoked); undefined when the value is malformed. */
export function referenceDecode(value: string): string | undefined {
  const form = /^(?:([gr])|b([\w+/]{683})|([gr])([0-9a-c])([0-9a-c])([\w+/]+))$/.exec(value);
  if (form === null || value.includes("_")) return undefined;
  const [, whole, bitmap, first, goodK, revokedK, runs] = form;
  if (whole !== undefined) return (whole === "r" ? "1" : "0").repeat(4096);
  if (bitmap !== undefined) return toBitText(bitmap);
  const bits = toBitText(runs ?? "");
  if (bits === undefined) return undefined;
  let rest = bits;
  let page = "";
  let bit = first === "r" ? "1" : "0";
  while (rest.includes("0")) {
    const k = Number.parseInt((bit === "1" ? revokedK : goodK) ?? "", 16);
    const run = new RegExp(`^(1*)0([01]{${k}})`).exec(rest);
    if (run === null) return undefined;
    const [code, ones = "", low = ""] = run;
    page += bit.repeat(Number.parseInt(ones.length.toString(2) + low, 2) + 1);
    rest = rest.slice(code.length);
    bit = bit === "1" ? "0" : "1";
  }
  const wellEnded = rest.length < 8 && page.length > 0 && page.length < 4096;
  return wellEnded ? page.padEnd(4096, bit) : undefined;
}

// The platform's decoder is forgiving about a last character with unused bits set; encoding again is not.
function toBitText(base64: string): string | undefined {
  if (base64.length % 4 === 1) return undefined;
  const octets = atob(base64);
  if (btoa(octets).replaceAll("=", "") !== base64) return undefined;
  return Array.from(octets, octet => octet.charCodeAt(0).toString(2).padStart(8, "0")).join("");
}
