/**
 * The usable part of a config with problems, for commands that must work in an incident: the path of the store,
 * the address of the running bridge, the destinations. Each value is read by itself, so that no mistake elsewhere
 * in the file hides it; a default replaces a value that cannot be read, which is then named.
 */
import { resolve } from 'node:path';
import type { z } from 'zod';
import type { DestinationOptions } from '../destinations/common-options.ts';
import { isRecord } from '../platform/wire-values.ts';
import type { TemplateOptions } from '../templates/template.ts';
import { DestinationNames } from './destination-names.ts';
import { type Located, nodeAt } from './located.ts';
import { serverOptions, storeOptions } from './schema.ts';
import { type ConfigSections, fields } from './sections.ts';
import { namesIn } from './targets.ts';

export interface Remains {
  /** Absolute. */
  readonly storePath: string;
  readonly server: z.output<typeof serverOptions> | false;
  /** By name; `undefined` stands for a broken one. Empty where the YAML does not parse. */
  readonly destinations: ReadonlyMap<string, DestinationOptions | undefined>;
  readonly templates: ReadonlyMap<string, TemplateOptions | undefined>;
  /** Of destinations and groups of them. */
  readonly names: DestinationNames;
  /** The file's structure is sound, so that a name that is not there is not in the file. */
  readonly isTrusted: boolean;
  /** Keys that a default stands in for, because they could not be read. */
  readonly unread: readonly ('store.path' | 'server')[];
}

interface Context {
  /** A relative `store.path` starts there. */
  readonly storeFolder: string;
  /** Every included file could be read. */
  readonly isComplete: boolean;
  /** The YAML parses. Where it does not, what stands before the mistake is often right. */
  readonly isTrusted: boolean;
  readonly parts: ConfigSections | undefined;
}

const NO_NAMES = new DestinationNames({ destinations: [], groups: new Map() });
const STORE = storeOptions.parse({});
const SERVER = serverOptions.parse({});

export function remainsOf(
  root: Located | undefined,
  { storeFolder, isTrusted, isComplete, parts }: Context,
): Remains {
  const store = root && nodeAt(root, ['store', 'path']);
  const path = store?.exact ? storeOptions.shape.path.safeParse(store.node.value).data : undefined;
  const isPathKnown = store?.exact ? path !== undefined && !store.node.broken : isTrusted;
  const server = serverOf(root, isTrusted);
  return {
    storePath: resolve(storeFolder, isPathKnown ? (path ?? STORE.path) : STORE.path),
    server: server ?? SERVER,
    destinations: parts?.destinations ?? new Map(),
    templates: parts?.templates ?? new Map(),
    names: parts === undefined ? NO_NAMES : namesIn(parts),
    isTrusted: isTrusted && isComplete,
    unread: [
      ...(isPathKnown ? [] : ['store.path' as const]),
      ...(server === undefined ? ['server' as const] : []),
    ],
  };
}

/**
 * `undefined` when host or port cannot be read. A token that cannot be read is left out: most requests need none.
 */
function serverOf(root: Located | undefined, isTrusted: boolean): Remains['server'] | undefined {
  const section = root && nodeAt(root, ['server']);
  if (!section?.exact) return isTrusted ? SERVER : undefined;
  const { value, children } = section.node;
  if (value === false) return false;
  if (value === null) return SERVER;
  if (!isRecord(value) || children.get('host')?.broken || children.get('port')?.broken) return undefined;
  const { host, port, token } = fields(serverOptions.shape, value);
  return host === undefined || port === undefined ? undefined : { ...SERVER, host, port, token };
}
