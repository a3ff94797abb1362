import { defaultValueCtx, Editor, editorViewCtx, editorViewOptionsCtx, remarkStringifyOptionsCtx, rootCtx } from '@milkdown/kit/core'
import { history } from '@milkdown/kit/plugin/history'
import { listener, listenerCtx } from '@milkdown/kit/plugin/listener'
import { commonmark, imageSchema, insertHrCommand, remarkPreserveEmptyLinePlugin, toggleEmphasisCommand, toggleInlineCodeCommand, toggleLinkCommand, toggleStrongCommand, wrapInBlockquoteCommand, wrapInBulletListCommand, wrapInHeadingCommand, wrapInOrderedListCommand } from '@milkdown/kit/preset/commonmark'
import { addColAfterCommand, addRowAfterCommand, deleteSelectedCellsCommand, gfm, insertTableCommand, selectColCommand, selectRowCommand } from '@milkdown/kit/preset/gfm'
import { selectedRect } from '@milkdown/kit/prose/tables'
import { $view, callCommand, getMarkdown, insert, replaceAll } from '@milkdown/kit/utils'

export type Mark = 'heading' | 'bold' | 'italic' | 'list' | 'numbers' | 'quote' | 'code' | 'link' | 'table' | 'rule' | 'addRow' | 'addColumn' | 'removeRow' | 'removeColumn'

export interface RichEditor {
  run: (mark: Mark, href?: string) => void
  /** Markdown where the cursor is. */
  insert: (markdown: string) => void
  /** Another text altogether. */
  set: (markdown: string) => void
  markdown: () => string
  destroy: () => Promise<unknown>
}

/** Where the console finds a file of an article; anything else is no picture here either. */
export const addressOf = (src: string) => (/^file:[0-9a-f-]{36}$/i.test(src) ? `/api/v1/knowledge/files/${src.slice(5)}` : '')

/** A picture without a title is one with an empty title: the library's own schema refuses it, and with it the whole text. */
const titled = imageSchema.extendSchema(before => ctx => ({
  ...before(ctx),
  parseMarkdown: {
    match: ({ type }) => type === 'image',
    runner: (state, node, type) => { state.addNode(type, { src: String(node['url'] ?? ''), alt: String(node['alt'] ?? ''), title: String(node['title'] ?? '') }) },
  },
}))

/** Pictures are files of the base: nothing is fetched from elsewhere. */
const pictures = $view(titled.node, () => node => {
  const address = addressOf(String(node.attrs['src']))
  if (!address) {
    const dom = document.createElement('span')
    dom.textContent = `[${String(node.attrs['alt'] || node.attrs['src'])}]`
    return { dom }
  }
  const dom = document.createElement('img')
  dom.src = address
  dom.alt = String(node.attrs['alt'] ?? '')
  return { dom }
})

/** An editor over Markdown: what is stored is Markdown, and what nobody touched is written as it was read. */
export async function openEditor(root: HTMLElement, text: string, label: string, on: { changed: (markdown: string) => void; inTable?: (now: boolean) => void }): Promise<RichEditor> {
  const editor = await Editor.make()
    .config(ctx => {
      ctx.set(rootCtx, root)
      ctx.set(defaultValueCtx, text)
      ctx.update(remarkStringifyOptionsCtx, known => ({ ...known, bullet: '-', rule: '-', listItemIndent: 'one' }) as typeof known)
      ctx.update(editorViewOptionsCtx, known => ({ ...known, attributes: { role: 'textbox', 'aria-multiline': 'true', 'aria-label': label, class: 'rich-text' } }))
      const heard = ctx.get(listenerCtx)
      heard.markdownUpdated((_, now, before) => { if (now !== before) on.changed(tidy(now)) })
      heard.selectionUpdated((_, { $from }) => on.inTable?.(Array.from({ length: $from.depth + 1 }, (_, at) => $from.node(at).type.name).includes('table')))
    })
    // Empty paragraphs would become <br />, and HTML is text here.
    .use(commonmark.filter(plugin => !(remarkPreserveEmptyLinePlugin as readonly unknown[]).includes(plugin)))
    .use(gfm)
    .use(titled)
    .use(history)
    .use(listener)
    .use(pictures)
    .create()
  const act = editor.action.bind(editor)
  const focus = () => act(ctx => ctx.get(editorViewCtx).focus())
  const run: Record<Mark, (href?: string) => unknown> = {
    heading: () => act(callCommand(wrapInHeadingCommand.key, 2)),
    bold: () => act(callCommand(toggleStrongCommand.key)),
    italic: () => act(callCommand(toggleEmphasisCommand.key)),
    list: () => act(callCommand(wrapInBulletListCommand.key)),
    numbers: () => act(callCommand(wrapInOrderedListCommand.key)),
    quote: () => act(callCommand(wrapInBlockquoteCommand.key)),
    code: () => act(callCommand(toggleInlineCodeCommand.key)),
    link: href => act(callCommand(toggleLinkCommand.key, { href: href ?? 'https://' })),
    table: () => act(callCommand(insertTableCommand.key, { row: 3, col: 3 })),
    rule: () => act(callCommand(insertHrCommand.key)),
    addRow: () => act(callCommand(addRowAfterCommand.key)),
    addColumn: () => act(callCommand(addColAfterCommand.key)),
    removeRow: () => { act(ctx => callCommand(selectRowCommand.key, { index: selectedRect(ctx.get(editorViewCtx).state).top })(ctx)); act(callCommand(deleteSelectedCellsCommand.key)) },
    removeColumn: () => { act(ctx => callCommand(selectColCommand.key, { index: selectedRect(ctx.get(editorViewCtx).state).left })(ctx)); act(callCommand(deleteSelectedCellsCommand.key)) },
  }
  return {
    run: (mark, href) => { focus(); run[mark](href) },
    insert: markdown => { act(insert(markdown)); focus() },
    set: markdown => { act(replaceAll(markdown, true)) },
    markdown: () => tidy(act(getMarkdown())),
    destroy: () => editor.destroy(),
  }
}

/** Whether nothing was lost: the same letters in the same order. What the editor does not know is not for it. */
export const keeps = (text: string, markdown: string) => letters(text) === letters(markdown)
const letters = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, '')

/** Without the spaces that an empty paragraph leaves. */
const tidy = (markdown: string) => markdown.replace(/\n{3,}/g, '\n\n').trim()
