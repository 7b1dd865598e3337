/** `docs/alerts.md`, made from the table of conditions. A test compares the two. */
import { formatDuration } from '../platform/duration.ts';
import type { Condition } from './condition.ts';
import { CONDITIONS } from './conditions.ts';
import { alertsOptions } from './options.ts';

const INTRODUCTION = `# What the bridge says about itself

Made by \`src/alerts/reference.ts\` from the table of conditions; to bring it up to date: \`UPDATE_DOCS=1 npm test\`. Where it is said is up to
\`alerts:\` in the config ([configuration.md](configuration.md)); the log has all of it (\`alert.started\`, \`alert.lasts\`, \`alert.ended\`).

- Each condition is told **once when it starts**, again every **6 hours** with its length while it lasts, and **once when it is over**. What comes in single events
  (a delivery that died) is told with the first, and again only when there are more.
- A short trouble is not told, and a short recovery is no end. What comes and goes is told ever more rarely.
- What happens within 3 seconds is one message. There are at most **8 messages an hour**, 5 of them without something new and critical; what is held back is merged and counted.
- What keeps messages from a destination is told through the others. When there is none, the log has to do.
- In a queue, every announcement goes before an alert. An alert that could not be sent for 6 hours expires, whatever \`maxAge\` says.
- \`heartbeat\` is a sign of life at a time of your choice: announcements by feed, deliveries by destination, and what is wrong. When it does not come, something is.

A webhook gets an alert as JSON, never in the form of its \`body\`; signed as everything else:

\`\`\`json
{
  "id": "01m85zegngf0500m", "type": "alert", "severity": "critical",
  "text": "🔴 feed tokyo is down\\n\\n…",
  "alerts": [{ "code": "feed_down", "subject": "tokyo", "state": "started", "severity": "critical", "summary": "feed tokyo is down",
               "detail": "…", "since": "2026-01-01T12:00:00.000Z", "durationMs": 60000 }],
  "heldBack": 0
}
\`\`\`

\`state\` is \`started\`, \`lasts\` or \`ended\`; \`severity\` is \`critical\`, \`warning\` or \`good\`. The sign of life has \`heartbeat\` in the place of \`alerts\`. \`text\` is what Slack and Mattermost show.

| code | severity | told | what | what to do |
|---|---|---|---|---|
`;

export function alertsReference(): string {
  return INTRODUCTION + Object.entries<Condition>(CONDITIONS).map(row).join('');
}

const NAMES = { feed: '*feed*', destination: '*destination*', bridge: '' } as const;

function row([code, { severity, about, forMs, starts, advice }]: readonly [string, Condition]): string {
  const waitMs = forMs(alertsOptions.parse({ send: ['any'] }));
  const when = waitMs === 0 ? 'at once' : `after ${formatDuration(waitMs)}`;
  return `| <a id="${code}"></a>\`${code}\` | ${severity} | ${when} | ${starts(NAMES[about])} | ${advice} |\n`;
}
