// Holds both sides to the public description: keytide's requests and atlas-sim's replies, for every
// operation that keytide uses and every status that the description has for it.
//   node contract_test.mjs DESCRIPTION ATLAS_SIM KEYTIDE
import {execFile, spawn} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import {startValidator, exceptions} from './validator.mjs';

const [descriptionFile, atlasSim, keytide] = process.argv.slice(2);
const run = promisify(execFile);
const org = '32b6e34b3d91647abb20e7b8', project = '5f6e34b3d91647abb20e7b8a', stranger = 'ffffffffffffffffffffffff';
const owner = 'mdb_sa_id_aaaaaaaaaaaaaaaaaaaaaaaa', reader = 'mdb_sa_id_bbbbbbbbbbbbbbbbbbbbbbbb';
const full = 'mdb_sa_id_cccccccccccccccccccccccc', inOrg = 'mdb_sa_id_dddddddddddddddddddddddd';
const inProject = 'mdb_sa_id_eeeeeeeeeeeeeeeeeeeeeeee';
const secretOf = (letter) => `mdb_sa_sk_${letter.repeat(40)}`;
const media = 'application/vnd.atlas.2024-08-05+json';

const results = [];
function check(name, passed, why = '') {
  results.push(passed);
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${name}${passed ? '' : `: ${why}`}`);
}

function seed(accessList, settings = '') {
  const account = (id, name, roles, secrets) => ({clientId: id, name, roles, secrets});
  const of = (letter) => ({secret: secretOf(letter), expiresAfterHours: 2160});
  return JSON.stringify({
    settings: settings === '' ? {rate_limits: false} : settings,
    orgs: [{
      id: org, name: 'acme', accessList,
      apiKeys: [{publicKey: 'abcdefgh', privateKey: '3c0a3c52-5a3f-4a0e-9f5e-2f6d3a1b4c5d', roles: ['ORG_OWNER']}],
      serviceAccounts: [
        account(owner, 'keytide', ['ORG_OWNER'], [of('a')]), account(reader, 'reader', ['ORG_READ_ONLY'], [of('b')]),
        account(full, 'full', ['ORG_READ_ONLY'], [of('c'), of('d')]), account(inOrg, 'wanted', ['ORG_READ_ONLY'], []),
      ],
      projects: [{id: project, name: 'web', serviceAccounts: [account(inProject, 'wanted too', ['GROUP_OWNER'], [])]}],
    }],
  });
}

async function startAtlas(text) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'keytide-contract-'));
  const file = path.join(folder, 'seed.yaml');
  fs.writeFileSync(file, text, {mode: 0o600});
  const child = spawn(atlasSim, ['-listen=127.0.0.1:0', `-seed=${file}`], {stdio: ['ignore', 'pipe', 'inherit']});
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (data) => resolve(String(data).match(/http:\S+/)[0]));
    child.on('exit', (code) => reject(new Error(`atlas-sim ended with ${code}`)));
  });
  return {url, folder, stop: () => { child.kill(); fs.rmSync(folder, {recursive: true}); }};
}

async function tokenOf(base, id, secret) {
  const reply = await fetch(`${base}/api/oauth/token`, {
    method: 'POST', body: new URLSearchParams({grant_type: 'client_credentials'}),
    headers: {authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`},
  });
  return (await reply.json()).access_token;
}

async function call(base, token, method, where, body, headers = {}) {
  const reply = await fetch(base + where, {
    method, body: body === undefined ? undefined : JSON.stringify(body),
    headers: {accept: media, ...(body === undefined ? {} : {'content-type': media}), 'x-contract': 'reply-only',
              ...(token ? {authorization: `Bearer ${token}`} : {}), ...headers},
  });
  const text = await reply.text();
  return {status: reply.status, body: text === '' ? {} : JSON.parse(text)};
}

