// Run as a program of its own, so that a test can kill it: a KeyValueStore server with the store `edge`.
import { startKeyValueStoreServer } from "#local/key-value-store/server.ts";

const server = await startKeyValueStoreServer({
  port: 0,
  stateDirectory: process.argv[2],
  accountId: "123456789012",
  storeNames: ["edge"],
});
console.log(JSON.stringify({ url: server.url, arn: server.createStore("edge").arn }));
