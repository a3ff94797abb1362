import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

type Tree = { [key: string]: string | Tree }
const names = readdirSync('src/locales/zh-CN').filter(name => name.endsWith('.json'))
const read = (locale: string, name: string) => JSON.parse(readFileSync(`src/locales/${locale}/${name}`, 'utf8')) as Tree
const flat = (tree: Tree, prefix = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [[prefix + key, value] as [string, string]] : flat(value, `${prefix}${key}.`)))
const slots = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(match => match[1]).sort()

describe.each(names)('%s', name => {
  const [zh, en] = [new Map(flat(read('zh-CN', name))), new Map(flat(read('en', name)))]
  it('has the same keys in both languages', () => expect([...en.keys()].sort()).toEqual([...zh.keys()].sort()))
  it('has the same slots in both languages', () => {
    for (const [key, text] of zh) expect({ key, slots: slots(en.get(key) ?? '') }).toEqual({ key, slots: slots(text) })
  })
  it('has no character that the message syntax reads as its own', () => {
    for (const [key, text] of [...zh, ...en]) expect(`${key}: ${text}`).not.toMatch(/[@|]|\{\}/)
  })
})

it('every literal key in the code exists', () => {
  const known = new Set(names.flatMap(name => flat(read('zh-CN', name)).map(([key]) => `${name.replace('.json', '')}.${key}`)))
  const used = (readdirSync('src', { recursive: true }) as string[])
    .filter(file => /\.(vue|ts)$/.test(file) && !/\.test\.ts$/.test(file))
    .flatMap(file => [...readFileSync(`src/${file}`, 'utf8').matchAll(/(?:\bt\(|title: )'([a-z]\w*(?:\.\w+)+)'/g)].map(match => match[1] as string))
  expect(used.length).toBeGreaterThan(100)
  expect([...new Set(used)].filter(key => !known.has(key))).toEqual([])
})
