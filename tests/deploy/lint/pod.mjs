// pod.mjs KUBERNETES_FOLDER OUT: the Deployment as files that a shell can follow: OUT/maps/NAME/KEY for
// each ConfigMap, OUT/volumes (name, kind, object, mode), OUT/CONTAINER.mounts (volume, path, subPath or
// -, rw or ro), OUT/CONTAINER.command, one argument a line, each in base64.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

const [folder, out] = process.argv.slice(2);
const objects = readdirSync(folder).filter(name => name.endsWith('.yaml'))
  .flatMap(name => parseAllDocuments(readFileSync(`${folder}/${name}`, 'utf8'), { version: '1.1', merge: true }))
  .map(document => document.toJS());
const pod = objects.find(one => one.kind === 'Deployment').spec.template.spec;

for (const { metadata, data } of objects.filter(one => one.kind === 'ConfigMap')) {
  mkdirSync(`${out}/maps/${metadata.name}`, { recursive: true });
  for (const [key, text] of Object.entries(data)) writeFileSync(`${out}/maps/${metadata.name}/${key}`, text);
}
const lines = rows => rows.map(row => row.join(' ') + '\n').join('');
writeFileSync(`${out}/volumes`, lines(pod.volumes.map(({ name, configMap, secret, persistentVolumeClaim, emptyDir }) =>
  configMap ? [name, 'map', configMap.name, '644']
    : secret ? [name, 'secret', secret.secretName, secret.defaultMode.toString(8)]
      : [name, persistentVolumeClaim ? 'disk' : emptyDir ? 'empty' : 'unknown', '-', '-'])));
for (const { name, command = ['/usr/bin/keytide'], args = [], volumeMounts } of [...pod.initContainers, ...pod.containers]) {
  writeFileSync(`${out}/${name}.mounts`, lines(volumeMounts.map(one => [one.name, one.mountPath, one.subPath ?? '-', one.readOnly ? 'ro' : 'rw'])));
  writeFileSync(`${out}/${name}.command`, lines([...command, ...args].map(one => [Buffer.from(one).toString('base64')])));
}
