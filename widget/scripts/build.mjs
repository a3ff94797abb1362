// The loader is a classic script (an ES build would leak its names into the host page), the rest are modules. What is
// loaded goes before what loads it, because that carries its hash: then it can be cached for ever.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const out = resolve(root, process.env.QUEQIAO_WIDGET_OUT ?? '../src/Queqiao.Server/wwwroot/widget')
const budgets = { 'loader.js': 2 * 1024, 'app.js': 16 * 1024, 'fallback.js': 3 * 1024, 'privacy.js': 4 * 1024, 'files.js': 8 * 1024, 'rating.js': 5 * 1024, 'formatted.js': 3 * 1024 }
// What the widget loads when it needs it: each is a file of its own, named with its hash in the widget.
const chunks = { formatted: 'src/formatted/formatted.ts', fallback: 'src/transport/fallback.ts', privacy: 'src/privacy/privacy.ts', files: 'src/files/files.ts', rating: 'src/rating/rating.ts' }

const shared = { outDir: out, emptyOutDir: false, target: 'es2022', modulePreload: false, copyPublicDir: false }
const run = async (options, define = {}) => {
  const built = await build({ root, configFile: false, logLevel: 'warn', define, build: { ...shared, ...options } })
  const files = [built].flat().flatMap(each => each.output).map(each => each.fileName)
  if (files.length !== 1) throw new Error(`One file expected, got ${files.join(', ')}`)
}

const buildModule = (entry, file, define) => run({
  rolldownOptions: {
    input: join(root, entry),
    // Not the library mode: that one keeps the white space of ES modules.
    preserveEntrySignatures: 'strict',
    output: { format: 'es', entryFileNames: file, codeSplitting: false },
  },
}, define)

// Library mode, because an application's imports get a wrapper that fires "vite:preloadError" at the host page,
// where it may mean something.
const buildLoader = version => run(
  { lib: { entry: join(root, 'src/loader/loader.ts'), formats: ['iife'], name: 'queqiao', fileName: () => 'loader.js' } },
  { __APP_VERSION__: JSON.stringify(version) })

const imports = file => writeFileSync(join(out, file), readFileSync(join(out, file), 'utf8').replaceAll('__import(', 'import('))
const hashOf = file => createHash('sha256').update(readFileSync(join(out, file))).digest('hex').slice(0, 12)
const addresses = {}
for (const [name, entry] of Object.entries(chunks)) {
  await buildModule(entry, `${name}.js`, { __FORMATTED__: JSON.stringify(addresses.formatted ?? '') })
  imports(`${name}.js`)
  addresses[name] = `${name}.js?v=${hashOf(`${name}.js`)}`
}
const { formatted: _, ...ofApp } = addresses // loaded by the files' chunk
await buildModule('src/app.ts', 'app.js', { __CHUNKS__: JSON.stringify(ofApp) })
imports('app.js')
const version = hashOf('app.js')
await buildLoader(version)

let failed = false
for (const [file, budget] of Object.entries(budgets)) {
  const bytes = readFileSync(join(out, file))
  const size = gzipSync(bytes, { level: 9 }).length
  const over = size > budget
  failed ||= over
  console.log(`${file.padEnd(12)} ${bytes.length} B, gzip ${size} of ${budget} B${over ? '  OVER BUDGET' : ''}`)
}
if (failed) process.exit(1)
