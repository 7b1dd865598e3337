/** Every destination type there is. A new one is its folder and its lines here. */
import { discord } from './discord/index.ts';
import { createDestinationTypes } from './registry.ts';
import { telegram } from './telegram/index.ts';
import { webhook } from './webhook/index.ts';

const all = { discord, telegram, webhook };

export type DestinationTypeName = keyof typeof all;

export const destinationTypes = createDestinationTypes(all);
