import { Problem } from '@/api/client'
import type { Attachment } from '@/api/types'

/** What the server says of an upload. */
export interface UploadAnswer extends Attachment { state: 'uploading' | 'scanning' | 'ready'; offset: number }

export interface FileApi {
  begin(name: string, size: number): Promise<UploadAnswer>
  /** The answer, or where the server stands when it is somewhere else. */
  piece(id: string, offset: number, piece: Blob, signal: AbortSignal): Promise<UploadAnswer | { at: number }>
  offset(id: string, signal: AbortSignal): Promise<number>
  cancel(id: string): Promise<void>
}

export interface TransferOptions {
  api: FileApi
  wait: (ms: number, signal: AbortSignal) => Promise<void>
  random?: () => number
}

const smallest = 256 * 1024
const largest = 4 * 1024 * 1024
const patience = 5

/** Sends a file in pieces and goes on after every break. Ends with the server's answer, a refusal, or an abort. */
export async function transfer(
  { api, wait, random = Math.random }: TransferOptions,
  file: File,
  known: string | null,
  signal: AbortSignal,
  tell: (news: { id?: string; sent?: number; stalled?: boolean }) => void,
): Promise<UploadAnswer> {
  let id = known
  let at: number | null = known ? null : 0
  let length = smallest
  let failures = 0
  for (;;) {
    signal.throwIfAborted()
    try {
      if (!id) {
        id = (await api.begin(file.name, file.size)).id
        tell({ id })
        at = 0
      }
      at ??= await api.offset(id, signal)
      tell({ sent: at, stalled: false })
      const began = performance.now()
      const answer = await api.piece(id, at, file.slice(at, at + length), signal)
      failures = 0
      if ('at' in answer) {
        at = answer.at
        continue
      }
      // Pieces of about a second: the bar moves, and a break costs little.
      length = performance.now() - began < 800 ? Math.min(largest, length * 2) : Math.max(smallest, length / 2)
      at = answer.offset
      tell({ sent: at })
      if (answer.state !== 'uploading') return answer
    } catch (error) {
      signal.throwIfAborted()
      // The announced upload is gone (the server lost a day): begin anew.
      if (error instanceof Problem && error.status === 404 && id && failures < patience) id = null
      else if (!(error instanceof Problem) || !(error.transient || error.code === 'upload_busy') || (error.code !== 'offline' && failures >= patience)) throw error
      failures++
      tell({ stalled: true })
      at = null
      await wait(Math.max((error as Problem).retryAfterSeconds ?? 0, Math.min(15, 2 ** failures / 2) * (0.75 + random() / 2)) * 1000, signal)
    }
  }
}
