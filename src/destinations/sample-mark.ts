/** The words by which a person knows a sample of `send` for one. */

/** In the title of every sample. */
export const SAMPLE_MARK = 'SAMPLE from listing-bridge';

/** Above a message whose template does not show the title. */
export const SAMPLE_LINE = `🧪 ${SAMPLE_MARK}, not news`;

/** Also where Markdown or JSON has put backslashes into it. */
export const saysSample = (text: string): boolean => text.replaceAll('\\', '').includes(SAMPLE_MARK);
