const browsers: readonly [RegExp, string][] = [
  [/MicroMessenger/, 'WeChat'], [/Edg(?:e|A|iOS)?\//, 'Edge'], [/OPR\//, 'Opera'], [/SamsungBrowser/, 'Samsung Internet'], [/Firefox|FxiOS/, 'Firefox'], [/Chrome|CriOS/, 'Chrome'], [/Safari/, 'Safari'],
]
const systems: readonly [RegExp, string][] = [
  [/HarmonyOS/, 'HarmonyOS'], [/iPhone|iPad/, 'iOS'], [/Android/, 'Android'], [/Windows/, 'Windows'], [/Mac OS X|Macintosh/, 'macOS'], [/CrOS/, 'ChromeOS'], [/Linux/, 'Linux'],
]

/** What a browser calls itself, as people say it. Only for recognising one's own devices: nothing relies on it. */
export function describeBrowser(userAgent: string | null) {
  const of = (names: readonly [RegExp, string][]) => names.find(([pattern]) => userAgent && pattern.test(userAgent))?.[1] ?? ''
  return { browser: of(browsers), system: of(systems), mobile: /Mobile|iPhone|Android|HarmonyOS/.test(userAgent ?? '') }
}
