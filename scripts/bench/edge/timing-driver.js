// Times each vector against the handler of the function that it is appended to, in whichever engine loads it: the
// runtime's language subset only. `console.time` is the one clock below a millisecond that both engines have.

async function timeVector(handle, vector) {
  const outcome = { storeReads: 0, decision: "" };
  globalThis.edge = {
    vector: vector,
    outcome: outcome,
    store: Object.assign({}, input.commonStore, vector.store),
  };
  const event = vector.event;
  event.allow = () => {
    outcome.decision = "allow";
  };
  event.deny = () => {
    outcome.decision = "deny";
  };
  event.logCustomData = () => {};
  for (let repeat = 0; repeat < input.repeats; repeat += 1) {
    console.time("run");
    await handle(event);
    console.timeEnd("run");
  }
  return outcome.decision;
}

// biome-ignore lint/correctness/noUnusedVariables: the program that this is appended to calls it.
async function timeVectors(handle) {
  const print = console.log.bind(console);
  for (let index = 0; index < input.vectors.length; index += 1) {
    const decision = await timeVector(handle, input.vectors[index]);
    print(`decision: ${decision}\n`);
  }
}
