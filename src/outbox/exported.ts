/** The kinds of rows that can be exported, and the forms. */
export const EXPORTED = ['announcements', 'deliveries', 'attempts'] as const;
export type Exported = (typeof EXPORTED)[number];

export const EXPORT_FORMATS = ['jsonl', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
