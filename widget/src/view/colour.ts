// WCAG contrast. The brand colour is the customer's choice; that it can be read is ours.

type Rgb = [number, number, number]

export const defaultBrand = '#1f5fd1'
const enough = 4.5

export function validColour(colour: string | undefined): string {
  return colour && /^#[0-9a-f]{6}$/i.test(colour) ? colour : defaultBrand
}

export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}

/** Text on the brand colour. White where it can be read; one of white and black always can. */
export function textOn(background: string): string {
  return ['#ffffff', '#16202c'].find(ink => contrast(ink, background) >= enough) ?? '#000000'
}

/** The brand colour as text: as close to it as the background allows. */
export function readableOn(colour: string, background: string): string {
  const pole: Rgb = luminance(background) > 0.18 ? [0, 0, 0] : [255, 255, 255]
  for (let part = 0; part < 1; part += 0.05) {
    const mixed = mix(colour, pole, part)
    if (contrast(mixed, background) >= enough) return mixed
  }
  return mix(colour, pole, 1)
}

function mix(colour: string, pole: Rgb, part: number): string {
  return '#' + rgb(colour).map((value, i) => Math.round(value + ((pole[i] ?? 0) - value) * part).toString(16).padStart(2, '0')).join('')
}

function rgb(colour: string): Rgb {
  const value = parseInt(colour.slice(1), 16)
  return [value >> 16, value >> 8 & 255, value & 255]
}

function luminance(colour: string): number {
  const [r, g, b] = rgb(colour).map(value => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as Rgb
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
