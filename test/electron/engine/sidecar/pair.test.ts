import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pairFolder } from '../../../../electron/engine/sidecar/pair.ts'

/** Pairs as `image: base + full`, with `(shared)` and partners. */
function paired(images: readonly string[], jsons: readonly string[]) {
  const { pairs, orphans, problems } = pairFolder(images, jsons)
  return {
    pairs: Object.fromEntries(
      [...pairs].map(([image, { base, full, isBaseShared, partners }]) => [
        image,
        [base ?? '-', full ?? '-', ...(isBaseShared ? ['shared'] : []), ...(partners ?? [])].join(' '),
      ]),
    ),
    ...(orphans.length > 0 && { orphans }),
    ...(problems.length > 0 && { problems: problems.map(({ kind, file }) => `${kind} ${file}`) }),
  }
}

describe('pairFolder', () => {
  test.each<[string, string[], string[], ReturnType<typeof paired>]>([
    ['the base name', ['p.jpg'], ['p.json'], { pairs: { 'p.jpg': 'p.json -' } }],
    ['the full name', ['p.jpg'], ['p.jpg.json'], { pairs: { 'p.jpg': '- p.jpg.json' } }],
    ['both', ['p.jpg'], ['p.json', 'p.jpg.json'], { pairs: { 'p.jpg': 'p.json p.jpg.json' } }],
    ['none', ['p.jpg'], [], { pairs: { 'p.jpg': '- -' } }],
    [
      'an orphan',
      ['p.jpg'],
      ['q.json', 'package.json'],
      { pairs: { 'p.jpg': '- -' }, orphans: ['q.json', 'package.json'] },
    ],
    [
      'a full name of another kind of image is an orphan',
      ['p.jpg'],
      ['p.png.json'],
      { pairs: { 'p.jpg': '- -' }, orphans: ['p.png.json'] },
    ],
    [
      'case is overlooked where the exact name is absent',
      ['0AF.jpg'],
      ['0af.json'],
      { pairs: { '0AF.jpg': '0af.json -' } },
    ],
    [
      'but not where it is there',
      ['P.jpg'],
      ['P.json', 'p.json'],
      { pairs: { 'P.jpg': 'P.json -' }, orphans: ['p.json'] },
    ],
    ['the extension too', ['p.jpg'], ['p.JSON'], { pairs: { 'p.jpg': 'p.JSON -' } }],
    ['the full name too', ['P.JPG'], ['p.jpg.json'], { pairs: { 'P.JPG': '- p.jpg.json' } }],
    [
      'Unicode form is overlooked',
      ['caf\u00e9.jpg'],
      ['cafe\u0301.json'],
      { pairs: { 'caf\u00e9.jpg': 'cafe\u0301.json -' } },
    ],
    [
      'two candidates give no pair',
      ['P.jpg'],
      ['p.json', 'p.JSON'],
      { pairs: { 'P.jpg': '- -' }, problems: ['pair p.json', 'pair p.JSON'] },
    ],
    [
      'one candidate for two names gives no pair',
      ['PX.jpg', 'px.jpg'],
      ['Px.json'],
      { pairs: { 'PX.jpg': '- -', 'px.jpg': '- -' }, problems: ['pair Px.json'] },
    ],
    [
      'an exact pair is not shared with another case',
      ['P.jpg', 'p.jpg'],
      ['p.json'],
      { pairs: { 'P.jpg': '- -', 'p.jpg': 'p.json -' } },
    ],
    [
      'a shared stem',
      ['p.jpg', 'p.png'],
      ['p.json'],
      { pairs: { 'p.jpg': 'p.json - shared', 'p.png': 'p.json - shared' }, problems: ['pair p.json'] },
    ],
    [
      'a shared stem without a file',
      ['p.jpg', 'p.png'],
      [],
      { pairs: { 'p.jpg': '- - shared', 'p.png': '- - shared' } },
    ],
    [
      'a shared stem with a file of its own',
      ['p.jpg', 'p.png'],
      ['p.json', 'p.png.json'],
      { pairs: { 'p.jpg': 'p.json - shared', 'p.png': 'p.json p.png.json shared' }, problems: ['pair p.json'] },
    ],
    [
      'a raw file and its JPEG are one capture',
      ['x.cr2', 'x.jpg'],
      ['x.json'],
      { pairs: { 'x.cr2': 'x.json - x.jpg', 'x.jpg': 'x.json - x.cr2' } },
    ],
    [
      'in capitals too',
      ['X.NEF', 'X.JPG'],
      ['X.json'],
      { pairs: { 'X.NEF': 'X.json - X.JPG', 'X.JPG': 'X.json - X.NEF' } },
    ],
    [
      'but not with a PNG',
      ['x.cr2', 'x.jpg', 'x.png'],
      ['x.json'],
      {
        pairs: { 'x.cr2': 'x.json - shared', 'x.jpg': 'x.json - shared', 'x.png': 'x.json - shared' },
        problems: ['pair x.json'],
      },
    ],
    ['nor two JPEGs', ['x.jpg', 'x.jpeg'], [], { pairs: { 'x.jpg': '- - shared', 'x.jpeg': '- - shared' } }],
    [
      'an image named like a full name',
      ['a.jpg', 'a.jpg.png'],
      ['a.jpg.json'],
      { pairs: { 'a.jpg': '- a.jpg.json', 'a.jpg.png': 'a.jpg.json - shared' }, problems: ['pair a.jpg.json'] },
    ],
    [
      'dots, blanks and line ends in names',
      ['a.b.c.jpg', ' x .png', 'l\n.gif', '-.jpg', 'p~.jpg'],
      ['a.b.c.json', ' x .json', 'l\n.json', '-.json', 'p~.json'],
      {
        pairs: {
          'a.b.c.jpg': 'a.b.c.json -',
          ' x .png': ' x .json -',
          'l\n.gif': 'l\n.json -',
          '-.jpg': '-.json -',
          'p~.jpg': 'p~.json -',
        },
      },
    ],
    [
      'a name like a property',
      ['__proto__.jpg', 'constructor.jpg'],
      ['__proto__.json'],
      {
        pairs: Object.fromEntries([
          ['__proto__.jpg', '__proto__.json -'],
          ['constructor.jpg', '- -'],
        ]),
      },
    ],
  ])('%s', (_name, images, jsons, expected) => {
    expect(paired(images, jsons)).toEqual(expected)
  })

  test('law: every JSON file is paired, an orphan or a problem; the order of names does not matter', () => {
    const stem = fc.constantFrom('a', 'A', 'b', 'é', 'e\u0301', 'a.jpg')
    const images = fc.uniqueArray(
      fc.tuple(stem, fc.constantFrom('jpg', 'JPG', 'png', 'cr2')).map((parts) => parts.join('.')),
      { maxLength: 6 },
    )
    const jsons = fc.uniqueArray(
      fc
        .tuple(
          fc.oneof(
            stem,
            images.map((names) => names[0] ?? 'z'),
          ),
          fc.constantFrom('json', 'JSON'),
        )
        .map((parts) => parts.join('.')),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(images, jsons, (imageNames, jsonNames) => {
        const result = pairFolder(imageNames, jsonNames)
        const used = new Set([...result.pairs.values()].flatMap(({ base, full }) => [base, full]))
        const told = new Set(result.problems.map(({ file }) => file))
        for (const name of jsonNames) expect(used.has(name) || told.has(name)).toBe(!result.orphans.includes(name))
        expect([...result.pairs.keys()]).toHaveLength(imageNames.length)

        const turned = pairFolder(imageNames.toReversed(), jsonNames.toReversed())
        const sorted = ({ pairs }: typeof result) =>
          [...pairs].map(([image, { base, full, isBaseShared }]) => `${image} ${base} ${full} ${isBaseShared}`).sort()
        expect(sorted(turned)).toEqual(sorted(result))
      }),
      { numRuns: 500 },
    )
  })

  test('20,000 images are paired without delay', () => {
    const images = Array.from({ length: 20_000 }, (_, i) => `IMG_${i}.JPG`)
    const jsons = images.map((name) => name.replace('.JPG', '.json'))
    const start = performance.now()
    expect(pairFolder(images, jsons).orphans).toEqual([])
    expect(performance.now() - start).toBeLessThan(1000)
  })
})
