/** `docs/alerts.md`, made from the table of conditions. A test compares the two. */

import type { Condition } from '../../src/alerts/condition.ts';
import { CONDITIONS } from '../../src/alerts/conditions.ts';
import { alertsOptions } from '../../src/alerts/options.ts';
import { formatDuration } from '../../src/platform/duration.ts';

const INTRODUCTION = `# Alerts: what the bridge reports about itself

Made by \`tools/docs/alerts-reference.ts\` from the table of conditions; to bring it up to date: \`UPDATE_DOCS=1 npm test\`. The destinations in
\`alerts.send\` of the config ([configuration.md](configuration.md)) get them; the log has all of them (\`alert.started\`, \`alert.lasts\`, \`alert.ended\`).

- Each condition is reported **once when it starts**, again every **6 hours** with its duration while it lasts, and **once when it is over**. A condition of single events
  (a delivery that failed) is reported with the first of them, and again only when there are more.
- A message says what happened, with the words of the far end and the reason in brackets ([troubleshooting.md](troubleshooting.md) explains it), since when (local time of the bridge, with its offset), and what to do.
- A short outage is not reported, and a short recovery does not end one. What comes and goes is reported ever more rarely.
- What happens within 3 seconds is one message. There are at most **8 messages an hour**, 5 of them without something new and critical; what is held back is merged and counted.
- What keeps messages from a destination is reported through the others. When there is none, only the log has it.
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

| code | severity | fires | what | what to do |
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
