// Run as a program of its own, so that a test can kill it: an EventBridge server whose target never answers.
import { startEventBusServer } from "#local/event-bus/server.ts";

const server = await startEventBusServer({
  port: 0,
  stateDirectory: process.argv[2],
  accountId: "123456789012",
  region: "us-east-1",
  invokeTarget: () => new Promise(() => undefined),
  deadLetter: async () => undefined,
});
console.log(server.url);
