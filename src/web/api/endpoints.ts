/** All of the API, in the order of its document. */
import { announcementEndpoints } from './announcements.ts';
import { clusterEndpoints } from './cluster.ts';
import { configEndpoints } from './config.ts';
import { deliveryEndpoints } from './deliveries.ts';
import type { Endpoint } from './endpoint.ts';
import { explainEndpoints } from './explain.ts';
import { muteEndpoints } from './mutes.ts';
import { statsEndpoints } from './stats.ts';
import { statusEndpoints } from './status.ts';

export const ENDPOINTS: readonly Endpoint[] = [
  ...statusEndpoints,
  ...announcementEndpoints,
  ...explainEndpoints,
  ...deliveryEndpoints,
  ...statsEndpoints,
  ...configEndpoints,
  ...muteEndpoints,
  ...clusterEndpoints,
];
