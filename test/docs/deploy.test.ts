/** `deploy/`: what is there fits the program, the image and itself. That compose and kubectl read it: `.ci/image`. */
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseDuration } from '../../src/platform/duration.ts';
import { load as loadText } from '../config/load-text.ts';
import { read } from './comments.ts';

const config = read('deploy/config.example.yaml');
const compose = parse(read('deploy/compose.yaml')).services['listing-bridge'];
const objects = parseAllDocuments(read('deploy/kubernetes.yaml')).map((document) => document.toJS());
const object = (kind: string) => objects.find((candidate) => candidate.kind === kind);
const deployment = object('Deployment').spec;
const pod = deployment.template.spec;
const [container] = pod.containers;
const port = parse(config).server.port;

const VALUES: Readonly<Record<string, string>> = {
  CRYPTOLISTING_API_KEY: `dsk_${'a1'.repeat(32)}`,
  DISCORD_WEBHOOK_URL: `https://discord.com/api/webhooks/1187654321098765432/${'Ab3'.repeat(22)}`,
  ADMIN_TOKEN: '0b9f6a31c2d84e75a6f0b9f6a31c2d84e75a6f0b9f6a31c2',
};

const load = (text: string, env = VALUES) => loadText(text, env);

const variablesOf = (text: string) =>
  [...new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name))].sort();

/** `shutdownTimeout` of a config that does not set it. */
const shutdownMs = load(config).config?.shutdownTimeout ?? Number.NaN;
const afterShutdown = (seconds: number) => expect(seconds * 1000).toBeGreaterThan(shutdownMs + 1000);

test('the config is fine, and the same for both', () => {
  const { problems, warnings } = load(config);
  expect([...problems, ...warnings]).toEqual([]);
  expect(Object.keys(object('ConfigMap').data)).toEqual(['config.yaml']);
  expect(object('ConfigMap').data['config.yaml']).toBe(config);
});

test('each of its variables has a commented place, and no other has one', () => {
  expect(variablesOf(config)).toEqual(Object.keys(VALUES).sort());
  const places = [...read('deploy/env.example').matchAll(/^# .+\n(\w+)=.+$/gm)].map(([, name = '']) => name);
  expect(places.sort()).toEqual(variablesOf(config));
  expect([...read('deploy/env.example').matchAll(/^\w+=/gm)]).toHaveLength(places.length);
  expect(Object.keys(object('Secret').stringData).sort()).toEqual(variablesOf(config));
  const secret = read('deploy/kubernetes.yaml').split('---')[0] ?? '';
  expect([...secret.matchAll(/^ {2}# .+\n {2}[A-Z_]+: .+$/gm)]).toHaveLength(places.length);
});

test('the examples of secrets are refused by check until they are replaced', () => {
  const { problems } = load(config, object('Secret').stringData);
  const text = problems.map(({ message }) => message).join('\n');
  for (const name of ['CRYPTOLISTING_API_KEY', 'DISCORD_WEBHOOK_URL', 'ADMIN_TOKEN'])
    expect(text).toContain(name);
});

test('compose: nothing to write but the volume, reachable from this machine alone, time to end', () => {
  expect(compose).toMatchObject({
    build: '..',
    restart: 'unless-stopped',
    env_file: '.env',
    volumes: ['./config:/config:ro', 'data:/data'],
    ports: [`127.0.0.1:${port}:${port}`],
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  });
  afterShutdown((parseDuration(compose.stop_grace_period) ?? Number.NaN) / 1000);
});

test('compose: the health check of the image, which starts no Node', () => {
  const [, interval, timeout, start, command = ''] =
    /^HEALTHCHECK --interval=(\S+) --timeout=(\S+) --start-period=(\S+) \\\n\s*CMD (.+)$/m.exec(
      read('Dockerfile'),
    ) ?? [];
  expect(compose.healthcheck).toEqual({
    // `$$` is how compose writes a `$`.
    test: ['CMD', ...JSON.parse(command).map((word: string) => word.replaceAll('$', '$$$$'))],
    interval,
    timeout,
    start_period: start,
  });
  expect(command).not.toMatch(/node|listing-bridge /);
});

test('Kubernetes: in no namespace, and whatever an object refers to is there', () => {
  const { metadata } = object('Deployment');
  expect(objects.map(({ kind }) => kind)).toEqual([
    'Secret',
    'ConfigMap',
    'PersistentVolumeClaim',
    'Deployment',
    'Service',
  ]);
  for (const each of objects) expect(each.metadata).toEqual(metadata);
  expect(metadata).toEqual({
    name: 'listing-bridge',
    labels: { 'app.kubernetes.io/name': 'listing-bridge' },
  });
  expect(container.envFrom).toEqual([{ secretRef: { name: metadata.name } }]);
  expect(pod.volumes).toEqual([
    { name: 'config', configMap: { name: metadata.name } },
    { name: 'data', persistentVolumeClaim: { claimName: metadata.name } },
  ]);
  expect(deployment.selector.matchLabels).toEqual(deployment.template.metadata.labels);
  expect(object('Service').spec.selector).toEqual(deployment.template.metadata.labels);
});

test('Kubernetes: one at a time, with time to end', () => {
  expect(deployment).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
  expect(object('PersistentVolumeClaim').spec.accessModes).toEqual(['ReadWriteOnce']);
  afterShutdown(pod.terminationGracePeriodSeconds);
});

test('Kubernetes: a changed ConfigMap arrives, because the folder is mounted and not the file', () => {
  expect(container.volumeMounts).toEqual([
    { name: 'config', mountPath: '/config', readOnly: true },
    { name: 'data', mountPath: '/data' },
  ]);
});

test('Kubernetes: probes and the service reach the port of the config; alive is not ready', () => {
  expect(container.ports).toEqual([{ name: 'http', containerPort: port }]);
  expect(object('Service').spec.ports).toEqual([{ name: 'http', port, targetPort: 'http' }]);
  for (const probe of [container.startupProbe, container.livenessProbe])
    expect(probe.httpGet).toEqual({ path: '/healthz', port: 'http' });
  expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
});

test('Kubernetes: the restricted Pod Security Standard, as the user of the image, with nothing to write but the volume', () => {
  const [, user] = /^USER (\d+):\1$/m.exec(read('Dockerfile')) ?? [];
  expect(pod.securityContext).toMatchObject({
    runAsNonRoot: true,
    runAsUser: Number(user),
    fsGroup: Number(user),
    seccompProfile: { type: 'RuntimeDefault' },
  });
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  expect(pod).toMatchObject({ automountServiceAccountToken: false });
  expect(Object.keys(pod)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^host/)]));
});
