// DBOS: a workflow whose steps are written one by one; DBOS itself writes a step's result before the next one begins.
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dagOf, measureAll, url } from './measure.mjs';

const open = new Map();

function step(runId, name) {
  return DBOS.runStep(async () => {
    open.get(runId)();
    return name;
  }, { name });
}

const workflow = DBOS.registerWorkflow(async (name, runId) => {
  const dag = dagOf(name);
  if (dag.chain) {
    for (let number = 0; number < dag.count; number++) await step(runId, `s${number}`);
  } else {
    // Started in a fixed order, as DBOS asks for steps side by side.
    await Promise.allSettled(Array.from({ length: dag.count }, (_, number) => step(runId, `s${number}`)));
    await step(runId, 'join');
  }
}, { name: 'dag' });

DBOS.setConfig({ name: 'bench', systemDatabaseUrl: url, logLevel: 'error' });
await DBOS.launch();
await measureAll(dag => async (runId, began) => {
  open.set(runId, began);
  await workflow(dag.name, runId);
  open.delete(runId);
});
await DBOS.shutdown();
