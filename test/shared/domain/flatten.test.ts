import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { flatten } from '../../../shared/domain/flatten.ts'
import { printLayer } from '../../../shared/domain/layer.ts'

/** What a text gives, as plain data. */
function read(text: string) {
  const flat = flatten(text)
  if (!flat.ok) return flat
  const findings = flat.findings.map(({ kind, key }) => `${kind} ${key}`)
  return {
    values: Object.assign(Object.create(null), Object.fromEntries(flat.values)) as Record<string, string>,
    tags: flat.tags,
    ...(flat.nulls.length > 0 && { nulls: flat.nulls }),
    ...(findings.length > 0 && { findings }),
  }
}

const KEY = /^[A-Za-z0-9_][A-Za-z0-9_.]*$/

describe('values', () => {
  test('nested objects become dotted keys, source texts are kept', () => {
    const text = `\ufeff{"capture": {"temperature": 72.5, "gps": {"lat": 1.10}}, "ok": true, "no": false, "n": -0,
      "big": 9007199254740993, "e": 1E5, "text": "caf\\u00e9", "empty": ""}\r\n`
    expect(read(text)).toEqual({
      values: {
        'capture.temperature': '72.5',
        'capture.gps.lat': '1.10',
        ok: 'true',
        no: 'false',
        n: '-0',
        big: '9007199254740993',
        e: '1E5',
        text: '"caf\\u00e9"',
        empty: '""',
      },
      tags: null,
    })
  })

  test.each([
    ['null is no value', '{"a":null,"b":1}', { values: { b: '1' }, tags: null, nulls: ['a'] }],
    ['an empty object has none', '{"a":{}}', { values: {}, tags: null }],
    ['a list of scalars', '{"a":["x", 1, true]}', { values: { a: '["x",1,true]' }, tags: null }],
    [
      'equal elements once, nulls skipped',
      '{"a":[1,null,1.0,"1","1","\\u0031",true]}',
      { values: { a: '[1,"1",true]' }, tags: null },
    ],
    ['an empty list stays a list', '{"a":[ ]}', { values: { a: '[]' }, tags: null }],
    [
      'a list with objects',
      '{"a":[1,{"b":2}],"c":3}',
      { values: { c: '3' }, tags: null, nulls: ['a'], findings: ['array a'] },
    ],
    ['a list with lists', '{"a":[[]]}', { values: {}, tags: null, nulls: ['a'], findings: ['array a'] }],
    [
      '1e400 is text',
      '{"a":1e400,"b":-1e999,"c":1e-400}',
      { values: { a: '"1e400"', b: '"-1e999"', c: '1e-400' }, tags: null, findings: ['value a', 'value b'] },
    ],
    ['tags', '{"tags":["Crack","dent","crack"]}', { values: {}, tags: ['Crack', 'dent'] }],
    ['no tags', '{"tags":[]}', { values: {}, tags: [] }],
    ['tags that are none are left out', '{"tags":[" a ",""]}', { values: {}, tags: ['a'], findings: ['value tags'] }],
    [
      'a list called tags with a number',
      '{"tags":["a",1]}',
      { values: { tags: '["a",1]' }, tags: null, findings: ['value tags'] },
    ],
    [
      'a list called tags with null',
      '{"tags":["a",null]}',
      { values: { tags: '["a"]' }, tags: null, findings: ['value tags'] },
    ],
    ['a text called tags', '{"tags":"a"}', { values: { tags: '"a"' }, tags: null }],
    ['tags that are null', '{"tags":null}', { values: {}, tags: null, nulls: ['tags'] }],
    ['tags below the top', '{"a":{"tags":["x"]}}', { values: { 'a.tags': '["x"]' }, tags: null }],
    [
      'bad keys are skipped',
      '{"a b":1,"/":2,".x":3,"":4,"ok":5}',
      { values: { ok: '5' }, tags: null, findings: ['key a b', 'key /', 'key .x', 'key '] },
    ],
    [
      'a bad key skips all below it, once',
      '{"a b":{"c":1,"d":2},"ok":{"é":1}}',
      { values: {}, tags: null, findings: ['key a b', 'key ok.é'] },
    ],
    [
      'odd but legal keys',
      '{"0":1,"_":2,"a":{"":3,".b":4}}',
      { values: { 0: '1', _: '2', 'a.': '3', 'a..b': '4' }, tags: null },
    ],
    ['a NUL in a text', '{"a":"x\\u0000y"}', { values: { a: '"x\\u0000y"' }, tags: null }],
    ['half of a surrogate pair', '{"a":"x\\ud800y"}', { values: { a: '"x\\ud800y"' }, tags: null }],
  ])('%s', (_name, text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  test('__proto__ and constructor are keys like any other', () => {
    const flat = flatten('{"__proto__":{"polluted":1},"constructor":{"prototype":{"x":2}}}')
    expect(flat.ok && [...flat.values]).toEqual([
      ['__proto__.polluted', '1'],
      ['constructor.prototype.x', '2'],
    ])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test('a raw half of a surrogate pair, which no UTF-8 can hold, is escaped', () => {
    expect(read('{"a":"\ud800"}')).toEqual({ values: { a: '"\\ud800"' }, tags: null })
  })
})

describe('what occurs twice', () => {
  test.each([
    ['the last of equal names', '{"a":1,"b":2,"a":3}', { a: '3', b: '2' }, ['value a']],
    [
      'an object that comes again replaces the first one whole',
      '{"a":{"x":1},"a":{"y":2}}',
      { 'a.y': '2' },
      ['value a'],
    ],
    ['a value replaced by an object', '{"a":1,"a":{"b":2}}', { 'a.b': '2' }, ['value a']],
    ['an object replaced by a value', '{"a":{"b":2},"a":1}', { a: '1' }, ['value a']],
    ['a value replaced by null', '{"a":1,"a":null}', {}, ['value a']],
    ['a value replaced by a list of objects', '{"a":1,"a":[{}]}', {}, ['value a', 'array a']],
    ['names that differ in spelling only', '{"a":1,"\\u0061":2}', { a: '2' }, ['value a']],
    ['dotted and nested, nested last', '{"a.b":1,"a":{"b":2}}', { 'a.b': '2' }, ['value a.b']],
    ['dotted and nested, dotted last', '{"a":{"b":2},"a.b":1}', { 'a.b': '1' }, ['value a.b']],
    ['a value and a dotted key below it do not meet', '{"a":1,"a.b":2}', { a: '1', 'a.b': '2' }, undefined],
    ['two objects by two spellings', '{"a.b":{"x":1},"a":{"b":{"y":2}}}', { 'a.b.x': '1', 'a.b.y': '2' }, undefined],
  ])('%s', (_name, text, values, findings) => {
    const { nulls: _, ...rest } = read(text) as Record<string, unknown>
    expect(rest).toEqual({ values, tags: null, ...(findings && { findings }) })
  })

  test('tags', () => {
    expect(read('{"tags":["a"],"tags":["b"]}')).toEqual({ values: {}, tags: ['b'], findings: ['value tags'] })
  })
})

describe('files that are refused', () => {
  const many = (count: number): string => `{${Array.from({ length: count }, (_, i) => `"k${i}":${i}`).join(',')}}`
  test.each([
    ['not JSON', '{"a":NaN}', 'json', true],
    ['half a file', '{"a": "x', 'json', true],
    ['empty', ' \n', 'json', true],
    ['zeros', '\0'.repeat(300), 'json', true],
    ['a list', '[1]', 'json', false],
    ['a text', '"x"', 'json', false],
    ['65 levels', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, 'size', false],
    ['43,000 levels', '{"a":'.repeat(43_000), 'size', false],
    ['4,097 values', many(4097), 'size', false],
    ['4,097 elements', `{"a":[${Array.from({ length: 4097 }, (_, i) => i).join(',')}]}`, 'size', false],
    ['a key of 513 bytes', `{"${'k'.repeat(513)}":1}`, 'size', false],
    ['a dotted key of 513 bytes', `{"${'k'.repeat(300)}":{"${'k'.repeat(212)}":1}}`, 'size', false],
    ['a value of more than 64 KB', `{"a":"${'x'.repeat(65_537)}"}`, 'size', false],
    ['a value of more than 64 KB in UTF-8', `{"a":"${'é'.repeat(32_769)}"}`, 'size', false],
  ])('%s', (_name, text, kind, isIncomplete) => {
    expect(flatten(text)).toEqual({
      ok: false,
      kind,
      isIncomplete,
      reason: expect.stringMatching(/^The file .*\.$|^A key .*\.$|^The value .*\.$/) as string,
    })
  })

  test('at the caps all is well', () => {
    expect(read(many(4096))).toMatchObject({ tags: null })
    expect(read(`{"${'k'.repeat(512)}":1}`)).toMatchObject({ values: { ['k'.repeat(512)]: '1' } })
    expect(read(`{"a":"${'x'.repeat(65_536)}"}`)).toMatchObject({ tags: null })
    expect(read(`${'{"a":'.repeat(64)}1${'}'.repeat(64)}`)).toMatchObject({
      values: { [Array(64).fill('a').join('.')]: '1' },
    })
  })

  test('a legal file whose keys would blow up to hundreds of megabytes is refused at once', () => {
    const levels = 60
    const text = `${`{"${'k'.repeat(2000)}":`.repeat(levels)}{${Array.from({ length: 4000 }, (_, i) => `"${i}":1`).join(',')}}${'}'.repeat(levels)}`
    const start = performance.now()
    expect(flatten(text)).toMatchObject({ ok: false, kind: 'size' })
    expect(performance.now() - start).toBeLessThan(100)
  })

  test('no more than 50 findings are kept of one file', () => {
    const text = `{${Array.from({ length: 5000 }, (_, i) => `"bad key ${i}":1`).join(',')}}`
    const flat = flatten(text)
    expect(flat.ok && flat.findings.length).toBe(50)
  })

  test('the place of the fault is told', () => {
    expect(flatten('{\n  "a": 1,\n  "b" 2\n}')).toMatchObject({
      reason: 'The file is not valid JSON: at line 3, column 7, a colon is missing.',
    })
  })
})

describe('laws', () => {
  const key = fc.oneof(fc.constantFrom('a', 'b', 'a.b', 'tags', '__proto__', 'x y', ''), fc.string({ maxLength: 3 }))
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.oneof(fc.integer(), fc.double(), fc.string({ unit: 'binary' }), fc.boolean(), fc.constant(null)),
      fc.array(tie('value'), { maxLength: 4 }),
      tie('object'),
    ),
    object: fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }).map((members) => new Members(members)),
  }))

  test('never throws, every key fits the rule, the layer is canonical and reads back to itself', () => {
    fc.assert(
      fc.property(json.object, (object) => {
        const flat = flatten(print(object))
        if (!flat.ok) throw new Error(flat.reason)
        for (const name of flat.values.keys()) expect(name).toMatch(KEY)
        const layer = printLayer(flat)
        const again = flatten(layer.metadata)
        if (!again.ok) throw new Error(again.reason)
        // A plain list called `tags` reads as tags when it stands alone; everything else is the same.
        if (!flat.values.has('tags')) expect(printLayer(again).metadata).toBe(layer.metadata)
        const order = Object.keys(JSON.parse(layer.metadata) as object)
        expect([...flat.values.keys()].toSorted()).toEqual(order.toSorted())
      }),
      { numRuns: 500 },
    )
  })

  test('any text at all: an answer, no throw, quickly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(typeof flatten(text).ok).toBe('boolean')
      }),
      { numRuns: 1000 },
    )
  })
})

/** An object that may hold a name twice, which no plain object can. */
class Members {
  readonly members: readonly [string, unknown][]
  constructor(members: readonly [string, unknown][]) {
    this.members = members
  }
}

function print(value: unknown): string {
  if (value instanceof Members)
    return `{${value.members.map(([name, item]) => `${JSON.stringify(name)}:${print(item)}`).join(',')}}`
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`
  return JSON.stringify(value)
}
