// Holds objects to the schemas of Kubernetes, as the npm package kubernetes-models compiled them, and
// to what an API server says beyond them: keys that no schema knows, and the Pod Security Standard
// "restricted".
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const schemas = require.resolve('kubernetes-models').replace(/[^/]*$/, '_schemas/');

// apps/v1, Deployment → IoK8sApiAppsV1Deployment
function schemaOf({ apiVersion, kind }) {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  const capital = text => text[0].toUpperCase() + text.slice(1);
  return require(`${schemas}IoK8sApi${capital(group.split('.')[0])}${capital(version)}${kind}.js`).validate;
}

// A compiled schema looks at every key it knows. This lets it look, and keeps which keys it left out.
function watched(value, path, unread) {
  if (typeof value !== 'object' || value === null) return value;
  for (const key of Object.keys(value)) unread.add(`${path}/${key}`);
  return new Proxy(value, {
    get(target, key) {
      if (typeof key === 'string') unread.delete(`${path}/${key}`);
      return Object.hasOwn(target, key) ? watched(target[key], `${path}/${String(key)}`, unread) : target[key];
    },
  });
}

export function schemaProblems(object) {
  const validate = schemaOf(object);
  const unread = new Set();
  const valid = validate(watched(object, '', unread));
  const problems = valid ? [] : validate.errors.map(one => `${one.instancePath}: ${one.message ?? one.keyword}`);
  return [...problems, ...[...unread].map(path => `${path}: no schema knows this key`)];
}

// https://kubernetes.io/docs/concepts/security/pod-security-standards/, "Restricted", and a root that
// is read-only.
const restricted = [
  ['runAsNonRoot', (pod, c) => (c.securityContext.runAsNonRoot ?? pod.securityContext.runAsNonRoot) === true],
  ['a user that is not 0', (pod, c) => (c.securityContext.runAsUser ?? pod.securityContext.runAsUser) > 0],
  ['seccomp RuntimeDefault', (pod, c) => (c.securityContext.seccompProfile ?? pod.securityContext.seccompProfile)?.type === 'RuntimeDefault'],
  ['no escalation', (_, c) => c.securityContext.allowPrivilegeEscalation === false],
  ['no capability', (_, c) => c.securityContext.capabilities.drop.includes('ALL') && !c.securityContext.capabilities.add],
  ['not privileged', (_, c) => !c.securityContext.privileged],
  ['read-only root', (_, c) => c.securityContext.readOnlyRootFilesystem === true],
  ['no namespace of the host', pod => !pod.hostNetwork && !pod.hostPID && !pod.hostIPC],
  ['volumes of the kinds that are allowed', pod => pod.volumes.every(v => v.configMap || v.secret || v.persistentVolumeClaim || v.emptyDir)],
  ['limits', (_, c) => c.resources.limits.memory && c.resources.requests.cpu],
];

// What is named in one place and defined in another.
function dangling(pod, container, objects) {
  const names = kind => objects.filter(one => one.kind === kind).map(one => one.metadata.name);
  const volumes = pod.volumes.map(one => one.name);
  const ports = (container.ports ?? []).map(one => one.name);
  const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'].map(one => container[one]).filter(Boolean);
  return [
    ...container.volumeMounts.filter(one => !volumes.includes(one.name)).map(one => `no volume ${one.name}`),
    ...pod.volumes.filter(one => one.configMap && !names('ConfigMap').includes(one.configMap.name)).map(one => `no ConfigMap ${one.configMap.name}`),
    ...pod.volumes.filter(one => one.persistentVolumeClaim && !names('PersistentVolumeClaim').includes(one.persistentVolumeClaim.claimName)).map(one => `no claim of volume ${one.name}`),
    ...probes.filter(one => !ports.includes(one.httpGet.port)).map(one => `no port ${one.httpGet.port}`),
  ];
}

export function podProblems(deployment, objects) {
  const pod = deployment.spec.template.spec;
  const holds = rule => { try { return rule(); } catch { return false; } };
  return [...(pod.initContainers ?? []), ...pod.containers].flatMap(container => [
    ...restricted.filter(([, rule]) => !holds(() => rule(pod, container))).map(([name]) => `${container.name}: ${name}`),
    ...dangling(pod, container, objects).map(problem => `${container.name}: ${problem}`),
  ]);
}
