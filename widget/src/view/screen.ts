// On a phone the panel is the whole screen, and the keyboard takes half of it: only visualViewport knows which half.

const fullScreen = matchMedia('(max-width: 480px), (max-height: 420px)')

export class Screen {
  private open = false
  private pageOverflow: string | null = null

  constructor(private readonly panel: HTMLElement, private readonly resized: () => void) {
    fullScreen.addEventListener('change', () => this.fit())
    window.visualViewport?.addEventListener('resize', () => this.fit())
    window.visualViewport?.addEventListener('scroll', () => this.fit())
  }

  get full(): boolean { return fullScreen.matches }

  opened(open: boolean): void {
    this.open = open
    this.fit()
  }

  private fit(): void {
    const { style } = this.panel
    const covers = this.open && this.full
    const view = window.visualViewport
    this.panel.ariaModal = covers ? 'true' : null
    this.lockPage(covers)
    if (covers && view) {
      style.setProperty('--top', `${view.offsetTop}px`)
      style.setProperty('--height', `${view.height}px`)
    }
    if (this.open) this.resized()
  }

  /** Or the page behind scrolls under the visitor's finger. */
  private lockPage(lock: boolean): void {
    const { style } = document.documentElement
    if (lock && this.pageOverflow === null) {
      this.pageOverflow = style.overflow
      style.overflow = 'hidden'
    } else if (!lock && this.pageOverflow !== null) {
      style.overflow = this.pageOverflow
      this.pageOverflow = null
    }
  }
}
