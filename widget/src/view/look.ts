// Brand colour, side and theme, put on the elements as custom properties: the CSSOM is allowed under any policy.

import type { Shell } from '../contract'
import type { Config } from '../protocol/types'
import type { Store } from '../storage'
import { readableOn, textOn, validColour } from './colour'

const surfaces = { light: '#f2f4f7', dark: '#1f2834' }

export class Look {
  private colour: string | undefined
  private left = false
  private readonly dark = matchMedia('(prefers-color-scheme: dark)')

  constructor(private readonly shell: Shell, private readonly panel: HTMLElement, private readonly store: Store) {
    try {
      const { brand, left } = JSON.parse(store.get('look') ?? '{}') as { brand?: string, left?: boolean }
      this.colour = brand
      this.left = !!left
    } catch {
      // Whatever was stored is not ours; the next session brings it again.
    }
    this.dark.addEventListener('change', () => this.draw())
    this.draw()
  }

  /** The loader paints the launcher with it at the next page, before anything is fetched. */
  take({ color, position }: Config): void {
    this.colour = color
    this.left = position === 'left'
    const brand = validColour(color)
    const look = JSON.stringify({ brand, onBrand: textOn(brand), left: this.left })
    // For somebody who comes back, and so only for who has done something.
    if (this.store.get('token') && look !== this.store.get('look')) this.store.set('look', look)
    this.draw()
  }

  draw(): void {
    const { theme, launcher } = this.shell
    const dark = theme === 'dark' || theme !== 'light' && this.dark.matches
    const brand = validColour(this.colour)
    for (const { style, classList } of [launcher, this.panel]) {
      style.setProperty('--brand', brand)
      style.setProperty('--on-brand', textOn(brand))
      classList.toggle('left', this.left)
    }
    this.panel.style.setProperty('--brand-ink', readableOn(brand, dark ? surfaces.dark : surfaces.light))
    this.panel.classList.toggle('dark', dark)
  }
}
