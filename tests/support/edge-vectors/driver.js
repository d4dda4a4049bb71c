// Runs vectors against the handler of the function that it is appended to, in whichever engine loads it: the runtime's
// language subset only. The engine supplies `input` (vectors and the common store) and a console.

const print = console.log.bind(console);

async function runVector(handle, vector) {
  const outcome = { calls: [], log: [], storeReads: 0 };
  const log = text => {
    if (vector.fault === "log-fails") throw new Error("the log fails");
    outcome.log.push(text);
  };
  globalThis.edge = {
    vector: vector,
    outcome: outcome,
    store: Object.assign({}, input.commonStore, vector.store),
  };
  console.log = log;
  const event = vector.event;
  if (event) {
    event.allow = () => outcome.calls.push("allow");
    event.deny = () => outcome.calls.push("deny");
    event.logCustomData = log;
  }
  try {
    outcome.returned = await handle(event);
  } catch (error) {
    outcome.thrown = String(error);
  }
  return outcome;
}

// biome-ignore lint/correctness/noUnusedVariables: the program that this is appended to calls it.
async function runVectors(handle) {
  const outcomes = [];
  for (let index = 0; index < input.vectors.length; index += 1) {
    const outcome = await runVector(handle, input.vectors[index]);
    outcomes.push(outcome);
  }
  // njs breaks a printed line every 2,048 bytes; so the text comes in pieces that never reach that.
  const text = JSON.stringify(outcomes);
  for (let at = 0; at < text.length; at += 500) print(text.slice(at, at + 500));
}
