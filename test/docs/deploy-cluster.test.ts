/** `deploy/cluster/`: two readers and the senders fit the program, the image and each other. That they run: `test/cluster/deployed.test.ts`. */
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { load } from '../config/load-text.ts';
import { read } from './comments.ts';

const config = read('deploy/cluster/config.example.yaml');
const { services, ...rest } = parse(read('deploy/cluster/compose.yaml'), { merge: true });
const objects = parseAllDocuments(read('deploy/cluster/kubernetes.yaml')).map((document) => document.toJS());
const named = (kind: string, name: string) =>
  objects.find((object) => object.kind === kind && object.metadata.name === name);
const alone = parseAllDocuments(read('deploy/kubernetes.yaml')).map((document) => document.toJS());
const deployment = alone.find(({ kind }) => kind === 'Deployment');

const BRIDGES = ['reader-a', 'reader-b', 'sender'];
const ROLES = ['read, deliver', 'read, deliver', 'deliver'];
const KEYS = ['READER_A_KEY', 'READER_B_KEY', 'READER_A_KEY'];
const setOf = (name: string) => named('StatefulSet', `listing-bridge-${name}`);
const containerOf = (name: string) => setOf(name).spec.template.spec.containers[0];

const VALUES: Readonly<Record<string, string>> = {
  CRYPTOLISTING_API_KEY: `dsk_${'a1'.repeat(32)}`,
  DISCORD_WEBHOOK_URL: `https://discord.com/api/webhooks/1187654321098765432/${'Ab3'.repeat(22)}`,
  ADMIN_TOKEN: '0b9f6a31c2d84e75a6f0b9f6a31c2d84e75a6f0b9f6a31c2',
  DATABASE_URL: `postgres://bridge:${'0b9f6a31c2d84e75a6f0'}@postgres/bridge`,
  HOSTNAME: 'reader-a',
};

const variablesOf = (text: string) =>
  [...new Set([...text.matchAll(/\$\{(\w+)(?::\?)?\}/g)].map(([, name = '']) => name))].sort();

test.each([...new Set(ROLES)])('the config is fine for a node with the roles "%s"', (roles) => {
  const { problems, warnings, config: loaded } = load(config, { ...VALUES, CLUSTER_ROLES: roles });
  expect([...problems, ...warnings]).toEqual([]);
  expect(loaded?.cluster).toMatchObject({ node: 'reader-a', roles: roles.split(', ') });
});

test('Kubernetes has the same config', () => {
  expect(named('ConfigMap', 'listing-bridge').data).toEqual({ 'config.yaml': config });
});

test('each variable of the config is given to each bridge, and each of compose has a commented place', () => {
  const wanted = variablesOf(config);
  for (const name of BRIDGES) {
    // A container has a host name by itself.
    expect([...Object.keys(services[name].environment), 'HOSTNAME'].sort()).toEqual(wanted);
    const { env } = containerOf(name);
    expect(env.map((entry: { readonly name: string }) => entry.name).sort()).toEqual(wanted);
  }
  const example = read('deploy/cluster/env.example');
  const places = [...example.matchAll(/^(\w+)=.+$/gm)].map(([, name = '']) => name).sort();
  expect(places).toEqual(variablesOf(read('deploy/cluster/compose.yaml')));
});

test('two readers with a key each, and senders', () => {
  expect(BRIDGES.map((name) => services[name].environment.CLUSTER_ROLES)).toEqual(ROLES);
  expect(BRIDGES.map((name) => services[name].environment.CRYPTOLISTING_API_KEY)).toEqual(
    KEYS.map((key) => `\${${key}:?}`),
  );
  const entryOf = (name: string, variable: string) =>
    containerOf(name).env.find((entry: { readonly name: string }) => entry.name === variable);
  expect(BRIDGES.map((name) => entryOf(name, 'CLUSTER_ROLES').value)).toEqual(ROLES);
  expect(BRIDGES.map((name) => entryOf(name, 'CRYPTOLISTING_API_KEY').valueFrom.secretKeyRef.key)).toEqual(
    KEYS,
  );
  expect(BRIDGES.map((name) => setOf(name).spec.replicas)).toEqual([1, 1, 2]);
  expect(services.sender.deploy.replicas).toBe(2);
});

test('no two bridges share a store', () => {
  const stores = BRIDGES.map((name) => services[name].volumes.find((one: string) => one.endsWith('/data')));
  expect(stores).toEqual(['reader-a:/data', 'reader-b:/data', '/data']);
  expect(Object.keys(rest.volumes)).toEqual(['postgres', 'reader-a', 'reader-b']);
  for (const name of BRIDGES)
    expect(setOf(name).spec.volumeClaimTemplates[0]).toMatchObject({ metadata: { name: 'data' } });
});

test('the containers are those of a bridge that is alone', () => {
  const single = parse(read('deploy/compose.yaml')).services['listing-bridge'];
  const kept = [
    'restart',
    'stop_grace_period',
    'read_only',
    'cap_drop',
    'security_opt',
    'healthcheck',
    'logging',
  ];
  for (const name of BRIDGES)
    for (const key of kept) expect([name, key, services[name][key]]).toEqual([name, key, single[key]]);
  const { containers, volumes, ...pod } = deployment.spec.template.spec;
  const { env, envFrom, ...container } = containers[0];
  for (const name of BRIDGES) {
    expect(setOf(name).spec.template.spec).toMatchObject({ ...pod, volumes: [volumes[0]] });
    expect(containerOf(name)).toMatchObject(container);
  }
});

test('Kubernetes: whatever an object refers to is there', () => {
  const secret = named('Secret', 'listing-bridge').stringData;
  const referred = objects
    .filter(({ kind }) => kind === 'StatefulSet')
    .flatMap(({ spec }) => spec.template.spec.containers[0].env)
    .flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
  for (const { name, key } of referred)
    expect([name, Object.keys(secret).includes(key)]).toEqual(['listing-bridge', true]);
  expect(new Set(referred.map(({ key }) => key))).toEqual(new Set(Object.keys(secret)));
  expect(new URL(secret.DATABASE_URL)).toMatchObject({
    username: 'bridge',
    password: secret.POSTGRES_PASSWORD,
    hostname: named('Service', 'listing-bridge-postgres').metadata.name,
  });
  for (const { spec } of objects.filter(({ kind }) => kind === 'StatefulSet')) {
    expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
    expect(named('Service', spec.serviceName).spec.clusterIP).toBe('None');
  }
});

test('the examples of secrets are refused by check until they are replaced', () => {
  const {
    READER_A_KEY = '',
    DATABASE_URL = '',
    DISCORD_WEBHOOK_URL = '',
    ADMIN_TOKEN = '',
  } = named('Secret', 'listing-bridge').stringData as Record<string, string>;
  const env = { ...VALUES, CLUSTER_ROLES: 'deliver', CRYPTOLISTING_API_KEY: READER_A_KEY };
  const { problems } = load(config, { ...env, DATABASE_URL, DISCORD_WEBHOOK_URL, ADMIN_TOKEN });
  const text = problems.map(({ message }) => message).join('\n');
  for (const name of ['CRYPTOLISTING_API_KEY', 'DISCORD_WEBHOOK_URL', 'ADMIN_TOKEN', 'DATABASE_URL'])
    expect(text).toContain(name);
});
