import { expect, test } from 'vitest'
import { FIELDS } from '../../../shared/domain/fields.ts'
import { checkQuery } from '../../../shared/query/index.ts'
import { FIELD_NAMES, HAS_WORDS, IS_WORDS } from '../../../shared/query/predicate.ts'
import { checkGrammar } from '../../architecture/grammar.ts'

test('every available field but path reads a column, and every column has a field', () => {
  const columns = FIELDS.filter(({ isAvailable, kind }) => isAvailable && kind !== 'path').map(({ column }) => column)
  expect([...new Set(columns)].sort()).toEqual([...FIELD_NAMES].sort())
})

test('the catalogue has the words of the predicate', () => {
  const words = (name: string) => FIELDS.find((field) => field.name === name)?.words
  expect({ is: words('is'), has: words('has') }).toEqual({ is: IS_WORDS, has: HAS_WORDS })
})

test('fields of later versions say so with their position', () => {
  const names = FIELDS.filter(({ isAvailable }) => !isAvailable).map(({ name }) => name)
  const families = ['exif.iso', 'xmp.rating', 'iptc.keywords', 'source.hosted_id', 'upload.batch']
  const messages = [...names, ...families].map((name) => {
    const result = checkQuery(`a ${name}:1`, { now: 0 })
    return result.ok ? null : [result.error.message, result.error.from, result.error.to]
  })
  const expected = [...names, ...families].map((name) => {
    return [`${name} is not available in this version.`, 2, 2 + name.length]
  })
  expect(messages).toEqual(expected)
})

test('the committed parser is the one the grammar gives', () => {
  expect(checkGrammar({ write: false })).toEqual([])
})
