import { describe, expect, it } from 'vitest'
import { Problem } from '@/api/client'
import { transfer } from './transfer'
import type { FileApi, UploadAnswer } from './transfer'
import { createUploads, mostFiles } from './uploads'

const offline = () => new Problem(0, 'offline', null)

/** A server that keeps bytes, and trouble that happens before the n-th call. */
function server(trouble: Record<number, (() => Problem) | 'half'> = {}) {
  const stored = new Map<string, { size: number; bytes: number }>()
  let calls = 0
  const log: string[] = []
  const answer = (id: string): UploadAnswer => {
    const file = stored.get(id) as { size: number; bytes: number }
    return { id, kind: 'file', name: 'a.txt', contentType: 'text/plain', size: file.size, state: file.bytes === file.size ? 'ready' : 'uploading', offset: file.bytes }
  }
  const step = (what: string) => {
    log.push(what)
    const now = trouble[++calls]
    if (typeof now === 'function') throw now()
    return now
  }
  const api: FileApi = {
    async begin(_, size) { step('begin'); const id = `F${stored.size + 1}`; stored.set(id, { size, bytes: 0 }); return answer(id) },
    async piece(id, offset, piece) {
      const half = step(`piece ${offset}`) === 'half'
      const file = stored.get(id)
      if (!file) throw new Problem(404, 'not_found', null)
      if (file.bytes !== offset) return { at: file.bytes }
      file.bytes += half ? Math.floor(piece.size / 2) : piece.size
      if (half) throw offline()
      return answer(id)
    },
    async offset(id) { step('offset'); const file = stored.get(id); if (!file) throw new Problem(404, 'not_found', null); return file.bytes },
    async cancel(id) { log.push('cancel'); stored.delete(id) },
  }
  return { api, stored, log }
}
const waits: number[] = []
const wait = async (ms: number) => void waits.push(ms)
const file = (size: number) => new File([new Uint8Array(size)], 'a.txt')
const run = (api: FileApi, size: number, known: string | null = null, sent: number[] = []) =>
  transfer({ api, wait }, file(size), known, new AbortController().signal, news => { if (news.sent !== undefined) sent.push(news.sent) })

describe('transfer', () => {
  it('sends a file in pieces that grow', async () => {
    const { api, log } = server()
    const sent: number[] = []
    expect(await run(api, 5_000_000, null, sent)).toMatchObject({ state: 'ready', offset: 5_000_000 })
    expect(log.slice(0, 4)).toEqual(['begin', 'piece 0', 'piece 262144', 'piece 786432'])
    expect(sent.at(-1)).toBe(5_000_000)
  })
  it('asks where to go on after a break, and goes on there', async () => {
    const { api, log } = server({ 3: 'half' })
    expect(await run(api, 600_000)).toMatchObject({ state: 'ready' })
    expect(log).toEqual(['begin', 'piece 0', 'piece 262144', 'offset', 'piece 431072'])
  })
  it('believes the server about the place', async () => {
    const { api, stored } = server()
    stored.set('F1', { size: 1000, bytes: 400 })
    expect(await run(api, 1000, 'F1')).toMatchObject({ offset: 1000 })
  })
  it('begins anew when the server has forgotten the upload', async () => {
    const { api, log } = server()
    expect(await run(api, 1000, 'F9')).toMatchObject({ state: 'ready' })
    expect(log).toEqual(['offset', 'begin', 'piece 0'])
  })
  it('waits out a long time without network, but not a server that keeps failing', async () => {
    const long = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [n + 1, offline]))
    expect(await run(server(long).api, 1000)).toMatchObject({ state: 'ready' })
    const broken = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [n + 1, () => new Problem(503, 'storage_full', 'full')]))
    await expect(run(server(broken).api, 1000)).rejects.toMatchObject({ code: 'storage_full' })
  })
  it('gives up at once when the server says no', async () => {
    const { api, log } = server({ 2: () => new Problem(422, 'file_type_mismatch', 'no') })
    await expect(run(api, 1000)).rejects.toMatchObject({ code: 'file_type_mismatch' })
    expect(log).toEqual(['begin', 'piece 0'])
  })
})

describe('uploads', () => {
  it('keeps files by place and gives them out once all are there', async () => {
    const uploads = createUploads(server().api, wait)
    uploads.add('c1:reply', [file(10), file(20)])
    expect(uploads.take('c1:reply')).toBeNull()
    await expect.poll(() => uploads.of('c1:reply').every(upload => upload.done)).toBe(true)
    expect(uploads.of('c1:note')).toEqual([])
    expect(uploads.take('c1:reply')).toHaveLength(2)
    expect(uploads.of('c1:reply')).toEqual([])
  })
  it('asks before the page goes with files that were not sent', async () => {
    const uploads = createUploads(server().api, wait)
    const asks = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))
    uploads.clear()
    const before = asks()
    uploads.add('p', [file(10)])
    await expect.poll(() => uploads.of('p')[0]?.done).toBeTruthy()
    expect(asks()).toBe(true)
    uploads.take('p')
    expect(asks()).toBe(before)
  })
  it('has room for so many', () => {
    expect(createUploads(server().api, wait).add('p', Array.from({ length: mostFiles + 3 }, () => file(1)))).toBe(3)
  })
  it('keeps what failed and tries it again', async () => {
    const uploads = createUploads(server({ 2: () => new Problem(422, 'image_unreadable', 'damaged') }).api, wait)
    uploads.add('p', [file(10)])
    await expect.poll(() => uploads.of('p')[0]?.state).toBe('failed')
    const [upload] = uploads.of('p')
    expect(upload).toMatchObject({ code: 'image_unreadable', detail: 'damaged' })
    if (upload) uploads.retry(upload)
    await expect.poll(() => upload?.state).toBe('done')
  })
  it('tells the server of what was taken away', async () => {
    const { api, log } = server()
    const uploads = createUploads(api, wait)
    uploads.add('p', [file(10)])
    await expect.poll(() => uploads.of('p')[0]?.done).toBeTruthy()
    const [upload] = uploads.of('p')
    if (upload) uploads.remove('p', upload)
    expect(uploads.of('p')).toEqual([])
    expect(log).toContain('cancel')
  })
})