// The operations that keytide uses, at the level of the org and of the project.
const operations = [org, project].flatMap((id) => {
  const level = id === org ? 'Org' : 'Group', base = `/api/atlas/v2/${id === org ? 'orgs' : 'groups'}/`;
  const account = id === org ? inOrg : inProject;
  const at = (scope, rest) => `${base}${scope}/serviceAccounts${rest}`;
  return [
    {id: `list${level}ServiceAccounts`, method: 'GET', at: (scope) => at(scope, '?itemsPerPage=500&pageNum=1'), scope: id},
    {id: `get${level}ServiceAccount`, method: 'GET', at: (scope) => at(scope, `/${account}`), scope: id},
    {id: `create${level}ServiceAccountSecret`, method: 'POST', at: (scope) => at(scope, `/${account}/secrets`), scope: id, body: {secretExpiresAfterHours: 8}},
    {id: `delete${level}ServiceAccountSecret`, method: 'DELETE', at: (scope) => at(scope, `/${account}/secrets/${stranger}`), scope: id},
  ];
}).concat([{id: 'getOrgSettings', method: 'GET', at: (scope) => `/api/atlas/v2/orgs/${scope}/settings`, scope: org,
            headers: {accept: 'application/vnd.atlas.2023-01-01+json'}}]);

async function checkErrors(spec) {
  const atlas = await startAtlas(seed([]));
  const closed = await startAtlas(seed(['192.0.2.1']));
  const validator = await startValidator(spec, atlas.url), behind = await startValidator(spec, closed.url);
  try {
    const token = await tokenOf(atlas.url, owner, secretOf('a')), outside = await tokenOf(closed.url, owner, secretOf('a'));
    const expect = async (operation, status, base, used, where) => {
      const reply = await call(base, used, operation.method, where, operation.body, operation.headers);
      check(`${operation.id} ${status}`, reply.status === status, `it was ${reply.status} ${JSON.stringify(reply.body)}`);
    };
    const fault = async (operation, status, errorCode, headers = {}) => {
      const body = JSON.stringify({error: status, errorCode, reason: 'injected'});
      await fetch(`${atlas.url}/_sim/faults`, {method: 'POST', body: JSON.stringify([{
        method: operation.method, path: operation.at(operation.scope).split('?')[0], times: 1, status, body,
        headers: {'Content-Type': 'application/json', ...headers}}])});
    };
    for (const operation of operations) {
      const where = operation.at(operation.scope);
      await expect(operation, 401, validator.url, 'nonsense', where);
      await expect(operation, 403, behind.url, outside, where);
      await expect(operation, 404, validator.url, token, operation.at(stranger));
      await fault(operation, 429, 'RATE_LIMITED', {'Retry-After': '1'});
      await expect(operation, 429, validator.url, token, where);
      await fault(operation, 500, 'UNEXPECTED_ERROR');
      await expect(operation, 500, validator.url, token, where);
      if (operation.body) {
        await expect({...operation, body: {secretExpiresAfterHours: 9000}}, 400, validator.url, token, where);
        await expect({...operation, body: {secretExpiresAfterHours: 8, name: 'x'}}, 400, validator.url, token, where);
      }
    }
    const third = await call(validator.url, token, 'POST', `/api/atlas/v2/orgs/${org}/serviceAccounts/${full}/secrets`, {secretExpiresAfterHours: 8});
    check('a third secret is refused with 400', third.status === 400, `it was ${third.status}`);
    const role = await tokenOf(atlas.url, reader, secretOf('b'));
    const refused = await call(validator.url, role, 'POST', `/api/atlas/v2/orgs/${org}/serviceAccounts/${inOrg}/secrets`, {secretExpiresAfterHours: 8});
    check('a missing role is refused with 401', refused.status === 401, `it was ${refused.status}`);
    const violations = [...validator.violations, ...behind.violations];
    check('every error of atlas-sim is as described', violations.length === 0, violations.join('\n     '));
  } finally {
    validator.stop(); behind.stop(); atlas.stop(); closed.stop();
  }
}

const manifest = (folder) => `keytide: 1
secrets:
  org-entry:
    org: ${org}
    client_id: ${inOrg}
    account_name: wanted
    lifetime: 90d
    rotation_id: "1"
    deliver: [{file: {path: "${folder}/org-entry"}}]
  project-entry:
    project: ${project}
    client_id: ${inProject}
    lifetime: 8h
    deliver: [{file: {path: "${folder}/project-entry", format: json}}]
`;

