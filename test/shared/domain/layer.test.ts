import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EMPTY_LAYER, EMPTY_LAYER_TEXT, type Layer, parseLayer, printLayer } from '../../../shared/domain/layer.ts'

const scalar = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.constantFrom('true', 'false', '1.10', '-0', '1e-7', '9007199254740993', '"\\u0061"', '"\\\\"', '"]"', '",\\""'),
)
const value = fc.oneof(
  scalar,
  fc.array(scalar).map((items) => `[${items.join(',')}]`),
)
const key = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.]{0,8}$/),
  fc.constantFrom('__proto__', '0', 'a.b', 'Z'),
)
const layer = fc
  .record({
    values: fc.array(fc.tuple(key, value)).map((entries) => new Map(entries)),
    tags: fc.option(fc.array(fc.string())),
  })
  .map((layer): Layer => layer)

test('a layer survives being printed and read', () => {
  fc.assert(
    fc.property(layer, (layer) => {
      const text = printLayer(layer)
      const read = parseLayer(text)
      expect(new Map(read.values)).toEqual(new Map(layer.values))
      expect(read.tags).toEqual(layer.tags)
      expect([...read.values.keys()]).toEqual([...layer.values.keys()].sort())
      expect(printLayer(read)).toEqual(text)
      expect(() => JSON.parse(text.metadata)).not.toThrow()
    }),
  )
})

test('the empty layer has the empty text', () => {
  expect(printLayer(EMPTY_LAYER)).toEqual(EMPTY_LAYER_TEXT)
  expect(parseLayer(EMPTY_LAYER_TEXT)).toEqual(EMPTY_LAYER)
})
