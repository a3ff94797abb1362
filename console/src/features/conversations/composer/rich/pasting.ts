import type { Span } from '@/lib/formatted'
import { safeHref } from './document'
import { merged } from './lines'
import type { Line } from './lines'

type Look = 'bold' | 'italic' | 'code'
interface Style { marks: ReadonlySet<Look>; href?: string; kept: boolean; kind: Line['kind']; number?: number | undefined }

const unread = new Set(['SCRIPT', 'STYLE', 'HEAD', 'META', 'LINK', 'TITLE', 'TEMPLATE', 'NOSCRIPT', 'IFRAME', 'OBJECT', 'EMBED', 'SVG', 'MATH', 'CANVAS', 'VIDEO', 'AUDIO', 'SELECT', 'TEXTAREA', 'INPUT', 'BUTTON', 'XML'])
const blocks = new Set(['P', 'DIV', 'LI', 'UL', 'OL', 'DL', 'DT', 'DD', 'H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'BLOCKQUOTE', 'PRE', 'TR', 'TABLE', 'SECTION', 'ARTICLE', 'HEADER', 'FOOTER', 'MAIN', 'ASIDE', 'NAV', 'FIGURE', 'FIGCAPTION', 'ADDRESS', 'HR', 'FORM', 'DETAILS', 'SUMMARY', 'CAPTION'])
/** Paragraphs that a page sets apart, and we do too. */
const apart = new Set(['P', 'H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'BLOCKQUOTE', 'TABLE', 'UL', 'OL', 'PRE'])
export const mostLetters = 50_000
/** A message has fewer letters than that. */
export const mostLines = 10_000
/** Of a page that was copied: more than that is a whole workbook, and no message. */
const mostRead = 2_000_000
const deepest = 200

/**
 * The page's own looks and handlers are read as data before a parser sees them: it would take them for ours, and the content security
 * policy would speak up. What was copied here keeps its spaces.
 */
export function tame(html: string): string {
  const page = html.slice(0, mostRead)
  let [out, at] = ['', 0]
  for (;;) {
    const open = page.indexOf('<', at)
    if (open < 0) return out + page.slice(at)
    out += page.slice(at, open)
    if (!/[a-z]/i.test(page[open + 1] ?? '')) {
      out += '<'
      at = open + 1
      continue
    }
    // A tag that never ends is none to a browser either: what follows is read once, and not once for every tag.
    const end = endOfTag(page, open)
    if (end < 0) return out
    const tag = page.slice(open, end)
    at = end
    if (/^<style[\s/>]/i.test(tag)) {
      const close = endOfStyle(page, end)
      if (close < 0) return out
      at = close
    } else {
      out += tag.replace(/\sdata-pm-slice="[^"]*"/g, ' data-kept=""').replace(/([\s"'/])(style|on[a-z]+)(\s*=)/gi, '$1data-$2$3')
    }
  }
}

/** Behind its `>`, which may stand in the value of an attribute too; -1: it never ends. */
function endOfTag(page: string, from: number): number {
  let [quote, valued] = ['', false]
  for (let at = from; at < page.length; at++) {
    const sign = page[at]!
    if (quote) {
      if (sign === quote) quote = ''
      continue
    }
    if (sign === '>') return at + 1
    if (valued && (sign === '"' || sign === "'")) quote = sign
    if (sign === '=') valued = true
    else if (sign.trim()) valued = false
  }
  return -1
}

function endOfStyle(page: string, from: number): number {
  const closes = /<\/style[\s/>]/gi
  closes.lastIndex = from
  const found = closes.exec(page)
  return found ? page.indexOf('>', found.index) + 1 || -1 : -1
}

/** Whether what was copied had looks that messages do not have. */
export const hadLooks = (html: string) => /<(table|img|h[1-6]|u|s|strike|del|hr)[\s>/]|style="[^"]*(color|font-size|text-decoration|background)/i.test(html.slice(0, mostRead))

/**
 * What somebody copied from a page, from Word or WPS, as lines with the few marks that messages have. Looks, scripts and pictures stay
 * behind, rows of a table become lines. The page's nodes are only read: none of them gets into the document.
 */
export function linesFromPage(root: ParentNode, kept = false): Line[] {
  const reader = new PageReader()
  reader.children(root as unknown as Node, { marks: new Set(), kept, kind: 'paragraph' })
  return reader.end()
}

class PageReader {
  private readonly lines: Line[] = []
  private spans: Span[] = []
  private now: Pick<Line, 'kind' | 'number' | 'opens'> = { kind: 'paragraph' }
  private gap = false
  private left = mostLetters
  private readonly items = new Map<Element, number>()
  private depth = 0

  children(node: Node, style: Style) {
    if (this.depth >= deepest) return this.words(node.textContent ?? '', style)
    this.depth++
    node.childNodes.forEach(child => this.node(child, style))
    this.depth--
  }

  end(): Line[] {
    this.close()
    return this.lines.length ? this.lines : [{ kind: 'paragraph', spans: [] }]
  }

  private node(node: Node, style: Style): void {
    if (node.nodeType === 3) return this.words(node.nodeValue ?? '', style)
    if (node.nodeType !== 1 || this.left <= 0) return
    const element = node as HTMLElement
    const name = element.tagName.toUpperCase()
    const css = styleOf(element)
    if (unread.has(name) || element.hasAttribute('hidden') || /display:\s*none|visibility:\s*hidden|mso-list:\s*ignore/.test(css)) return
    if (name === 'BR') return this.lineBreak(style)
    if (name === 'IMG') return this.words(element.getAttribute('alt')?.trim() ?? '', style)
    if (name === 'TD' || name === 'TH') {
      if (element.previousElementSibling) this.words(' | ', { ...style, marks: new Set() })
      return this.children(element, looksOf(name, css, style))
    }
    const inner = looksOf(name, css, style)
    if (!blocks.has(name)) return this.children(element, name === 'A' ? linked(element, inner) : inner)
    const inCell = element.closest('td,th') !== null
    if (inCell && name !== 'TABLE' && name !== 'TR') {
      if (this.spans.length && !this.endsInSpace()) this.words(' ', style)
      return this.children(element, { ...inner, kind: style.kind })
    }
    this.block(element, name, css, inner)
  }

  private block(element: HTMLElement, name: string, css: string, style: Style) {
    this.close()
    if (apart.has(name) && this.lines.length && style.kind === 'paragraph' && !element.closest('li')) this.gap ||= !/mso-list/.test(css)
    if (name === 'LI' || /mso-list:\s*l/.test(css)) this.now = this.item(element)
    else this.now = { kind: name === 'BLOCKQUOTE' ? 'quote' : name === 'PRE' ? 'code' : style.kind, ...(name === 'PRE' ? { opens: true } : {}) }
    const kind = this.now.kind
    this.children(element, { ...style, kind: kind === 'bullets' || kind === 'numbers' ? style.kind === 'paragraph' ? kind : style.kind : kind, kept: style.kept || kind === 'code' })
    this.close()
    this.now = { kind: style.kind }
    if (apart.has(name) && style.kind === 'paragraph' && !element.closest('li') && !/mso-list/.test(css)) this.gap = true
  }

  private item(element: HTMLElement): Pick<Line, 'kind' | 'number'> {
    if (element.tagName.toUpperCase() !== 'LI') return wordItem(element)
    const list = element.closest('ul,ol')
    if (!list) return { kind: 'paragraph' }
    if (list.tagName.toUpperCase() === 'UL') return { kind: 'bullets' }
    const before = this.items.get(list) ?? 0
    this.items.set(list, before + 1)
    return { kind: 'numbers', number: Math.min(999, Math.max(0, (Number(list.getAttribute('start') ?? 1) || 1) + before)) }
  }

  private words(text: string, style: Style) {
    const words = (style.kept ? text : text.replace(/[ \t\r\n\f]+/g, ' ')).slice(0, this.left)
    if (style.kept && /[\r\n]/.test(words)) {
      const [first, ...rest] = words.replace(/\n$/, '').split(/\r\n|\r|\n/)
      this.put(first!, style)
      for (const line of rest) {
        this.lineBreak(style)
        this.put(line, style)
      }
      return
    }
    this.put(style.kept || (this.spans.length && !this.endsInSpace()) ? words : words.replace(/^ /, ''), style)
  }
  private put(text: string, { marks, href }: Style) {
    if (!text) return
    this.left -= text.length
    this.spans.push({ text: text.replaceAll('\u00a0', ' ').replace(/[\u200b\ufeff]/g, ''), marks: this.now.kind === 'code' ? [] : [...marks], ...(href && this.now.kind !== 'code' ? { href } : {}) })
  }
  private endsInSpace() {
    return /\s$/.test(this.spans.at(-1)?.text ?? '')
  }
  private lineBreak(style: Style) {
    this.flush(true)
    this.now = { kind: style.kind, ...(style.number ? { number: style.number } : {}) }
  }
  private close() {
    this.flush(false)
  }
  private flush(evenEmpty: boolean) {
    const spans = merged(this.spans)
    this.spans = []
    if (this.lines.length >= mostLines) return void (this.left = 0)
    const last = spans.at(-1)
    if (last && this.now.kind !== 'code') last.text = last.text.trimEnd()
    if (!spans.some(span => span.text) && !evenEmpty) return
    if (this.gap && this.now.kind === 'paragraph' && this.lines.at(-1)?.spans.length && this.lines.at(-1)?.kind === 'paragraph') this.lines.push({ kind: 'paragraph', spans: [] })
    this.gap = false
    this.lines.push({ ...this.now, spans: spans.filter(span => span.text) })
    if (this.now.opens) this.now = { kind: this.now.kind }
  }
}

const styleOf = (element: Element) => (element.getAttribute('data-style') ?? element.getAttribute('style') ?? '').toLowerCase()

/** Word and WPS write their lists as paragraphs, with the sign in a piece that is to be ignored. */
function wordItem(element: HTMLElement): Pick<Line, 'kind' | 'number'> {
  const sign = [...element.querySelectorAll('[data-style],[style]')].find(one => /mso-list:\s*ignore/.test(styleOf(one)))?.textContent ?? ''
  const number = /^[\s\u00a0]*([0-9]{1,3})[.\u3001)\uff09]/.exec(sign)
  return number ? { kind: 'numbers', number: Number(number[1]) } : { kind: 'bullets' }
}

function looksOf(name: string, css: string, style: Style): Style {
  const marks = new Set(style.marks)
  if (['B', 'STRONG', 'TH', 'H1', 'H2', 'H3', 'H4', 'H5', 'H6'].includes(name)) marks.add('bold')
  if (name === 'I' || name === 'EM') marks.add('italic')
  if (['CODE', 'KBD', 'SAMP', 'TT'].includes(name)) marks.add('code')
  const weight = /font-weight:\s*(bold|bolder|normal|lighter|[0-9]+)/.exec(css)?.[1]
  if (weight) marks[weight.startsWith('bold') || Number(weight) >= 600 ? 'add' : 'delete']('bold')
  const slant = /font-style:\s*(italic|oblique|normal)/.exec(css)?.[1]
  if (slant) marks[slant === 'normal' ? 'delete' : 'add']('italic')
  return { ...style, marks, kept: style.kept || /white-space:\s*(pre|break-spaces)/.test(css) }
}

function linked(element: HTMLElement, style: Style): Style {
  const href = safeHref(element.getAttribute('href') ?? '')
  return href ? { ...style, href } : style
}
