/** The kinds of rows that can be exported, and the forms. */
export type Exported = 'announcements' | 'deliveries' | 'attempts';
export type ExportFormat = 'jsonl' | 'csv';
