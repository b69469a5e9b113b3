// What both peers share: which DAGs there are, and how a load of them is measured.
//
//   node <peer>.mjs <database url> <postmaster's process id> <seconds> <seconds to get warm in> <dag>x<in flight>…      for example chain10x8
//
// prints one JSON line for each load.
import { readFileSync, readdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { randomUUID } from 'node:crypto';
import pg from 'pg';

const TICKS_A_SECOND = 100;

/** `chain10`: ten steps one after the other; `fan10`: ten side by side, and one that needs them all. */
export function dagOf(name) {
  const [, shape, width] = /^(chain|fan)(\d+)$/.exec(name);
  const count = Number(width);
  return { name, chain: shape === 'chain', count, steps: shape === 'chain' ? count : count + 1 };
}

export const [, , url, postmaster, seconds, warmth, ...wanted] = process.argv;

/** @param runOf (dag) => (runId, began) => promise of the ended run; `began()` is called when a step begins. */
export async function measureAll(runOf) {
  const database = new pg.Client({ connectionString: url });
  await database.connect();
  const warming = dagOf('fan10');
  await closedLoop(warming, runOf(warming), 8, Number(warmth));
  for (const load of wanted) {
    const [name, inFlight] = load.split('x');
    const dag = dagOf(name);
    const run = runOf(dag);
    await closedLoop(dag, run, Number(inFlight), Number(seconds) / 3);
    const before = await used(database);
    const result = await closedLoop(dag, run, Number(inFlight), Number(seconds));
    const after = await used(database);
    const steps = result.runs * dag.steps;
    console.log(JSON.stringify({
      dag: name,
      in_flight: Number(inFlight),
      runs: result.runs,
      steps_per_second: steps / result.seconds,
      p50_ms: percentile(result.times, 50),
      p99_ms: percentile(result.times, 99),
      processor_ms: (after.processorMs - before.processorMs) / steps,
      bytes: (after.logBytes - before.logBytes) / steps,
    }));
  }
  await database.end();
}

/** As many runs at once as said; each that ends makes room for the next, until the time is over; then what is open ends. */
async function closedLoop(dag, run, inFlight, seconds) {
  const began = performance.now();
  const times = [];
  let runs = 0;
  await Promise.all(Array.from({ length: inFlight }, async () => {
    do {
      const begins = [];
      await run(randomUUID(), () => begins.push(performance.now()));
      runs++;
      if (dag.chain) {
        // The next step of a chain begins when the one before is durable.
        for (let step = 1; step < begins.length; step++) times.push(begins[step] - begins[step - 1]);
      }
    } while (performance.now() - began < seconds * 1000);
  }));
  return { runs, times, seconds: (performance.now() - began) / 1000 };
}

/** Of this process and every process of the database. */
async function used(database) {
  const { rows } = await database.query(`select pg_current_wal_insert_lsn() - '0/0' as bytes`);
  const own = process.cpuUsage();
  return { processorMs: (own.user + own.system) / 1000 + databaseMs(), logBytes: Number(rows[0].bytes) };
}

function databaseMs() {
  let ticks = 0;
  for (const id of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      // 123 (postgres) S 1 …: the name may hold spaces and brackets.
      const text = readFileSync(`/proc/${id}/stat`, 'utf8');
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      if (id === postmaster) ticks += fields.slice(11, 15).reduce((sum, value) => sum + Number(value), 0);
      else if (fields[1] === postmaster) ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      continue; // It has ended: its parent has its time.
    }
  }
  return ticks * 1000 / TICKS_A_SECOND;
}

function percentile(times, percent) {
  if (times.length === 0) return null;
  const sorted = times.sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * percent / 100))];
}
