// How fast the console answers a hand, and whether it stands still while messages stream in: with many conversations seeded, in
// Chromium, with its CPU slowed down, by the browser's own measures (Event Timing, Layout Instability).
//   node bench/console/paint.mjs [--conversations 50000] [--slow 4] [--keep DIR] [--profile DIR] [--only WORDS] [--server DLL] [--playwright MODULE]
// --keep leaves the seeded store in DIR and measures it again the next time; --profile writes a CPU profile of each part (for Chromium's
// developer tools); --only measures the parts whose name holds WORDS.
// Needs the server and the console built (dotnet build src/Queqiao.Server -c Release), and Playwright's own JavaScript, which the
// browser tests bring along (dotnet build tests/Queqiao.EndToEnd -c Release). Prints one JSON object.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')
const option = (name, otherwise) => { const at = process.argv.indexOf('--' + name); return at > 0 ? process.argv[at + 1] : otherwise }
const conversations = Number(option('conversations', 50_000))
const slow = Number(option('slow', 4))
const server = option('server', path.join(root, 'src/Queqiao.Server/bin/Release/net10.0/queqiao.dll'))
const playwright = option('playwright', path.join(root, 'tests/Queqiao.EndToEnd/bin/Release/net10.0/.playwright/package/index.mjs'))
const folder = option('keep') ?? mkdtempSync(path.join(os.tmpdir(), 'queqiao-paint-'))
const known = path.join(folder, 'paint.json')
const [profiles, only] = [option('profile'), option('only', '')]
if (profiles) mkdirSync(profiles, { recursive: true })
const password = 'a long phrase for measuring 4711'
const say = words => process.stderr.write(words + '\n')

const port = 20_000 + (process.pid % 20_000)
const base = `http://127.0.0.1:${port}`
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 })
function call(method, where, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const request = http.request(base + where, { method, agent, headers: { 'content-type': 'application/json', origin: base, ...(text && { 'content-length': Buffer.byteLength(text) }), ...headers } }, answer => {
      let all = ''
      answer.on('data', part => { all += part })
      answer.on('end', () => answer.statusCode < 300 ? resolve({ body: all ? JSON.parse(all) : null, headers: answer.headers }) : reject(new Error(`${method} ${where}: ${answer.statusCode} ${all.slice(0, 300)}`)))
    })
    request.on('error', reject)
    request.end(text)
  })
}
const widget = (where, body, token) => call('POST', where, body, token ? { authorization: `Bearer ${token}` } : {})

let printed = ''
const process_ = spawn('dotnet', [server, 'serve', '--data', folder, '--urls', base, '--limits', 'off', '--admission', 'off'], { stdio: ['ignore', 'pipe', 'inherit'] })
process_.stdout.on('data', part => { printed += part })
const until = async (what, condition) => {
  for (let i = 0; i < 1200; i++) { if (await condition()) return; await new Promise(done => setTimeout(done, 100)) }
  throw new Error('waited in vain: ' + what)
}

