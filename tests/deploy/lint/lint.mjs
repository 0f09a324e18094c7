// lint.mjs EXAMPLES: prints a line for each check; the exit code is 1 where one fails.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseAllDocuments } from 'yaml';
import { podProblems, schemaProblems } from './kubernetes.mjs';

const require = createRequire(import.meta.url);
const examples = process.argv[2];
let failed = 0;

function check(name, problems) {
  console.log(`${problems.length ? 'FAIL' : 'ok  '} ${name}`);
  for (const problem of problems) console.log(`     ${problem}`);
  failed += problems.length ? 1 : 0;
}

// As kubectl reads it: 0440 is octal.
function objectsIn(file) {
  return parseAllDocuments(readFileSync(file, 'utf8'), { version: '1.1', merge: true }).map(document => {
    if (document.errors.length) throw new Error(`${file}: ${document.errors[0].message}`);
    return document.toJS();
  });
}

const folder = `${examples}/kubernetes`;
const files = readdirSync(folder).filter(name => name.endsWith('.yaml') && name !== 'kustomization.yaml');
const objects = files.flatMap(name => objectsIn(`${folder}/${name}`));
const deployment = objects.find(one => one.kind === 'Deployment');

for (const object of objects) {
  check(`${object.kind} ${object.metadata.name} keeps to its schema`, schemaProblems(object));
}
check('the pod may run where the policy is "restricted", and all that it names is there', podProblems(deployment, objects));
check('there is one keytide at a time', deployment.spec.replicas === 1 && deployment.spec.strategy.type === 'Recreate' ? [] : ['replicas, strategy']);
check('a pod is given longer to stop than keytide needs', deployment.spec.template.spec.terminationGracePeriodSeconds > 20 ? [] : ['20 s']);
const [kustomization] = objectsIn(`${folder}/kustomization.yaml`);
check('kustomization.yaml names every file', files.filter(name => !kustomization.resources.includes(name)));

// Whether the checks above can fail at all.
const broken = JSON.parse(JSON.stringify(deployment));
broken.spec.template.spec.containers[0].livenesProbe = {};
broken.spec.replicas = 'one';
broken.spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem = false;
check('a misspelt key, a wrong type and a looser pod are found',
  schemaProblems(broken).length === 2 && podProblems(broken, objects).length === 1 ? [] : [...schemaProblems(broken), ...podProblems(broken, objects)]);

const dockerfile = readFileSync(`${examples}/docker/Dockerfile`, 'utf8');
check('the Dockerfile keeps to dockerfile-utils', require('dockerfile-utils').validate(dockerfile, { instructionWorkdirRelative: 2, deprecatedMaintainer: 2 })
  .map(one => `${one.range.start.line + 1}: ${one.message}`));
const lint = require('dockerfilelint').run(examples, dockerfile);
check('the Dockerfile keeps to dockerfilelint', lint.map(one => `${one.line}: ${one.title}: ${one.description}`));

check('a line that it should complain of is found', require('dockerfilelint').run(examples, 'FROM debian:latest\n').length ? [] : ['nothing']);

process.exit(failed ? 1 : 0);
