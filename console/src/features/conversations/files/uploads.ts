import { shallowReactive } from 'vue'
import { Problem } from '@/api/client'
import type { Attachment } from '@/api/types'
import { kindOf } from './types'
import type { Upload } from './types'
import { transfer } from './transfer'
import type { FileApi } from './transfer'

export const mostFiles = 10
const atOnce = 3

export type Uploads = ReturnType<typeof createUploads>

/** Files that are added to what is being written, by place (conversation, reply or note). They wait there until it is sent. */
export function createUploads(api: FileApi, wait = pause) {
  const places = shallowReactive(new Map<string, readonly Upload[]>())
  const aborts = new Map<string, AbortController>()
  let last = 0

  const all = () => [...places.values()].flat()
  // What has not been sent is gone with the page, however much of it is there: the browser asks.
  window.addEventListener('beforeunload', event => { if (all().some(upload => upload.state !== 'failed')) event.preventDefault() })
  const change = (upload: Upload, news: Partial<Upload>) => void Object.assign(upload, news)

  function next() {
    const running = all().filter(upload => upload.state === 'uploading' || upload.state === 'checking').length
    for (const upload of all().filter(one => one.state === 'waiting').slice(0, Math.max(0, atOnce - running))) void run(upload)
  }

  async function run(upload: Upload) {
    const abort = new AbortController()
    aborts.set(upload.key, abort)
    change(upload, { state: 'uploading', code: null, detail: null })
    try {
      const answer = await transfer({ api, wait }, upload.file, upload.id, abort.signal, ({ id, sent, stalled }) => change(upload, {
        ...(id !== undefined && { id }), ...(stalled !== undefined && { stalled }),
        ...(sent !== undefined && { progress: sent / upload.file.size, state: sent >= upload.file.size ? 'checking' : 'uploading' }),
      }))
      const { offset: _offset, state: _state, ...done } = answer
      change(upload, { state: 'done', progress: 1, stalled: false, done, kind: done.kind })
    } catch (error) {
      if (abort.signal.aborted) return
      const problem = error instanceof Problem ? error : null
      // A refusal is about this upload: trying again begins a new one.
      change(upload, { state: 'failed', stalled: false, id: problem?.transient ? upload.id : null, code: problem?.code ?? 'internal', detail: problem?.detail ?? null })
    } finally {
      aborts.delete(upload.key)
      next()
    }
  }

  function drop(place: string, upload: Upload) {
    if (upload.preview) URL.revokeObjectURL(upload.preview)
    places.set(place, (places.get(place) ?? []).filter(other => other !== upload))
  }

  return {
    /** Of one place, in the order in which they were added. */
    of: (place: string): readonly Upload[] => places.get(place) ?? [],
    /** How many there was no room for. */
    add(place: string, files: readonly File[]) {
      const now = places.get(place) ?? []
      const taken = files.slice(0, mostFiles - now.length)
      places.set(place, [...now, ...taken.map(file => {
        const kind = kindOf(file)
        const upload: Upload = {
          key: `u${++last}`, file, kind, state: 'waiting', progress: 0, stalled: false, id: null, done: null,
          preview: kind === 'image' ? URL.createObjectURL(file) : null, code: null, detail: null,
        }
        return shallowReactive(upload)
      })])
      next()
      return files.length - taken.length
    },
    retry(upload: Upload) {
      change(upload, { state: 'waiting' })
      next()
    },
    remove(place: string, upload: Upload) {
      aborts.get(upload.key)?.abort()
      if (upload.id) void api.cancel(upload.id).catch(() => {}) // the server forgets it by itself in a day
      drop(place, upload)
    },
    /** What is sent now; the place is empty afterwards. Null while something is not there yet. */
    take(place: string): Attachment[] | null {
      const now = places.get(place) ?? []
      if (now.some(upload => !upload.done)) return null
      for (const upload of now) drop(place, upload)
      return now.flatMap(upload => upload.done ?? [])
    },
    /** What was taken and did not go, before what has been added meanwhile. */
    putBack(place: string, files: readonly Upload[]) {
      for (const upload of files) if (upload.preview) upload.preview = URL.createObjectURL(upload.file)
      places.set(place, [...files, ...(places.get(place) ?? [])])
    },
    /** Signing out, on a computer that somebody else may use next. */
    clear() {
      for (const abort of aborts.values()) abort.abort()
      for (const [place, uploads] of places) for (const upload of uploads) drop(place, upload)
    },
  }
}

function pause(ms: number, signal: AbortSignal) {
  return new Promise<void>((resolve, reject) => {
    const over = () => { clearTimeout(timer); window.removeEventListener('online', early); signal.removeEventListener('abort', stop) }
    const early = () => { over(); resolve() }
    const stop = () => { over(); reject(signal.reason as Error) }
    const timer = setTimeout(early, ms)
    window.addEventListener('online', early)
    signal.addEventListener('abort', stop)
  })
}
