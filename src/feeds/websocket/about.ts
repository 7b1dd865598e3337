/** For `docs/configuration.md`. */
export const ABOUT =
  'Any WebSocket that sends one JSON object in a frame. In `map`, a field is `{ path: … }` or `{ value: … }`; beside `path`, `values: { new_crypto: spot_listing }` translates the words of the source. A time has `unit` beside `path`: `s`, `ms`, `us`, `ns`, `iso`, or `auto` (by its digits, or ISO 8601; without an offset it is UTC).';

export const EXAMPLE = `\`\`\`yaml
feeds:
  - name: own
    type: websocket
    url: wss://feed.example.com/stream
    headers: { X-Api-Key: "\${FEED_KEY}" }
    hello: ["login \${FEED_KEY}", { op: subscribe, topic: listings }]
    ping: { every: 20s, send: { op: ping } }      # without it: a ping of the protocol every 20s
    only: { type: news, data.kind: [listing, delisting] }
    map:
      publisher: { path: data.source }
      title: { path: data.title }
      tickers: { path: data.coins }
      listingType: { path: data.kind, values: { listing: spot_listing, delisting: spot_delisting } }
      url: { path: data.link }
      detectedAt: { path: data.time, unit: ms }
\`\`\`

- A path leads through mappings and lists: \`data.items[0].title\`, \`data["odd.key"]\`. JSON inside a text is read as if it stood there itself.
- \`only\` takes the conditions of rules. A field that is not there is an empty text; numbers and flags are compared as texts.
- A field that cannot be read is left out and reported (\`unread_field\`); a frame with neither title nor tickers is counted as garbage and reported (\`unreadable_frame\`). Fields that \`map\` does not
  name are in templates as \`extra.*\`.
- The age of an announcement counts from \`detectedAt\`, else from \`publishedAt\`, by the clock of this machine, less its difference from the \`Date\` in the answer of the source, if it sends one (\`clock_skew\`). Without either stamp, an announcement is new when it is received.
- The source is healthy while it answers pings or sends anything at all; \`status\` shows each proof. It cannot be asked for a test announcement, so \`only\` and \`map\` are proven by the first announcement alone.
`;
