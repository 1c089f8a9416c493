/** The table of who may import whom (ARCHITECTURE.md): a rule a line. test/architecture proves that each fires. */
const ELECTRON = ['^node_modules/electron/', '^electron$'] // Subtle: '^electron/' is our own folder
const only = (name, importers, library) => ({
  name,
  severity: 'error',
  from: { pathNot: importers },
  to: { path: `^node_modules/(@types/)?${library}/` },
})
const rule = (name, from, to) => ({ name, severity: 'error', from, to })

module.exports = {
  forbidden: [
    rule(
      'engine-is-headless',
      { path: '^electron/engine/' },
      { path: ['^electron/(main|preload|start|hosts|server|cli)/', '^renderer/'] },
    ),
    rule('electron-only-in-main-and-preload', { pathNot: '^electron/(main|preload)/' }, { path: ELECTRON }),
    rule(
      'db-has-one-door',
      { pathNot: '^(electron/engine/db|test)/' },
      { path: '^electron/engine/db/', pathNot: '^electron/engine/db/index[.]ts$' },
    ),
    rule(
      'db-stands-alone',
      { path: '^electron/engine/db/' },
      { path: '^electron/engine/', pathNot: ['^electron/engine/db/', '^electron/engine/platform[.]ts$'] },
    ),
    rule(
      'engine-has-one-door',
      { path: '^electron/(start|hosts|server|cli|main)/' },
      { path: '^electron/engine/', pathNot: ['^electron/engine/(index|platform)[.]ts$'] },
    ),
    rule(
      'router-calls-services-only',
      { path: '^electron/engine/router/' },
      { path: '^electron/engine/(db|journal|sidecar)/' },
    ),
    rule(
      'query-does-not-scan-or-edit',
      { path: '^electron/engine/query/' },
      { path: '^electron/engine/(router|scan|edits)/' },
    ),
    rule(
      'features-are-islands',
      { path: '^renderer/features/([^/]+)/' },
      { path: '^renderer/features/', pathNot: '^renderer/features/$1/' },
    ),
    rule(
      'renderer-sees-no-electron',
      { path: '^renderer/' },
      { path: ['^electron/', ...ELECTRON], dependencyTypesNot: [] },
    ),
    rule('renderer-sees-no-node', { path: '^renderer/' }, { dependencyTypes: ['core'] }),
    rule(
      'shared-is-pure',
      { path: '^shared/' },
      { pathNot: ['^shared/', '^node_modules/(zod|@orpc/contract|@lezer)/'] },
    ),
    rule('domain-is-alone', { path: '^shared/domain/' }, { pathNot: ['^shared/(domain|lib)/', '^node_modules/zod/'] }),
    rule(
      'orpc-is-fenced',
      {
        pathNot:
          '^(shared/contract|electron/engine/router|electron/hosts|electron/server|electron/main|electron/cli|renderer/host|test)/',
      },
      { path: '^node_modules/@orpc/' },
    ),
    only('sharp-in-codec-only', '^electron/engine/thumbs/codec[.]ts$|^test/', 'sharp'),
    only('chokidar-in-watcher-only', '^electron/engine/scan/watcher[.]ts$|^test/', 'chokidar'),
    only('sqlite-in-open-only', '^electron/engine/db/open[.]ts$|^test/', 'better-sqlite3'),
    only('ws-in-server-only', '^electron/(server/ws|cli/connect)[.]ts$|^test/', 'ws'),
    rule('no-test-in-product', { path: '^(shared|electron|renderer)/' }, { path: '^test/' }),
    rule('no-circular', {}, { circular: true }),
    rule(
      'no-orphans',
      { orphan: true, path: '^(shared|electron|renderer)/', pathNot: ['[.]mjs$', '^electron/start/index[.]ts$'] },
      {},
    ),
    rule('no-unresolved', {}, { couldNotResolve: true }), // an unresolved package escapes every node_modules pattern
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: '^node_modules/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js'],
    },
  },
}
