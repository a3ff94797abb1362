import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import texts from '@/locales/zh-CN/audit.json'
import { actionKey, kinds } from './auditWords'

const server = '../src/Queqiao.Server'
/** Literals that stand in the call that records, and those of files that hand their action over by name. */
const written = (readdirSync(server, { recursive: true }) as string[])
  .filter(file => file.endsWith('.cs') && !/(^|[\\/])(bin|obj)[\\/]/.test(file))
  .flatMap(file => {
    const text = readFileSync(`${server}/${file}`, 'utf8')
    const direct = [...text.matchAll(/Audit\.Record\w*\(([^;]{0,400})/g)].flatMap(([, call]) => [...(call ?? '').matchAll(/"([a-z_]+\.[a-z_]+)"/g)])
    const handed = /Audit\.Record\w*\([^";]{0,140},\s*(action|deed|marker|Marker|Begun|Finished|Seeded),/.test(text) ? [...text.matchAll(/"([a-z_]+\.[a-z_]+)"/g)] : []
    return [...direct, ...handed].map(match => match[1] ?? '')
  })
  .filter(action => action !== 'app.js' && !action.startsWith('demo.') && !action.endsWith('_'))

it('has words for every action that the server writes down', () => {
  expect(written.length).toBeGreaterThan(150)
  const unnamed = [...new Set(written)].filter(action => !(actionKey(action).slice('audit.actions.'.length) in texts.actions))
  expect(unnamed).toEqual([])
})

it('can be narrowed to the kinds that have words', () => expect([...kinds].sort()).toEqual(Object.keys(texts.kinds).sort()))
