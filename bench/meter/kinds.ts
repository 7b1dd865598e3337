/** The programs that are measured against each other. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SubjectKind } from './subject.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const SCRIPTS = {
  bare: path('../bare.mjs'),
  rehearsed: path('../rehearsed-bare.mjs'),
  fanout: path('../bare-fanout.mjs'),
  variant: path('../rehearsal-variant.mjs'),
} as const;
/** The installed program, and the one that runs in a checkout. */
export const ENTRIES = { dist: path('../../dist/main.js'), src: path('../../src/main.ts') } as const;

/** As the image and the systemd unit start it. */
const NODE_OPTIONS = '--max-semi-space-size=16';

export type Environment = Readonly<Record<string, string>>;

export const bare = (sinkUrl: string, env: Environment = {}): SubjectKind => ({
  name: 'bare',
  args: [SCRIPTS.bare],
  env: { SINK_URL: sinkUrl, ...env },
  files: {},
});

export const rehearsedBare = (sinkUrl: string): SubjectKind => ({
  name: 'rehearsed bare',
  args: [SCRIPTS.rehearsed],
  env: { SINK_URL: sinkUrl },
  files: {},
});

/** `connections`: most to one host at once. */
export const bareFanout = (urls: readonly string[], connections: number): SubjectKind => ({
  name: 'bare Promise.all',
  args: [SCRIPTS.fanout],
  env: { SINK_URLS: 'urls.json', CONNECTIONS: String(connections) },
  files: { 'urls.json': JSON.stringify(urls) },
});

/** How much is rehearsed: announcements at the start, in each later round, and between two rounds. */
export interface Rehearsed {
  readonly atStart: number;
  readonly perRound: number;
  readonly intervalMs: number;
}

export interface BridgeOptions {
  readonly name?: string;
  readonly entry?: string;
  readonly env?: Environment;
  /** YAML of `destinations:`, each indented by two. */
  readonly destinations: readonly string[];
  /** YAML of `rules:`; default: everything to every destination. */
  readonly rules?: readonly string[];
  /** Of its HTTP side; default: a free one. */
  readonly port?: number;
  /** More YAML of `server:`. */
  readonly serverOptions?: string;
  /** More YAML of `store:`. */
  readonly storeOptions?: string;
  /** More top-level YAML. */
  readonly more?: string;
  readonly prepare?: (folder: string) => void;
  /** Otherwise than it is built. */
  readonly rehearsed?: Rehearsed;
}

const further = (options: string | undefined): string => (options === undefined ? '' : `, ${options}`);

/** The real program with a real config, all defaults but the port. */
export function bridge(options: BridgeOptions): SubjectKind {
  const {
    name = 'listing-bridge',
    entry = ENTRIES.dist,
    env = {},
    destinations,
    prepare,
    rehearsed,
  } = options;
  const names = destinations.map((destination) => destination.slice(0, destination.indexOf(':')));
  const rules = options.rules ?? [`{ name: all, match: {}, send: [${names.join(', ')}] }`];
  const config = [
    'feeds:',
    `  - { name: bench, url: "\${FEED_URL}", apiKey: "\${FEED_KEY}" }`,
    'destinations:',
    ...destinations.map((destination) => `  ${destination}`),
    'rules:',
    ...rules.map((rule) => `  - ${rule}`),
    `store: { path: ./bridge.db${further(options.storeOptions)} }`,
    `server: { port: ${options.port ?? 0}${further(options.serverOptions)} }`,
    ...(options.more === undefined ? [] : [options.more]),
  ];
  return {
    name,
    args: [...(rehearsed === undefined ? [] : ['--import', SCRIPTS.variant]), entry, 'run'],
    env: {
      NODE_OPTIONS,
      ...env,
      ...(rehearsed !== undefined && { REHEARSAL: Object.values(rehearsed).join(',') }),
    },
    files: {},
    prepare: (folder) => {
      writeFileSync(join(folder, 'config.yaml'), `${config.join('\n')}\n`);
      prepare?.(folder);
    },
  };
}

export const webhook = (name: string, url: string) => `${name}: { type: webhook, url: "${url}" }`;