async function seed() {
  await until('the set-up link', () => /#token=(\S+)/.test(printed))
  const { headers } = await call('POST', '/api/v1/setup', { token: /#token=(\S+)/.exec(printed)[1], workspaceName: 'Bench', name: 'Lin', email: 'owner@example.com', password, locale: 'en' })
  const cookie = headers['set-cookie'].map(one => one.split(';')[0]).join('; ')
  const channelId = (await call('POST', '/api/v1/channels', { kind: 'web', name: 'Shop' }, { cookie })).body.id
  const visitors = []
  let next = 0
  const started = Date.now()
  await Promise.all(Array.from({ length: 64 }, async () => {
    while (next < conversations) {
      const n = next++
      const { visitorToken } = (await widget('/widget/v1/sessions', { channelId, locale: 'en' })).body
      const { conversationId } = (await widget('/widget/v1/messages', { clientId: `seed-${n}`, text: `Question ${n}: where is my parcel? 请问包裹到哪里了？` }, visitorToken)).body
      if (n >= conversations - 60) visitors.push({ visitorToken, conversationId })
    }
  }))
  say(`seeded ${conversations} in ${((Date.now() - started) / 1000).toFixed(0)} s`)
  return { channelId, visitors }
}

const percentile = (sorted, part) => sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] : null
/** `delay`: until the page began with it; `work`: until its handlers were done. The rest is layout and painting. */
const parts = events => ({ delay: percentile(events.map(one => one.delay).sort((a, b) => a - b), 0.95), work: percentile(events.map(one => one.work).sort((a, b) => a - b), 0.95) })
const shape = durations => { const sorted = [...durations].sort((a, b) => a - b); return { n: sorted.length, p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), worst: sorted.at(-1) ?? null } }

async function measure({ channelId, visitors }) {
  const { chromium } = await import(playwright)
  const browser = await chromium.launch({ executablePath: option('chromium', '/usr/bin/chromium'), args: ['--no-sandbox', '--disable-gpu'] })
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en' })).newPage()
  const faults = []
  page.on('pageerror', error => faults.push(String(error)))
  await page.addInitScript(() => {
    window.measured = { events: [], shifts: [] }
    // An interaction is its longest event (as INP reckons); what is shorter than 16 ms the browser does not report.
    new PerformanceObserver(list => { for (const one of list.getEntries()) if (one.interactionId) window.measured.events.push({ id: one.interactionId, duration: one.duration, delay: Math.round(one.processingStart - one.startTime), work: Math.round(one.processingEnd - one.processingStart) }) }).observe({ type: 'event', durationThreshold: 16, buffered: true })
    new PerformanceObserver(list => { for (const one of list.getEntries()) if (!one.hadRecentInput) window.measured.shifts.push([one.value, one.sources.map(source => source.node?.nodeName + '.' + String(source.node?.className ?? '').slice(0, 40)).join(' ')]) }).observe({ type: 'layout-shift', buffered: true })
  })
  const take = async () => {
    await page.waitForTimeout(400)
    const { events, shifts } = await page.evaluate(() => { const now = window.measured; window.measured = { events: [], shifts: [] }; return now })
    const longest = new Map()
    for (const one of events) if (!(longest.get(one.id)?.duration >= one.duration)) longest.set(one.id, one)
    return { events: [...longest.values()], shifts }
  }
  await page.goto(base + '/console/')
  await page.fill('input[type=email]', 'owner@example.com')
  await page.fill('input[type=password]', password)
  await page.keyboard.press('Enter')
  await page.waitForURL(url => !url.pathname.includes('sign-in') && url.pathname.includes('/inbox'))
  await page.goto(base + '/console/inbox/all')
  await page.waitForSelector('[role=option]')
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: slow })
  const figures = {}
  const during = async (name, work) => {
    if (!name.includes(only)) return
    await take()
    if (profiles) { await cdp.send('Profiler.enable'); await cdp.send('Profiler.start') }
    await work()
    if (profiles) writeFileSync(path.join(profiles, name.replace(/\W+/g, '-') + '.cpuprofile'), JSON.stringify((await cdp.send('Profiler.stop')).profile))
    const { events, shifts } = await take()
    figures[name] = { ...shape(events.map(one => one.duration)), ...parts(events), shift: shifts.reduce((sum, [value]) => sum + value, 0) }
    if (shifts.length) figures[name].shifted = [...new Set(shifts.map(([, what]) => what))].slice(0, 3)
  }

  await page.keyboard.press('j')
  await page.waitForSelector('.rich-field')
  await during('next conversation (J)', async () => { for (let i = 0; i < 30; i++) { await page.keyboard.press('j'); await page.waitForTimeout(250) } })
  await during('a row clicked', async () => { for (let i = 0; i < 12; i++) { await page.locator('[role=option]').nth(2 + (i % 6)).click(); await page.waitForTimeout(300) } })
  await during('typing a reply', async () => { await page.locator('.rich-field').click(); await page.keyboard.type('Your parcel has left our warehouse and arrives tomorrow. ', { delay: 60 }) })
  await page.locator('.rich-field').fill('')
  await page.keyboard.press('Escape')
  await during('command bar', async () => { for (let i = 0; i < 5; i++) { await page.keyboard.press('Control+k'); await page.waitForTimeout(400); await page.keyboard.type('set', { delay: 80 }); await page.keyboard.press('Escape'); await page.waitForTimeout(200) } })
  await during('another view', async () => { for (const view of ['unassigned', 'all', 'mine', 'all', 'resolved', 'all', 'team', 'all', 'snoozed', 'unassigned', 'mentions', 'all', 'mine', 'all']) { await page.locator(`a[href$="/inbox/${view}"]`).first().click(); await page.waitForTimeout(900) } })

  // One that does not fill its pane yet: what comes must not move what is there.
  const others = visitors
  const { visitorToken } = (await widget('/widget/v1/sessions', { channelId, locale: 'en' })).body
  const { conversationId } = (await widget('/widget/v1/messages', { clientId: `watched-${process.pid}`, text: 'Hello, one question' }, visitorToken)).body
  const watched = { visitorToken, conversationId }
  await page.goto(`${base}/console/inbox/all/${watched.conversationId}`)
  await page.waitForSelector('.rich-field')
  await page.waitForTimeout(3000)
  let stream = 0
  await during('40 messages in the open conversation, 200 elsewhere, in 20 s', async () => {
    for (let tick = 0; tick < 40; tick++) {
      const at = Date.now()
      const from = [watched, ...Array.from({ length: 5 }, (_, i) => others[(tick * 5 + i) % others.length])]
      await Promise.all(from.map(one => widget('/widget/v1/messages', { clientId: `stream-${process.pid}-${stream++}`, text: tick % 3 ? 'and?' : 'One more line about it, a little longer than the others so that it breaks. 还有一个问题。' }, one.visitorToken)))
      await page.waitForTimeout(Math.max(0, 500 - (Date.now() - at)))
    }
  })
  await during('typing while messages stream in', async () => {
    await page.locator('.rich-field').click()
    for (let i = 0; i < 20; i++) {
      await Promise.all([page.keyboard.type('ok ', { delay: 30 }), ...others.slice(0, 4).concat(watched).map(one => widget('/widget/v1/messages', { clientId: `typed-${process.pid}-${stream++}`, text: 'still here' }, one.visitorToken))])
      await page.waitForTimeout(200)
    }
  })
  const rows = await page.locator('[role=option]').count()
  await browser.close()
  return { conversations, slow, rows, faults, figures }
}

try {
  await until('the server', async () => call('GET', '/health/live').then(() => true, () => false))
  if (!existsSync(known)) writeFileSync(known, JSON.stringify(await seed()))
  console.log(JSON.stringify(await measure(JSON.parse(readFileSync(known, 'utf8'))), null, 2))
} finally {
  process_.kill()
  agent.destroy()
  if (!option('keep')) setTimeout(() => rmSync(folder, { recursive: true, force: true }), 1500)
}
