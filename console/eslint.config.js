import { dirname, relative, resolve } from 'node:path'
import a11y from 'eslint-plugin-vuejs-accessibility'
import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'

const src = resolve(import.meta.dirname, 'src')

/** One feature knows another only through its index.ts; the kit, the libraries and the protocol know no feature. */
const layers = {
  meta: { type: 'problem', schema: [], messages: {
    deep: "Import another feature through its index: '@/features/{{name}}'.",
    up: '{{from}} must not know {{to}}.',
  } },
  create(context) {
    const here = relative(src, context.filename).split(/[\\/]/)
    const below = { ui: ['features', 'app', 'realtime', 'api'], lib: ['features', 'app', 'ui', 'realtime', 'api'], realtime: ['features', 'app', 'ui'], api: ['features', 'app', 'ui', 'realtime'], features: ['app', 'kit'] }
    function check(node) {
      const path = node.source?.value
      if (typeof path !== 'string' || !/^(@\/|\.)/.test(path)) return
      const to = relative(src, path.startsWith('@/') ? resolve(src, path.slice(2)) : resolve(dirname(context.filename), path)).split(/[\\/]/)
      if (below[here[0]]?.includes(to[0])) context.report({ node, messageId: 'up', data: { from: here[0], to: to[0] } })
      if (here[0] === 'features' && to[0] === 'features' && here[1] !== to[1] && to.length > 2) context.report({ node, messageId: 'deep', data: { name: to[1] } })
    }
    return { ImportDeclaration: check, ImportExpression: check, ExportNamedDeclaration: check, ExportAllDeclaration: check }
  },
}

/** What people read comes from src/locales, in both languages. */
const noChinese = {
  meta: { type: 'problem', schema: [], messages: { text: 'Put "{{text}}" into src/locales.' } },
  create: context => ({
    Program(node) {
      const { text } = context.sourceCode
      for (const match of text.matchAll(/[\u3400-\u9fff\uff01-\uff5e]+/g))
        context.report({ node, loc: context.sourceCode.getLocFromIndex(match.index), messageId: 'text', data: { text: match[0] } })
    },
  }),
}

export default ts.config(
  { ignores: ['node_modules/', 'dist/'] },
  ts.configs.recommended,
  vue.configs['flat/recommended'],
  a11y.configs['flat/recommended'],
  {
    files: ['**/*.{ts,vue}'],
    plugins: { queqiao: { rules: { layers, 'no-chinese': noChinese } } },
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.vue'] } },
    rules: {
      'no-undef': 'off',
      'no-console': 'error',
      'no-warning-comments': 'error',
      'eqeqeq': 'error',
      'queqiao/layers': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'vue/multi-word-component-names': 'off',
      'vue/no-v-html': 'error',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': ['error', { html: { void: 'always', normal: 'always', component: 'always' } }],
      'vue/no-static-inline-styles': 'error',
      'vue/require-default-prop': 'off',
      'vue/one-component-per-file': 'error',
      // A label beside its field is tied by id; wrapping is not needed too.
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
      'vuejs-accessibility/form-control-has-label': 'off',
    },
  },
  { files: ['src/**/*.vue'], rules: { 'max-lines': ['error', 200] } },
  { files: ['src/**/*.ts'], rules: { 'max-lines': ['error', 250] } },
  { files: ['src/**/*.{ts,vue}'], ignores: ['src/locales/**', 'src/**/*.test.ts'], rules: { 'queqiao/no-chinese': 'error' } },
)
