// What the rules and the dashboard ask for.
//   queries.mjs names EXPOSITION RULES DASHBOARD     every metric that they name must be shown
//   queries.mjs run PROMETHEUS_URL RULES DASHBOARD   every query must work, those of the dashboard
//                                                    with a result
import { readFileSync } from 'node:fs';

const [what, against, rulesFile, dashboardFile] = process.argv.slice(2);

// Of the rules: what stands behind `expr:`, in one line or folded.
function ruleQueries() {
  const queries = [];
  const lines = readFileSync(rulesFile, 'utf8').split('\n');
  for (let i = 0; i < lines.length; i++) {
    const at = lines[i].match(/^( *)(?:- )?expr: (.*)$/);
    if (!at) continue;
    if (at[2] !== '>-') { queries.push(at[2]); continue; }
    const folded = [];
    while (lines[i + 1].startsWith(at[1] + '  ')) folded.push(lines[++i].trim());
    queries.push(folded.join(' '));
  }
  return queries;
}

// Grafana's variables as it would fill them in.
function dashboardQueries() {
  const dashboard = JSON.parse(readFileSync(dashboardFile, 'utf8'));
  return dashboard.panels.flatMap((panel) => panel.targets.map((target) =>
    target.expr.replaceAll('$__rate_interval', '10s').replaceAll('$owner', '.*')));
}

// Nothing of a fleet that is well, and nothing before Atlas told of its limit or refused a call.
const mayBeEmpty = (query) =>
  /not_ready_reason|rate_limit_calls_left|code!~|_timestamp_seconds - time|scope_last_scan/.test(query);

const problems = [];
let checked = 0;

function checkNames() {
  const shown = new Set([...readFileSync(against, 'utf8').matchAll(/^# TYPE (\S+)/gm)].map((m) => m[1]));
  for (const query of [...ruleQueries(), ...dashboardQueries()]) {
    for (const [name] of query.matchAll(/\b(?:keytide|process)_[a-z_]+/g)) {
      checked++;
      if (!shown.has(name) && !shown.has(name.replace(/_(bucket|sum|count)$/, ''))) {
        problems.push(`${name} is not shown, and asked for by ${query}`);
      }
    }
  }
}

async function ask(query) {
  const url = `${against}/api/v1/query?query=${encodeURIComponent(query)}`;
  const answer = await (await fetch(url)).json();
  if (answer.status !== 'success') throw new Error(`${answer.error}`);
  return answer.data.result;
}

async function runAll() {
  for (const query of ruleQueries()) {
    checked++;
    await ask(query).catch((error) => problems.push(`${error.message}: ${query}`));
  }
  for (const query of dashboardQueries()) {
    checked++;
    const result = await ask(query).catch((error) => { problems.push(`${error.message}: ${query}`); return [0]; });
    if (result.length === 0 && !(process.env.ALLOW_EMPTY && mayBeEmpty(query))) problems.push(`no result: ${query}`);
  }
}

if (what === 'names') checkNames(); else await runAll();
for (const problem of problems) console.log(problem);
console.log(`${checked} looked at`);
process.exit(problems.length > 0 || checked === 0 ? 1 : 0);
