/** How shells and other programs write a variable: `$NAME`, `%NAME%`, `process.env.NAME`. Pure. */

/** The whole value. Names in capitals where small letters could be words of anybody. */
const WHOLE: readonly RegExp[] = [
  /^\$\$?([A-Z_][A-Z0-9_]*)$/,
  /^\$env:([A-Za-z_]\w*)$/i,
  /^\$\(\s*([A-Za-z_]\w*)\s*\)$/,
  /^%([A-Za-z_]\w*)%$/,
  /^%\(([A-Za-z_]\w*)\)s$/,
  /^#\{([A-Za-z_]\w*)\}$/,
  /^@([A-Z_][A-Z0-9_]*)@$/,
  /^(?:process\.env|os\.environ|env|secrets)[.[]+\s*["']?([A-Za-z_]\w*)["']?\s*\]*$/i,
  /^(?:env|os\.getenv|getenv)\(\s*["']?([A-Za-z_]\w*)(?:[^\w\n].*)?\)$/,
  /^\{\{\s*(?:env|secrets|vars)\.([A-Za-z_]\w*)\s*\}\}$/i,
];

/** The name, when the whole value is a variable in such a form. */
export function foreignVariable(value: string): string | undefined {
  for (const form of WHOLE) {
    const name = form.exec(value)?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}

/** `BOT_TOKEN`: it may be shown. A password may begin with a dollar sign as well. */
export const readsAsName = (name: string): boolean => /^[A-Z]+(?:_[A-Z\d]+)+$/.test(name);
