// What a browser must fetch before the inbox works, from Vite's manifest. Fails when it grows past the budget.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'

// The promise is 200 KB; the rest is room that is not to be used up unnoticed.
const limit = 185 * 1024
const out = resolve(process.env.QUEQIAO_CONSOLE_OUT ?? '../src/Queqiao.Server/wwwroot/console')
const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))
const size = (file) => gzipSync(readFileSync(join(out, file)), { level: 9 }).length
const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`

const firstLoad = new Set()
const visit = (key) => {
  const chunk = manifest[key]
  if (!chunk) throw new Error(`manifest.json has no ${key}: rename it here too`)
  if (firstLoad.has(chunk.file)) return
  firstLoad.add(chunk.file)
  for (const css of chunk.css ?? []) firstLoad.add(css)
  for (const next of chunk.imports ?? []) visit(next)
}
for (const key of ['index.html', 'src/features/conversations/InboxPage.vue']) visit(key)

const faults = []
let total = 0
for (const file of firstLoad) {
  const bytes = size(file)
  total += bytes
  console.log(`  ${kb(bytes).padStart(9)}  ${file}`)
}
console.log(`first load ${kb(total)} of ${kb(limit)} (gzip)`)
if (total > limit) faults.push(`first load is ${kb(total)}`)
let lazy = 0
for (const { file } of Object.values(manifest)) {
  const bytes = size(file)
  if (!firstLoad.has(file)) lazy += bytes
  if (bytes > limit) faults.push(`${file} is ${kb(bytes)}`)
}
console.log(`loaded later ${kb(lazy)}`)
for (const fault of faults) console.error(`over budget: ${fault}`)
process.exitCode = faults.length ? 1 : 0
