import { inject } from 'vue'
import type { InjectionKey } from 'vue'
import type { FileLinks } from './links'
import type { FileSource } from './source'
import type { Uploads } from './uploads'

/** What screens need for files; provided once beside the live connection. */
export interface FileDesk { source: FileSource; uploads: Uploads; links: FileLinks }
export const fileDeskKey: InjectionKey<FileDesk> = Symbol('files')
export function useFileDesk(): FileDesk {
  const desk = inject(fileDeskKey)
  if (!desk) throw new Error('no file desk is provided')
  return desk
}
export { createFileLinks } from './links'
export { fileSource } from './source'
export { createUploads } from './uploads'
