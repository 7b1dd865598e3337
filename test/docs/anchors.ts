/** Where a link into a document can lead: its headings, as GitHub names them, and `<a id="…">`. */

const HEADING = /^#{1,6} (.*)$/gm;

/** In fenced blocks a `#` begins a comment. */
const withoutBlocks = (markdown: string) => markdown.replace(/^```[\s\S]*?^```$/gm, '');

export function anchorsOf(markdown: string): readonly string[] {
  const text = withoutBlocks(markdown);
  const seen = new Map<string, number>();
  const headings = [...text.matchAll(HEADING)].map(([, heading = '']) => {
    const slug = slugOf(heading);
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
  const named = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id);
  return [...headings, ...named];
}

/** Of a link only its words count; signs go, and each space is a dash. */
const slugOf = (heading: string) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
