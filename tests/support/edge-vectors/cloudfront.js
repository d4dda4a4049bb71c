// The runtime's module `cloudfront`, on the store of the vector that is running.

function read(key) {
  globalThis.edge.outcome.storeReads += 1;
  return globalThis.edge.store[key];
}

async function get(key) {
  const value = read(key);
  if (globalThis.edge.vector.fault === "get-fails") throw new Error("the store fails");
  if (typeof value !== "string") throw new Error("KeyNotFound");
  return value;
}

async function exists(key) {
  const value = read(key);
  if (globalThis.edge.vector.fault === "exists-fails") throw new Error("the store fails");
  if (globalThis.edge.vector.fault === "exists-answers-nothing") return undefined;
  return typeof value === "string";
}

function kvs() {
  if (globalThis.edge.vector.fault === "no-store") throw new Error("no store is associated");
  return { get: get, exists: exists };
}

// biome-ignore lint/style/noDefaultExport: the runtime's module has no named export.
export default { kvs: kvs };
