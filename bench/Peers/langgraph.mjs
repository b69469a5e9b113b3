// LangGraph with its own PostgreSQL checkpointer. Durability "sync": a step's checkpoint is written before the next step begins.
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import { measureAll, url } from './measure.mjs';

const checkpointer = PostgresSaver.fromConnString(url, { schema: 'langgraph' });
await checkpointer.setup();
const open = new Map();

const State = Annotation.Root({ answer: Annotation({ reducer: (_, next) => next, default: () => '' }) });

function step(name) {
  return (_, { configurable }) => {
    open.get(configurable.thread_id)();
    return { answer: name };
  };
}

function compile(dag) {
  const graph = new StateGraph(State);
  const names = Array.from({ length: dag.count }, (_, number) => `s${number}`);
  names.forEach(name => graph.addNode(name, step(name)));
  if (dag.chain) {
    [START, ...names].forEach((name, number) => graph.addEdge(name, names[number] ?? END));
  } else {
    names.forEach(name => graph.addEdge(START, name));
    graph.addNode('join', step('join')).addEdge(names, 'join').addEdge('join', END);
  }
  return graph.compile({ checkpointer });
}

await measureAll(dag => {
  const graph = compile(dag);
  return async (runId, began) => {
    open.set(runId, began);
    await graph.invoke({}, { configurable: { thread_id: runId }, durability: 'sync', recursionLimit: dag.steps + 10 });
    open.delete(runId);
  };
});
await checkpointer.end();
