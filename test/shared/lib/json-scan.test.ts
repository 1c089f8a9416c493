import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ARRAY,
  END,
  FALSE,
  NEXT,
  NULL,
  NUMBER,
  OBJECT,
  START,
  STRIDE,
  STRING,
  TRUE,
  findOverridden,
  nameOf,
  scanJson,
} from '../../../shared/lib/json-scan.ts'

/** Rebuilds the value from the nodes, for comparison with JSON.parse. */
function rebuild(text: string): unknown {
  const scan = scanJson(text)
  if (!scan.ok) throw new Error(scan.reason)
  const nodes = scan.nodes.slice(0, scan.length)
  const valueOf = (node: number): unknown => {
    const source = text.slice(nodes[node + START], nodes[node + END])
    switch (nodes[node]) {
      case OBJECT: {
        const members = childrenOf(node).map((child) => [nameOf(text, nodes, child), valueOf(child)] as const)
        return Object.fromEntries(members)
      }
      case ARRAY:
        return childrenOf(node).map(valueOf)
      case STRING:
        return JSON.parse(source) as string
      case NUMBER:
        return Number(source)
      case TRUE:
        return true
      case FALSE:
        return false
      case NULL:
        return null
      default:
        throw new Error('unknown node')
    }
  }
  const childrenOf = (node: number): number[] => {
    const children: number[] = []
    for (let child = node + STRIDE; child < nodes[node + NEXT]!; child = nodes[child + NEXT]!) children.push(child)
    return children
  }
  return valueOf(0)
}

function isRead(text: string): boolean {
  return scanJson(text).ok
}

