import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const backend = process.env.QUEQIAO_BACKEND ?? 'http://127.0.0.1:5080'
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  base: '/console/',
  plugins: [
    vue(),
    tailwindcss(),
  ],
  // Texts need a hundred lines, not a library of 22 KB: docs/decisions/0104.
  resolve: { alias: { '@': at('./src'), 'vue-i18n': at('./src/lib/i18n.ts') } },
  define: { __VUE_OPTIONS_API__: 'false' },
  build: {
    outDir: process.env.QUEQIAO_CONSOLE_OUT ?? '../src/Queqiao.Server/wwwroot/console',
    emptyOutDir: true,
    target: 'es2022',
    manifest: 'manifest.json',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    strictPort: true,
    fs: { allow: ['..'] }, // the reader of formatted texts is the widget's
    proxy: { '/api': backend, '/gateway': { target: backend, ws: true } },
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'], restoreMocks: true },
})
