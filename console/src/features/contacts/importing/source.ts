import type { Http } from '@/api/client'

export type ImportState = 'draft' | 'checking' | 'checked' | 'waiting' | 'running' | 'done' | 'dead' | 'cancelled'
export type Existing = 'skip' | 'fill' | 'overwrite'
export interface TableFormat { encoding: string; delimiter: string; hasHeader: boolean }
export interface ImportColumn { heading: string; samples: string[]; guess: string }
export interface ImportCounts { added: number; changed: number; unchanged: number; passedOver: number; duplicates: number; conflicts: number; failed: number }
export interface ImportPlan {
  format: TableFormat
  columns: string[]
  existing: Existing
  addNew: boolean
  matchBy: string[] | null
  channelId: string | null
  addTags: string[] | null
}
export interface ImportView {
  id: string; fileName: string; by: string; state: ImportState; format: TableFormat; columns: ImportColumn[] | null; plan: ImportPlan | null; total: number; row: number | null
  counts: ImportCounts; hasProblems: boolean; reason: string | null; createdAt: string; finishedAt: string | null; undoUntil: string | null
  undo: { state: string; undone: number; notUndone: number } | null
}
export type Outcome = 'add' | 'change' | 'same' | 'pass_over' | 'failed' | 'conflict' | 'duplicate'
export interface PreviewRow {
  no: number; outcome: Outcome; text: string | null; column: number | null; contactId: string | null; contactName: string | null; name: string | null
  identities: { kind: string; value: string }[]; tags: string[]; changes: string[]; cells: string[]
}
export interface Preview { columns: ImportColumn[]; items: PreviewRow[] }

const root = '/api/v1/contacts/imports'

export const importSource = (http: Http) => ({
  begin: (fileId: string) => http.post<ImportView>(root, { fileId }),
  list: (cursor?: string) => http.get<{ items: ImportView[]; nextCursor: string | null }>(root, { cursor }),
  one: (id: string) => http.get<ImportView>(`${root}/${id}`),
  preview: (id: string, plan: ImportPlan) => http.post<Preview>(`${root}/${id}/preview`, plan),
  check: (id: string, plan: ImportPlan) => http.post<ImportView>(`${root}/${id}/check`, plan),
  start: (id: string, plan: ImportPlan) => http.post<ImportView>(`${root}/${id}/start`, plan),
  cancel: (id: string) => http.post<ImportView>(`${root}/${id}/cancel`, {}),
  undo: (id: string) => http.post<ImportView>(`${root}/${id}/undo`, {}),
  problems: (id: string) => `${root}/${id}/problems`,
})
export type ImportSource = ReturnType<typeof importSource>