function isParsed(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const ACCEPTED = [
  '[[]   ]',
  '[""]',
  '[]',
  '["a"]',
  '[false]',
  '[null, 1, "1", {}]',
  '[null]',
  '[1\n]',
  ' [1]',
  '[1,null,null,null,2]',
  '[2] ',
  '[123e65]',
  '[0e+1]',
  '[0e1]',
  '[ 4]',
  '[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]',
  '[20e1]',
  '[-0]',
  '[-123]',
  '[-1]',
  '[1E22]',
  '[1E-2]',
  '[1E+2]',
  '[123e45]',
  '[123.456e78]',
  '[1e-2]',
  '[123.456789]',
  '{"asd":"sdf", "dfg":"fgh"}',
  '{"asd":"sdf"}',
  '{"a":"b","a":"c"}',
  '{"a":"b","a":"b"}',
  '{}',
  '{"":0}',
  '{"foo\\u0000bar": 42}',
  '{ "min": -1.0e+28, "max": 1.0e+28 }',
  '{"a":[]}',
  '{"title":"\\u041f\\u043e" }',
  '{\n"a": "b"\n}',
  '["\\u0060\\u012a\\u12AB"]',
  '["\\uD801\\udc37"]',
  '["\\"\\\\\\/\\b\\f\\n\\r\\t"]',
  '["\\\\u0000"]',
  '["\\""]',
  '["a/*b*/c/*d//e"]',
  '["\\\\a"]',
  '["\\u0012"]',
  '["\u2028 \u2029 \u007f"]',
  '["€𝄞"]',
  '["\\ud800"]',
  'false',
  '42',
  '-0.1',
  'null',
  '"asd"',
  'true',
  '""',
  '["a"]\n',
  ' \r\n\t[]',
  '\ufeff{"a":1}',
]

const REFUSED = [
  '',
  ' ',
  '[1 true]',
  '["": 1]',
  '[""],',
  '[,1]',
  '[1,,2]',
  '["x",,]',
  '["x"]]',
  '["",]',
  '["x"',
  '[x',
  '[3[4]]',
  '[1:2]',
  '[,]',
  '[-]',
  '[   , ""]',
  '["a",\n4\n,1,',
  '[1,]',
  '[1,,]',
  '[*]',
  '[""',
  '[1,',
  '[1,\n1\n,1',
  '[{}',
  '[fals]',
  '[nul]',
  '[tru]',
  '123\u0000',
  '[++1234]',
  '[+1]',
  '[+Inf]',
  '[-01]',
  '[-1.0.]',
  '[-2.]',
  '[-NaN]',
  '[.-1]',
  '[.2e-3]',
  '[0.1.2]',
  '[0.3e+]',
  '[0.3e]',
  '[0.e1]',
  '[0E+]',
  '[0E]',
  '[0e+]',
  '[0e]',
  '[1.0e+]',
  '[1.0e-]',
  '[1.0e]',
  '[1 000.0]',
  '[1eE2]',
  '[2.e+3]',
  '[2.e-3]',
  '[2.e3]',
  '[9.e+]',
  '[Inf]',
  '[NaN]',
  '[\uff11]',
  '[1+2]',
  '[0x1]',
  '[0x42]',
  '[Infinity]',
  '[0e+-1]',
  '[-123.123foo]',
  '[-Infinity]',
  '[-foo]',
  '[- 1]',
  '[-012]',
  '[-.123]',
  '[1ea]',
  '[1.]',
  '[.123]',
  '[1.2a-3]',
  '[1.8011670033376514H-308]',
  '[012]',
  '["x", truth]',
  '{[: "x"}\n',
  '{"x", null}',
  '{"x"::"b"}',
  '{🇨🇭}',
  '{"a":"a" 123}',
  "{key: 'value'}",
  '{"a":"b",c:"d"}',
  '{"a" b}',
  '{:"b"}',
  '{"a" "b"}',
  '{"a":',
  '{"a"',
  '{1:1}',
  '{9999E9999:1}',
  '{null:null,null:null}',
  '{"id":0,,,,,}',
  "{'a':0}",
  '{"id":0,}',
  '{"a":"b"}/**/',
  '{"a":"b"}/**//',
  '{"a":"b"}//',
  '{"a":"b"}/',
  '{"a":"b",,"c":"d"}',
  '{a: "b"}',
  '{"a":"a',
  '{ "foo" : "bar", "a" }',
  '{"a":"b"}#',
  '["\\uD800\\"]',
  '["\\uD800\\u"]',
  '["\\uD800\\u1"]',
  '["\\uD800\\u1x"]',
  '[é]',
  '["\\\u0000"]',
  '["\\x00"]',
  '["\\\\\\"]',
  '["\\\t"]',
  '["\\🌀"]',
  '["\\"]',
  '["\\u00A"]',
  '["\\uqqqq"]',
  '["\\a"]',
  '[\\u0020"asd"]',
  '[\\n]',
  '"',
  "['single quote']",
  'abc',
  '["\\',
  '["a\u0000a"]',
  '["new\nline"]',
  '["\t"]',
  '"\\UA66D"',
  '""x',
  '<.>',
  '[<null>]',
  '[1]x',
  '[1]]',
  '["asd]',
  'aå',
  '[True]',
  '{"x": true,',
  '[][]',
  ']',
  '\ufeff',
  '{}}',
  '{"":',
  '{"a":/*comment*/"b"}',
  '{"a": true} "x"',
  "['",
  '[,',
  '[{',
  '["a',
  '["a"',
  '{',
  '{]',
  '{,',
  '{[',
  '{"a',
  "{'a'",
  '["\\{["\\{["\\{["\\{',
  '*',
  '{"a":"b"}#{}',
  '[\u000B1]',
  '[\\f]',
  '[\u00a0]',
  '[\u2060]',
  '\u00e9',
  '\u0000',
  '{"a":1}\u0000\u0000',
]

describe('scanJson', () => {
  test.each(ACCEPTED)('reads %j', (text) => {
    expect(rebuild(text)).toEqual(JSON.parse(text.replace(/^\ufeff/, '')))
  })

  test.each(REFUSED)('refuses %j', (text) => {
    expect(scanJson(text)).toMatchObject({ ok: false, isTooDeep: false })
  })

  test('tells the place and the cause', () => {
    expect(scanJson('{"a": 1 "b": 2}')).toEqual({
      ok: false,
      isTooDeep: false,
      at: 8,
      reason: 'a comma or } is missing',
    })
    expect(scanJson('{"a": tru')).toMatchObject({ at: 6, reason: 'a value is missing' })
    expect(scanJson('{"a": ')).toMatchObject({ at: 6, reason: 'it ends too early' })
  })

  test('64 levels are read, 65 are too deep, and a hostile depth is refused at once', () => {
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
    expect(isRead(nested(64))).toBe(true)
    expect(scanJson(nested(65))).toMatchObject({ ok: false, isTooDeep: true })
    expect(scanJson('{"a":'.repeat(43_000))).toMatchObject({ ok: false, isTooDeep: true })
    expect(isRead(`{"a":${nested(63)}}`)).toBe(true)
  })

  test('law: it reads what JSON.parse reads, to the same value, with any blanks', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 1, 2, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        expect(rebuild(text)).toEqual(JSON.parse(text))
      }),
      { numRuns: 500 },
    )
  })

  test('law: a text changed at one place is read exactly if JSON.parse reads it', () => {
    const piece = fc.constantFrom(...'{}[]",:\\0123456789.eE+-truefalsn \t\n\u0000\u00e9u'.split(''))
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.nat(), piece, fc.nat(2), (value, place, character, cut) => {
        const text = JSON.stringify(value)
        const at = place % (text.length + 1)
        const changed = text.slice(0, at) + character + text.slice(at + cut)
        expect(isRead(changed)).toBe(isParsed(changed))
      }),
      { numRuns: 3000 },
    )
  })
})

describe('findOverridden', () => {
  test('marks earlier members of the same name in the same object, whatever their spelling', () => {
    const text = '{"a":1,"b":{"a":2,"\\u0061":3},"a":4,"c":[{"a":5},{"a":6}],"a":7}'
    const scan = scanJson(text)
    if (!scan.ok) throw new Error(scan.reason)
    const { nodes, length } = scan
    const marked = [...findOverridden(text, nodes, length)].map((node) =>
      text.slice(nodes[node + START], nodes[node + END]),
    )
    expect(marked).toEqual(['2', '1', '4'])
  })
})
