/** The patterns of the program's types, apart from the types: the description of a crash loads nothing else. */
import { discordPatterns } from './discord/patterns.ts';
import type { DestinationTypeName } from './index.ts';
import { telegramPatterns } from './telegram/patterns.ts';
import type { TypePatterns } from './type-patterns.ts';
import { webhookPatterns } from './webhook/patterns.ts';

const byType: Readonly<Record<DestinationTypeName, TypePatterns>> = {
  discord: discordPatterns,
  telegram: telegramPatterns,
  webhook: webhookPatterns,
};

export const programPatterns: readonly TypePatterns[] = Object.values(byType);
