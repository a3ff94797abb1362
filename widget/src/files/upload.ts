// One file on its way: in pieces, on from where it was after every break.

import type { Api } from '../api'
import type { Attachment } from '../protocol/types'

export type Step =
  | { state: 'sending', progress: number }
  | { state: 'waiting' }
  | { state: 'done', file: Attachment }
  | { state: 'failed', reason: string }

interface Answer extends Attachment { state: string, offset: number }

const smallest = 256 * 1024
const largest = 2 * 1024 * 1024
const patience = 5

export async function upload(api: Api, locale: string, file: File, signal: AbortSignal, tell: (step: Step) => void, pause = sleep): Promise<void> {
  let id = ''
  let at: number | null = 0
  let length = smallest
  let failures = 0
  const call = (method: string, path: string, headers: Record<string, string>, body?: BodyInit) => fetch(`${api.base}/widget/v1/files${path}`, {
    method, signal, credentials: 'omit', cache: 'no-store', body,
    headers: { authorization: `Bearer ${api.token}`, 'accept-language': locale, ...headers },
  })
  while (!signal.aborted) {
    let answer: Response | null = null
    try {
      if (!id) answer = await call('POST', '', { 'content-type': 'application/json' }, JSON.stringify({ name: file.name, size: file.size }))
      else if (at === null) answer = await call('HEAD', `/${id}`, {})
      else {
        const began = performance.now()
        answer = await call('PATCH', `/${id}`, { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(at) }, file.slice(at, at + length))
        length = performance.now() - began < 800 ? Math.min(largest, length * 2) : smallest
      }
    } catch {
      // No answer: the line.
    }
    if (signal.aborted) return
    const offset = answer?.headers.get('upload-offset')
    if (answer?.ok || answer?.status === 409 && offset != null) {
      failures = 0
      at = Number(offset)
      tell({ state: 'sending', progress: at / file.size })
      const value = answer.ok && answer.status !== 204 ? await answer.json().catch(() => null) as Answer | null : null
      if (value) id = value.id
      if (value && value.state !== 'uploading') {
        const { id, kind, name, size, width, height } = value
        return tell({ state: 'done', file: { id, kind, name, size, width, height } })
      }
      continue
    }
    const status = answer?.status ?? 0
    if (status === 404 && failures < patience) id = ''
    else if (status && (status < 500 && status !== 429 && status !== 401 || failures >= patience)) {
      const problem = await answer?.json().catch(() => null) as { detail?: string } | null
      return tell({ state: 'failed', reason: problem?.detail ?? '' })
    }
    failures++
    if (id) at = null
    tell({ state: 'waiting' })
    await pause(Math.max(Number(answer?.headers.get('retry-after')) * 1000, Math.min(15_000, 500 * 2 ** failures)), signal)
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(done => {
    const timer = setTimeout(done, ms)
    const early = () => { clearTimeout(timer); done() }
    addEventListener('online', early, { once: true })
    signal.addEventListener('abort', early, { once: true })
  })
}
