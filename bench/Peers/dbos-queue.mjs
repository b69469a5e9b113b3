// DBOS again, each step a workflow of its own on a queue: DBOS's way to have steps run by any of several processes.
import { DBOS } from '@dbos-inc/dbos-sdk';
import { dagOf, measureAll, url } from './measure.mjs';

const open = new Map();

const step = DBOS.registerWorkflow(async (runId, name) => {
  await DBOS.runStep(async () => open.get(runId)(), { name });
  return name;
}, { name: 'step' });

const start = (runId, name) => DBOS.startWorkflow(step, { queueName: 'steps' })(runId, name);

const workflow = DBOS.registerWorkflow(async (name, runId) => {
  const dag = dagOf(name);
  if (dag.chain) {
    for (let number = 0; number < dag.count; number++) await (await start(runId, `s${number}`)).getResult();
  } else {
    const handles = [];
    for (let number = 0; number < dag.count; number++) handles.push(await start(runId, `s${number}`));
    for (const handle of handles) await handle.getResult();
    await (await start(runId, 'join')).getResult();
  }
}, { name: 'dag' });

DBOS.setConfig({ name: 'bench', systemDatabaseUrl: url, logLevel: 'error' });
await DBOS.launch();
await DBOS.registerQueue('steps');
await measureAll(dag => async (runId, began) => {
  open.set(runId, began);
  await workflow(dag.name, runId);
  open.delete(runId);
});
await DBOS.shutdown();
