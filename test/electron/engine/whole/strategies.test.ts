/** The worked example of semantics.md §5, live and after the index was deleted, under every strategy and both modes. */
import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EDIT_MODES, STRATEGIES, type Strategy } from '../../../../shared/domain/root.ts'
import { setValues, testLibrary, valuesOf } from '../../../support/library.ts'

const BEFORE = { location: 'B', note: 'x', temp: 1 }
const AFTER: Record<Strategy, object> = {
  mergeBucketWins: { location: 'C', temp: 2, note: 'x', lens: '50mm' },
  mergeUserWins: { location: 'B', temp: 2, note: 'x', lens: '50mm' },
  overwrite: { location: 'C', temp: 2, lens: '50mm' },
  untilFirstChange: { location: 'B', temp: 1, note: 'x' },
  append: { location: 'B', temp: 1, note: 'x', lens: '50mm' },
}

const cases = STRATEGIES.flatMap((strategy) => EDIT_MODES.map((edits) => ({ strategy, edits })))

test.each(cases)(
  '$strategy, edits $edits: the worked example, live and after a rebuild',
  async ({ strategy, edits }) => {
    const lib = testLibrary()
    lib.capture('root/a.gif', { location: 'A', temp: 1 })
    let client = await lib.open()
    await client.library.add({ path: lib.at('root'), strategy, edits })
    await setValues(client, '', { location: 'B', note: 'x' })
    expect(await valuesOf(client)).toEqual({ 'a.gif': BEFORE })
    expect(lib.json('root/a.json')).toEqual(edits === 'sidecars' ? BEFORE : { location: 'A', temp: 1 })

    lib.put('root/a.json', { location: 'C', temp: 2, lens: '50mm' })
    await client.library.scan({})
    expect(await valuesOf(client)).toEqual({ 'a.gif': AFTER[strategy] })

    await lib.close()
    for (const name of ['index.db', 'index.db-wal', 'index.db-shm']) rmSync(lib.at('library', name), { force: true })
    client = await lib.open()
    expect(await valuesOf(client)).toEqual({ 'a.gif': AFTER[strategy] })
    expect(lib.json('root/a.json')).toEqual({ location: 'C', temp: 2, lens: '50mm' })
  },
)

test('a removal, tags and a value that returns to what it was, under the default strategy', async () => {
  const lib = testLibrary()
  lib.capture('root/a.gif', { location: 'A', temp: 1, tags: ['Night', 'rain'] })
  const client = await lib.open()
  await client.library.add({ path: lib.at('root'), edits: 'beside' })
  await setValues(client, '', { temp: null })
  await client.edits.apply({
    target: { query: '' },
    requests: [
      { kind: 'untag', tag: 'night' },
      { kind: 'tag', tag: 'seen' },
    ],
    key: 'tags-once',
  })
  expect(await valuesOf(client)).toEqual({ 'a.gif': { location: 'A', tags: ['rain', 'seen'] } })
  lib.put('root/a.json', { location: 'A', temp: 3, tags: ['Night'] })
  await client.library.scan({})
  expect(await valuesOf(client)).toEqual({ 'a.gif': { location: 'A', temp: 3, tags: ['Night', 'seen'] } })
  lib.put('root/a.json', '{ "temp": 1,\n "location": "A", "tags": ["Night", "rain"] }')
  await client.library.scan({})
  expect(await valuesOf(client)).toEqual({ 'a.gif': { location: 'A', tags: ['rain', 'seen'] } })
})
