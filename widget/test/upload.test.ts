import { afterEach, describe, expect, it, vi } from 'vitest'
import { Api } from '../src/api'
import { upload, type Step } from '../src/files/upload'

/** A server that keeps bytes. `trouble` names what happens instead of the n-th answer. */
function server(trouble: Record<number, 'lost' | 'half' | Response> = {}) {
  let size = 0
  let bytes = 0
  let calls = 0
  const log: string[] = []
  const answer = (status: number, body: object | null) => new Response(body && JSON.stringify(body), { status, headers: { 'upload-offset': String(bytes) } })
  const file = () => ({ id: 'F1', state: bytes === size ? 'ready' : 'uploading', kind: 'file', name: 'a.txt', contentType: 'text/plain', size, offset: bytes })
  vi.stubGlobal('fetch', async (_: string, { method, headers, body }: { method: string, headers: Record<string, string>, body?: Blob | string }) => {
    expect(headers.authorization).toBe('Bearer T')
    log.push(`${method}${method === 'PATCH' ? ` ${headers['upload-offset']}` : ''}`)
    const now = trouble[++calls]
    if (now === 'lost') throw new TypeError('network')
    if (now instanceof Response) return now
    if (method === 'POST') size = JSON.parse(body as string).size
    if (method === 'PATCH') {
      if (Number(headers['upload-offset']) !== bytes) return answer(409, { code: 'upload_offset' })
      bytes += now === 'half' ? 100 : (body as Blob).size
      if (now === 'half') throw new TypeError('network')
    }
    return answer(200, method === 'HEAD' ? null : file())
  })
  return { log, set: (n: number) => { bytes = n } }
}

async function run(bytes: number): Promise<Step[]> {
  const api = new Api('https://chat.example', () => 'en')
  api.token = 'T'
  const steps: Step[] = []
  await upload(api, 'en', new File([new Uint8Array(bytes)], 'a.txt'), new AbortController().signal, step => steps.push(step), async () => {})
  return steps
}

afterEach(() => vi.unstubAllGlobals())

describe('an upload', () => {
  it('goes in pieces and ends with the file', async () => {
    const { log } = server()
    const steps = await run(300_000)
    expect(log).toEqual(['POST', 'PATCH 0', 'PATCH 262144'])
    expect(steps.at(-1)).toEqual({ state: 'done', file: { id: 'F1', kind: 'file', name: 'a.txt', size: 300_000 } })
  })
  it('goes on where the server stands after a break', async () => {
    const { log } = server({ 2: 'half', 3: 'lost' })
    expect((await run(1000)).at(-1)).toMatchObject({ state: 'done' })
    expect(log).toEqual(['POST', 'PATCH 0', 'HEAD', 'HEAD', 'PATCH 100'])
  })
  it('says why the server does not want it', async () => {
    server({ 2: new Response('{"detail":"no programs"}', { status: 422 }) })
    expect((await run(10)).at(-1)).toEqual({ state: 'failed', reason: 'no programs' })
  })
  it('does not wait for ever for a server that keeps failing, but for a network it does', async () => {
    server(Object.fromEntries(Array.from({ length: 20 }, (_, n) => [n + 1, new Response('{}', { status: 503 })])))
    expect((await run(10)).at(-1)).toMatchObject({ state: 'failed' })
    server(Object.fromEntries(Array.from({ length: 20 }, (_, n) => [n + 1, 'lost' as const])))
    expect((await run(10)).at(-1)).toMatchObject({ state: 'done' })
  })
})
