// The editor checks documents and variables in workers, which the build bundles
// apart; their addresses are put in there.
const addresses = WORKERS;

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(addresses[label] ?? addresses.editor),
};
