/** A table that cannot be read, for a person: what is wrong, and which option it is about. */
export class TableFault extends Error {
  readonly option: 'format' | 'rows' | 'key' | 'value' | 'where' | undefined;
  readonly hint: string | undefined;

  constructor(message: string, option?: TableFault['option'], hint?: string) {
    super(message);
    this.option = option;
    this.hint = hint;
  }
}
