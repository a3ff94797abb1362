import type { Attachment, AttachmentKind } from '@/api/types'

/** How an upload stands. `checking`: complete, and looked at by the server. */
export type UploadState = 'waiting' | 'uploading' | 'checking' | 'done' | 'failed'

/** A file on its way to the server, or there and not sent yet. */
export interface Upload {
  /** Of this page only. */
  key: string
  file: File
  kind: AttachmentKind
  state: UploadState
  /** 0–1. */
  progress: number
  /** Whether the line is broken and the upload waits for it. */
  stalled: boolean
  /** Of the server, once announced. */
  id: string | null
  done: Attachment | null
  /** A picture of a picture, before the server has it. */
  preview: string | null
  code: string | null
  detail: string | null
}

/** For the icon and the preview; the server decides for itself. */
export function kindOf(file: Pick<File, 'type' | 'name'>): AttachmentKind {
  if (/^image\/(jpeg|png|gif|webp)$/.test(file.type)) return 'image'
  if (/^audio\//.test(file.type)) return 'audio'
  if (/^video\//.test(file.type)) return 'video'
  return 'file'
}

export function sizeText(bytes: number, locale: string) {
  const step = bytes < 1024 ? 0 : Math.min(3, Math.floor(Math.log(bytes) / Math.log(1024)))
  const value = bytes / 1024 ** step
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: value < 10 && step > 0 ? 1 : 0 }).format(value)} ${['B', 'KB', 'MB', 'GB'][step]}`
}
