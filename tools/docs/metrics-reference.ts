/** `docs/metrics.md`, made from the metrics themselves. A test compares the two. */
import { MANY_DESTINATIONS } from '../../src/ops/many.ts';
import type { MetricDescription } from '../../src/ops/metric-maker.ts';

const INTRODUCTION = `# Metrics

Made by \`tools/docs/metrics-reference.ts\` from the metrics themselves; to bring it up to date: \`UPDATE_DOCS=1 npm test\`.

\`GET /metrics\`, in Prometheus' text format. Beside these there are the usual ones of the process and of Node (\`process_*\`, \`nodejs_*\`),
but for \`nodejs_active_handles\` and \`nodejs_active_requests\`: see \`nodejs_active_resources\`.
Labels come only from the config and from known words: a \`publisher\` or \`listing_type\` that this version does not know counts as \`other\`.
Words of \`outcome\`: a delivery ends as \`delivered\`, \`dead\`, \`expired\` or \`skipped\`; an attempt is \`delivered\` or has the reason for which it was not.
With more than ${MANY_DESTINATIONS} destinations the histograms, \`attempts_total\` and \`connects_paid_total\` are kept by type (\`destination="type:webhook"\`), and the gauges of
destinations show only what is not 0.
`;

const ALERTS = `## What to be woken for

\`\`\`yaml
- alert: FeedNotProven          # nothing may be heard, whatever the connection looks like
  expr: listing_bridge_feed_healthy == 0
  for: 2m
- alert: DeliveriesWait
  expr: listing_bridge_outbox_oldest_seconds > 60
- alert: DeliveriesLost         # dead, or too old to be sent
  expr: increase(listing_bridge_deliveries_total{outcome=~"dead|expired"}[10m]) > 0
- alert: ConfigRefused
  expr: listing_bridge_config_last_reload_successful == 0
\`\`\`
`;

export function metricsReference(metrics: readonly MetricDescription[]): string {
  const rows = metrics
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, type, labels, help }) => {
      const named = labels.map((label) => `\`${label}\``).join(', ');
      return `| \`${name}\` | ${type} | ${named} | ${help} |`;
    });
  return [
    INTRODUCTION,
    ['| metric | type | labels | says |', '|---|---|---|---|', ...rows, ''].join('\n'),
    ALERTS,
  ].join('\n');
}
