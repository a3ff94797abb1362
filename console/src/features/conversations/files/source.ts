import type { Http } from '@/api/client'
import type { Attachment } from '@/api/types'
import { Problem, toProblem } from '@/api/client'
import type { FileApi, UploadAnswer } from './transfer'

export interface FileLink { id: string; state: string; url?: string; thumbUrl?: string; expiresAt?: string }
export type SentFile = Attachment & { state: string; at: string }

export interface FileSource extends FileApi {
  links(ids: readonly string[]): Promise<{ items: FileLink[] }>
  sent(conversation: string, cursor: string | null): Promise<{ items: SentFile[]; nextCursor?: string }>
}

const root = '/api/v1/files'

export function fileSource(http: Http, locale: () => string): FileSource {
  /** Bytes, not JSON: past the JSON client, with the same refusals. */
  async function bytes(method: string, path: string, headers: Record<string, string>, body: Blob | null, signal: AbortSignal) {
    let response: Response
    try {
      response = await fetch(path, { method, headers: { 'accept-language': locale(), ...headers }, credentials: 'same-origin', body, signal })
    } catch {
      throw new Problem(0, 'offline', null)
    }
    return response
  }
  return {
    begin: (name, size) => http.post(root, { name, size }),
    async piece(id, offset, piece, signal) {
      const response = await bytes('PATCH', `${root}/${id}`, { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) }, piece, signal)
      if (response.ok) return (await response.json()) as UploadAnswer
      const problem = await toProblem(response)
      const at = response.headers.get('upload-offset')
      if (problem.code === 'upload_offset' && at !== null) return { at: Number(at) }
      throw problem
    },
    async offset(id, signal) {
      const response = await bytes('HEAD', `${root}/${id}`, {}, null, signal)
      if (!response.ok) throw await toProblem(response)
      return Number(response.headers.get('upload-offset'))
    },
    cancel: id => http.remove(`${root}/${id}`),
    links: ids => http.post(`${root}/links`, { ids }),
    sent: (conversation, cursor) => http.get(`/api/v1/conversations/${conversation}/files`, { limit: 24, cursor }),
  }
}
