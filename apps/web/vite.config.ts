import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { withPlainTable } from './plain-table.ts';

/** `npm run dev` serves the page apart, with changes as they are saved, and asks a server on its usual port for the rest. */
const served = ['/api', '/graphql', '/trpc', '/mcp', '/ready', '/health', '/docs', '/api-docs', '/registry'];

export default defineConfig({
  plugins: [withPlainTable(), react()],
  build: { target: 'es2023', sourcemap: true, manifest: true },
  server: { proxy: Object.fromEntries(served.map((path) => [path, 'http://127.0.0.1:8080'])) },
});
