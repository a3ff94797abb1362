import type { Component } from 'vue'
import type { Mark } from '@/lib/formatted'
import type { MarkSign } from '@/lib/marks'

/** What can be put into a text, with its key: Mod and this, with shift where it says so. */
export interface Format extends MarkSign { name: string; mark: Mark; key?: string; shift?: boolean; icon?: Component }

export const formats: readonly Format[] = [
  { name: 'bold', mark: 'bold', before: '**', key: 'b' },
  { name: 'italic', mark: 'italic', before: '*', key: 'i' },
  { name: 'link', mark: 'link', before: '[', after: '](https://)', key: 'u', shift: true },
  { name: 'bullets', mark: 'list', before: '- ', line: true, key: '8', shift: true },
  { name: 'numbers', mark: 'list', before: '1. ', line: true, key: '7', shift: true },
  { name: 'quote', mark: 'quote', before: '> ', line: true, key: '9', shift: true },
  { name: 'code', mark: 'code', before: '`', key: 'e' },
]
