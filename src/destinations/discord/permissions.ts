/**
 * The permissions of a bot in a channel, as Discord computes them: https://discord.com/developers/docs/topics/permissions#permission-overwrites
 * Pure.
 */

/** https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags */
export const PERMISSIONS = {
  ADMINISTRATOR: 1n << 3n,
  VIEW_CHANNEL: 1n << 10n,
  SEND_MESSAGES: 1n << 11n,
  EMBED_LINKS: 1n << 14n,
  MENTION_EVERYONE: 1n << 17n,
  MANAGE_THREADS: 1n << 34n,
  SEND_MESSAGES_IN_THREADS: 1n << 38n,
} as const;

export type Permission = keyof typeof PERMISSIONS;

export interface Role {
  readonly id: string;
  readonly permissions: bigint;
}

export interface Overwrite {
  /** Of a role or of a member. */
  readonly id: string;
  readonly allow: bigint;
  readonly deny: bigint;
}

export interface Bot {
  readonly id: string;
  /** That it has, and the one that everybody has, whose id is the server's. */
  readonly roles: readonly Role[];
  readonly serverId: string;
}

/** The permissions that hold in a channel with these overwrites; of a thread, those of the channel that it is in. */
export function permissionsOf(
  { id: botId, roles, serverId }: Bot,
  overwrites: readonly Overwrite[],
): ReadonlySet<Permission> {
  const base = roles.reduce((all, role) => all | role.permissions, 0n);
  if ((base & PERMISSIONS.ADMINISTRATOR) !== 0n) return new Set(ALL);
  const own = new Set(roles.map((role) => role.id));
  const ofEverybody = overwrites.filter(({ id }) => id === serverId);
  const ofRoles = overwrites.filter(({ id }) => id !== serverId && own.has(id));
  const ofBot = overwrites.filter(({ id }) => id === botId);
  const held = [ofEverybody, ofRoles, ofBot].reduce(overwritten, base);
  // Without it nothing else holds.
  if ((held & PERMISSIONS.VIEW_CHANNEL) === 0n) return new Set();
  return new Set(ALL.filter((name) => (held & PERMISSIONS[name]) !== 0n));
}

const ALL = Object.keys(PERMISSIONS) as readonly Permission[];

/** Of several at one level, what one allows holds against what another denies. */
function overwritten(permissions: bigint, level: readonly Overwrite[]): bigint {
  const denied = level.reduce((all, { deny }) => all | deny, 0n);
  const allowed = level.reduce((all, { allow }) => all | allow, 0n);
  return (permissions & ~denied) | allowed;
}
