/** Discord's answers about webhooks, channels, roles and members, read field by field: only the fields that decide whether a message may be posted. */
import { z } from 'zod';
import { flagField, parseFields, textField, wholeField } from '../answer-fields.ts';
import type { Overwrite, Role } from './permissions.ts';

/** A number as text; what is none grants and denies nothing. */
const bits = z.union([
  z
    .string()
    .regex(/^\d{1,40}$/)
    .transform((text) => BigInt(text)),
  z.unknown().transform(() => 0n),
]);
const listOf = <Item>(item: z.ZodType<Item>) => z.array(item).optional().catch(undefined);

/** https://discord.com/developers/docs/resources/webhook#webhook-object */
const webhook = z.object({
  ...{ id: z.string(), name: textField(), channel_id: textField(), guild_id: textField() },
});

/** https://discord.com/developers/docs/resources/user#user-object */
const user = z.object({ id: z.string(), username: textField() });

const overwrite: z.ZodType<Overwrite> = z.object({ id: z.string(), allow: bits, deny: bits });

/** https://discord.com/developers/docs/resources/channel#channel-object */
const channel = z.object({
  ...{ id: z.string(), type: wholeField(), name: textField(), guild_id: textField(), parent_id: textField() },
  permission_overwrites: listOf(overwrite),
  thread_metadata: z.object({ archived: flagField(), locked: flagField() }).optional().catch(undefined),
});

/** https://discord.com/developers/docs/topics/permissions#role-object */
const role: z.ZodType<Role & { readonly mentionable?: boolean | undefined }> = z.object({
  ...{ id: z.string(), permissions: bits, mentionable: flagField() },
});

/** https://discord.com/developers/docs/resources/guild#guild-member-object */
const member = z.object({ roles: z.array(z.string()), communication_disabled_until: textField() });

export type DiscordChannel = z.output<typeof channel>;
export type DiscordRole = z.output<typeof role>;
export type DiscordMember = z.output<typeof member>;

const reader =
  <Value>(fields: z.ZodType<Value>) =>
  (bodyText: string): Value | undefined =>
    parseFields(bodyText, fields);

export const readWebhook = reader(webhook);
export const readUser = reader(user);
export const readChannel = reader(channel);
export const readRole = reader(role);
export const readMember = reader(member);
