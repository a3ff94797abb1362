import type { Attachment } from '@/api/types'

export const mostShown = 100_000
const mostBytes = 2 * 1024 * 1024

/** PDF files, where the browser has a viewer of its own (phones often have none). */
export const canView = (file: Pick<Attachment, 'contentType' | 'size'>) => file.contentType === 'application/pdf' && file.size > 0 && navigator.pdfViewerEnabled

/** Whether a file can be read in place: texts of a size that can be looked at. */
export const canPreview = (file: Pick<Attachment, 'kind' | 'name' | 'size'>) =>
  file.kind === 'file' && file.size > 0 && file.size <= mostBytes && /\.(txt|csv|tsv|md|log|json|xml|yml|yaml|ini)$/i.test(file.name)
