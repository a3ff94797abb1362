import { inject } from 'vue'
import type { InjectionKey } from 'vue'
import type { FileLinks } from './links'
import type { FileSource } from './source'
import { transfer } from './transfer'
import type { Uploads } from './uploads'

/** What screens need for files; provided once beside the live connection. */
export interface FileDesk { source: FileSource; uploads: Uploads; links: FileLinks }
export const fileDeskKey: InjectionKey<FileDesk> = Symbol('files')
export function useFileDesk(): FileDesk {
  const desk = inject(fileDeskKey)
  if (!desk) throw new Error('no file desk is provided')
  return desk
}
/** For files that are no message: sends one in pieces, going on after breaks, and tells how much has arrived. */
export function useFileUpload() {
  const { source } = useFileDesk()
  const wait = (ms: number, signal: AbortSignal) => new Promise<void>(resolve => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => { clearTimeout(timer); resolve() }, { once: true })
  })
  return (file: File, signal: AbortSignal, sent: (bytes: number) => void) =>
    transfer({ api: source, wait }, file, null, signal, news => { if (news.sent !== undefined) sent(news.sent) })
}
export { createFileLinks } from './links'
export { fileSource } from './source'
export { createUploads } from './uploads'