async function checkClient(spec, environment) {
  const atlas = await startAtlas(seed([]));
  const validator = await startValidator(spec, atlas.url);
  try {
    fs.writeFileSync(path.join(atlas.folder, 'secrets.yaml'), manifest(atlas.folder));
    const keytideRun = async (...command) => {
      try {
        return await run(keytide, [...command], {cwd: atlas.folder, env: {PATH: process.env.PATH, HOME: atlas.folder,
                         MONGODB_ATLAS_BASE_URL: validator.url, ...environment}});
      } catch (error) {
        return {stdout: `${error.stdout}${error.stderr}exit ${error.code}`};
      }
    };
    const applied = await keytideRun('apply', '-manifest=secrets.yaml', '-auto-approve');
    check('apply makes two secrets', applied.stdout.includes('Apply complete! Secrets: 2 added'), applied.stdout);
    const again = await keytideRun('plan', '-manifest=secrets.yaml');
    check('a second plan finds nothing', again.stdout.includes('No changes.'), again.stdout);
    const rotated = await keytideRun('rotate', 'org-entry', '-manifest=secrets.yaml', '-auto-approve');
    check('rotate makes one more', rotated.stdout.includes('1 added'), rotated.stdout);
    const api = await keytideRun('api', 'create-project-secret', `-groupId=${project}`, `-clientId=${inProject}`, '-secretExpiresAfterHours=8');
    check('api create-project-secret prints the reply', api.stdout.includes('"secret"'), api.stdout.replace(/mdb_sa_sk_\S+/g, '…'));
    check('every request of keytide and every reply to it is as described', validator.violations.length === 0, validator.violations.join('\n     '));
    for (const id of ['listOrgServiceAccounts', 'getOrgServiceAccount', 'createOrgServiceAccountSecret', 'getOrgSettings',
                      'listGroupServiceAccounts', 'getGroupServiceAccount', 'createGroupServiceAccountSecret']) {
      const codes = [...validator.seen.keys()].filter((key) => key.startsWith(`${id} 2`));
      check(`${id} was used`, codes.length === 1, [...validator.seen.keys()].join(', '));
    }
  } finally {
    validator.stop(); atlas.stop();
  }
}

async function checkValidatorCanFail(spec) {
  const lying = (await import('node:http')).createServer((_request, response) => {
    response.writeHead(200, {'content-type': media}).end('{"results":[{"clientId":7}],"totalCount":1}');
  });
  await new Promise((resolve) => lying.listen(0, '127.0.0.1', resolve));
  const validator = await startValidator(spec, `http://127.0.0.1:${lying.address().port}`);
  await fetch(`${validator.url}/api/atlas/v2/orgs/${org}/serviceAccounts?itemsPerPage=501`, {headers: {accept: media, authorization: 'Bearer x'}});
  await fetch(`${validator.url}/api/atlas/v2/orgs/${org}/serviceAccounts`, {headers: {accept: media}});
  check('the validator sees a wrong request', validator.violations.some((text) => text.startsWith('request')), validator.violations.join('; '));
  check('the validator sees a wrong reply', validator.violations.some((text) => text.startsWith('reply')), validator.violations.join('; '));
  validator.stop(); lying.close();
}

const spec = JSON.parse(fs.readFileSync(descriptionFile));
console.log(`not in the description, so not held to it: ${exceptions.paths.join(', ')}; statuses ${exceptions.statuses.join(', ')}; ?${exceptions.query}=true; ${exceptions.schemas}; the first half of a digest sign-in`);
await checkValidatorCanFail(spec);
await checkErrors(spec);
await checkClient(spec, {MONGODB_ATLAS_CLIENT_ID: owner, MONGODB_ATLAS_CLIENT_SECRET: secretOf('a')});
await checkClient(spec, {MONGODB_ATLAS_PUBLIC_API_KEY: 'abcdefgh', MONGODB_ATLAS_PRIVATE_API_KEY: '3c0a3c52-5a3f-4a0e-9f5e-2f6d3a1b4c5d'});
const failed = results.filter((passed) => !passed).length;
console.log(`\n${results.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
