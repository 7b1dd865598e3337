/** The dashboard as it is shipped, and its questions as Grafana would ask them. */
import { read } from '../docs/comments.ts';

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] };
}

export interface Asked {
  readonly panel: string;
  readonly expr: string;
}

export const dashboard = (): Dashboard => JSON.parse(read('deploy/grafana/listing-bridge.json'));

/** Values for the variables of the dashboard and of Grafana. */
const VALUES = { $instance: '.+', $node: '.*', $__rate_interval: '10s', $__range: '1m' };

export function questions(): readonly Asked[] {
  const { panels, annotations } = dashboard();
  const asked = [
    ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ panel: title, expr }))),
    ...annotations.list.map(({ name, expr }) => ({ panel: name, expr })),
  ];
  return asked.map(({ panel, expr }) => ({
    panel,
    expr: Object.entries(VALUES).reduce((text, [name, value]) => text.replaceAll(name, value), expr),
  }));
}
