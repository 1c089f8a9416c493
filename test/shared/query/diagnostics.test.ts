import { expect, test } from 'vitest'
import { checkQuery, type Diagnostic } from '../../../shared/query/index.ts'
import { timed } from './timing.ts'

const NOW = new Date(2026, 4, 10).getTime()
const KEYS = ['camera_id', 'gps.lat', 'quality_score', 'k']

function diagnose(text: string): readonly Diagnostic[] {
  const result = checkQuery(text, { now: NOW, keys: KEYS })
  return result.ok ? result.warnings : [result.error]
}

type Row = [
  query: string,
  severity: Diagnostic['severity'],
  from: number,
  to: number,
  message: string,
  suggestion?: string,
]

const ROWS: Row[] = [
  ['"abc', 'error', 0, 4, 'This quote is never closed. Add a " where the text ends.', '"abc"'],
  ['tag:"abc def', 'error', 4, 12, 'This quote is never closed. Add a " where the text ends.', '"abc def"'],
  ['(a OR b', 'error', 0, 7, 'This bracket is never closed. Add a ) where the group ends.', '(a OR b)'],
  ['tag:(a OR', 'error', 4, 9, 'This bracket is never closed. Add a ) where the group ends.'],
  ['a)', 'error', 1, 2, 'This bracket closes nothing. Remove it, or add the one that opens.', ''],
  ['a\\', 'error', 1, 2, 'Nothing follows the backslash. Write \\\\ for one.', '\\\\'],
  [
    '-',
    'error',
    0,
    1,
    'A - on its own excludes nothing. Put it right before a term, or in quotes to search for it.',
    '"-"',
  ],
  [
    'a - b',
    'error',
    2,
    3,
    'A - on its own excludes nothing. Put it right before a term, or in quotes to search for it.',
    '"-"',
  ],
  [
    '!',
    'error',
    0,
    1,
    'A ! on its own excludes nothing. Put it right before a term, or in quotes to search for it.',
    '"!"',
  ],
  ['a AND', 'error', 2, 5, 'Nothing follows AND. Add a term after it, or remove it.', ''],
  ['AND a', 'error', 0, 3, 'Nothing stands before AND. Add a term before it, or remove it.', ''],
  ['a OR OR b', 'error', 2, 4, 'Nothing follows OR. Add a term after it, or remove it.', ''],
  ['a OR AND b', 'error', 2, 4, 'Nothing follows OR. Add a term after it, or remove it.', ''],
  ['NOT', 'error', 0, 3, 'Nothing follows NOT. Add a term after it, or remove it.', ''],
  ['NOT OR a', 'error', 0, 3, 'Nothing follows NOT. Add a term after it, or remove it.', ''],
  ['()', 'error', 0, 2, 'There is nothing between the brackets. Remove them.', ''],
  ['a () b', 'error', 2, 4, 'There is nothing between the brackets. Remove them.', ''],
  ['-()', 'error', 1, 3, 'There is nothing between the brackets. Remove them.'],
  ['NOT -a', 'error', 0, 5, 'Two negations in a row. Keep one of them, or none.', ''],
  ['--a', 'error', 0, 2, 'Two negations in a row. Keep one of them, or none.', ''],
  ['NOT NOT NOT a', 'error', 0, 12, 'Two negations in a row. Keep one of them, or none.', '-'],
  ['tag:', 'error', 0, 4, 'The value after tag: is missing.', 'tag:*'],
  [
    'tag: AND a',
    'error',
    0,
    4,
    'The value after tag: is missing. Write it right after the operator, in quotes where it holds an operator itself.',
    'tag:*',
  ],
  [
    'tag: ext:png',
    'error',
    0,
    4,
    'The value after tag: is missing. Write it right after the operator, in quotes where it holds an operator itself.',
    'tag:*',
  ],
  ['tag>', 'error', 0, 4, 'The value after tag> is missing.'],
  ['tag:!a', 'error', 3, 5, 'There is no operator :!. Write !=.', '!='],
  ['k==1', 'error', 1, 3, 'There is no operator ==. Write =.'],
  ['k=>1', 'error', 1, 3, 'There is no operator =>. Write >=.'],
  ['k<>1', 'error', 1, 3, 'There is no operator <>. Write !=.'],
  ['tag::a', 'error', 3, 5, 'There is no operator ::. Write :.', ':'],
  [
    'metadta.k:x',
    'error',
    0,
    9,
    'There is no field metadta.k. Write metadata.k, or put quotes around it to search for the text.',
    'metadata.k',
  ],
  [
    ':a',
    'error',
    0,
    1,
    'There is no field before :. Put a field before it, or quotes around it to search for the text.',
    ' ":" ',
  ],
  [
    'a > 5 < 3',
    'error',
    6,
    7,
    'There is no field before <. Put a field before it, or quotes around it to search for the text.',
  ],
  ['"tag":a', 'error', 5, 6, 'There is no field before :. A field is written without quotes.'],
  ['a | b', 'error', 2, 3, 'A | stands between values of one field, as in tag:a|b. Between terms write OR.', ' OR '],
  ['a || b', 'error', 2, 3, 'A | stands between values of one field, as in tag:a|b. Between terms write OR.'],
  ['tag:a|', 'error', 6, 6, 'A value of the list is missing here.'],
  ['tag:|a', 'error', 0, 4, 'The value after tag: is missing.', 'tag:*'],
  ['tag:a||b', 'error', 6, 6, 'A value of the list is missing here.'],
  ['tag:()', 'error', 5, 5, 'A value of the list is missing here.'],
  ['tag:(a b)', 'error', 7, 8, 'Put | or OR between the values of a list.', '| b'],
  ['tag:(a AND b)', 'error', 7, 7, 'A value of the list is missing here.'],
  ['tag:(a OR (b))', 'error', 10, 11, 'A value of the list is missing here.'],
  ['tag:(a', 'error', 4, 6, 'This bracket is never closed. Add a ) where the group ends.', '(a)'],
  ['tag:a | ext:b', 'error', 8, 8, 'A value of the list is missing here.'],
  ['k>1|2', 'error', 2, 5, 'A list of values can follow : and = and != only, not >.'],
  ['k>(1)', 'error', 2, 5, 'A list of values can follow : and = and != only, not >.'],
  ['"a"-b', 'error', 3, 4, 'Put a blank before the -, or quotes around the whole text.', ' -'],
  ['(a)-b', 'error', 3, 4, 'Put a blank before the -, or quotes around the whole text.', ' -'],
  ['sort:taken a', 'error', 0, 12, 'sort: stands at the end of a query. Move it to the end.', 'a sort:taken'],
  ['(a sort:taken)', 'error', 3, 14, 'sort: stands at the end of a query. Move it to the end.', ') sort:taken'],
  ['a OR sort:taken', 'error', 2, 5, 'sort: is no condition, so OR cannot stand before it. Remove OR.', ''],
  ['a AND sort:taken', 'error', 2, 6, 'sort: is no condition, so AND cannot stand before it. Remove AND.', ''],
  ['-sort:taken', 'error', 1, 11, 'sort: stands at the end of a query. Move it to the end.'],
  ['NOT sort:taken', 'error', 4, 14, 'sort: stands at the end of a query. Move it to the end.'],
  ['sort:', 'error', 0, 5, 'The value after sort: is missing.'],
  ['sort:-', 'error', 5, 6, 'The field to sort by is missing.', '-path'],
  ['sort:a|b', 'error', 0, 8, 'After sort: comes one field, as in sort:-taken. For a second order add another sort:.'],
  [
    'sort:"taken"',
    'error',
    0,
    12,
    'After sort: comes one field, as in sort:-taken. For a second order add another sort:.',
    'sort:taken',
  ],
  [
    'sort=taken',
    'error',
    0,
    10,
    'After sort: comes one field, as in sort:-taken. For a second order add another sort:.',
    'sort:taken',
  ],
  ['sort:is', 'error', 5, 7, 'Images cannot be sorted by is. Sort by a field such as taken or metadata.KEY.'],
  ['sort:foo', 'error', 5, 8, 'There is no field foo to sort by. Sort by a field such as taken or metadata.KEY.'],
  [
    'sort:filenam',
    'error',
    5,
    12,
    'There is no field filenam to sort by. Sort by a field such as taken or metadata.KEY.',
    'filename',
  ],
  ['sort:class', 'error', 5, 10, 'class is not available in this version.'],
  [
    'sort:min-width',
    'error',
    5,
    14,
    'Images cannot be sorted by min-width. Sort by a field such as taken or metadata.KEY.',
    'width',
  ],
  ['sort:metadata.', 'error', 14, 14, 'The key after metadata. is missing.'],
  [
    'sort:camera_id',
    'error',
    5,
    14,
    'There is no field camera_id to sort by. Sort by a field such as taken or metadata.KEY.',
    'metadata.camera_id',
  ],
  [
    'widht>3',
    'error',
    0,
    5,
    'There is no field widht. Write width or metadata.widht, or put quotes around it to search for the text.',
    'width',
  ],
  [
    'Tag:x',
    'error',
    0,
    3,
    'There is no field Tag. Write tag or metadata.Tag, or put quotes around it to search for the text.',
    'tag',
  ],
  [
    'foo:bar',
    'error',
    0,
    3,
    'There is no field foo. Write metadata.foo, or put quotes around it to search for the text.',
    'metadata.foo',
  ],
  ['fo-o:bar', 'error', 0, 8, 'There is no field fo-o. Put quotes around it to search for the text.', '"fo-o:bar"'],
  [
    'camera_id:x',
    'error',
    0,
    9,
    'There is no field camera_id. Write metadata.camera_id, or put quotes around it to search for the text.',
    'metadata.camera_id',
  ],
  [
    'Camera_ID:x',
    'error',
    0,
    9,
    'There is no field Camera_ID. Write metadata.camera_id, or put quotes around it to search for the text.',
    'metadata.camera_id',
  ],
  [
    'http://example.org/a"b"',
    'error',
    0,
    20,
    'There is no field http. Write metadata.http, or put quotes around it to search for the text.',
    '"http://example.org/a"',
  ],
  [
    'Metadata.camera_id:x',
    'error',
    0,
    18,
    'There is no field Metadata.camera_id. Write metadata.camera_id, or put quotes around it to search for the text.',
    'metadata.camera_id',
  ],
  ['metadata:foo', 'error', 0, 12, 'Write metadata. and a key, then an operator and a value.', 'metadata.foo:*'],
  ['metadata>5', 'error', 0, 10, 'Write metadata. and a key, then an operator and a value.'],
  ['metadata.:x', 'error', 9, 9, 'The key after metadata. is missing.'],
  [
    'metadata..x:1',
    'error',
    9,
    11,
    'No image can have the key .x: keys hold letters, digits, _ and dots, and no dot first.',
    'x',
  ],
  [
    'metadata.a-b:1',
    'error',
    9,
    12,
    'No image can have the key a-b: keys hold letters, digits, _ and dots, and no dot first.',
    'a_b',
  ],
  ['metadata.k>abc', 'error', 11, 14, 'After > comes a number or a date; abc is neither.'],
  ['metadata.k>.5', 'error', 11, 13, 'After > comes a number or a date; .5 is neither.', '0.5'],
  ['metadata.k>"5"', 'error', 11, 14, 'After > comes a number or a date; "5" is neither.', '5'],
  ['metadata.k<80%', 'error', 11, 14, 'After < comes a number or a date; 80% is neither.', '80'],
  ['metadata.k>5*', 'error', 11, 13, 'After > comes a number or a date; 5* is neither.'],
  ['metadata.k>true', 'error', 11, 15, 'After > comes a number or a date; true is neither.'],
  ['metadata.k>1..5', 'error', 11, 15, 'After > comes a number or a date; 1..5 is neither.'],
  ['metadata.k:1..2026-05', 'error', 11, 21, 'A range goes from number to number or from date to date.'],
  ['metadata.k:5..1', 'warning', 11, 15, 'This range ends before it begins, so nothing is in it.', '1..5'],
  ['metadata.camera_di:x', 'warning', 9, 18, 'No image has the key camera_di. Did you mean camera_id?', 'camera_id'],
  ['metadata.gps:*', 'warning', 9, 12, 'No image has the key gps. To find any key below it, use has:metadata.gps.'],
  ['has:metadata.gsp', 'warning', 13, 16, 'No image has the key gsp. Did you mean gps?', 'gps'],
  ['has:metadata.', 'error', 13, 13, 'The key after metadata. is missing.'],
  ['has:metadata', 'error', 4, 12, 'has takes metadata.KEY, tag, sidecar, position, exif or taken.'],
  ['has:foo', 'error', 4, 7, 'has takes metadata.KEY, tag, sidecar, position, exif or taken.'],
  ['has:class', 'error', 0, 9, 'has:class is not available in this version.'],
  ['is:duplicate', 'error', 0, 12, 'is:duplicate is not available in this version.'],
  ['is:untaged', 'error', 3, 10, 'is takes untagged, edited, offline, conflicted, damaged or unwritten.', 'untagged'],
  ['is>3', 'error', 2, 3, 'is takes : and = and !=, not >.'],
  ['split:val', 'error', 6, 9, 'split takes train, valid or test.', 'valid'],
  ['split:x*', 'error', 6, 8, 'split takes train, valid or test.'],
  [
    'problem:jso',
    'error',
    8,
    11,
    'problem takes json, size, encoding, key, array, orphan, image, annotation, conflict-copy, value, pair, access or journal.',
    'json',
  ],
  ['tag>3', 'error', 3, 4, 'tag takes : and = and !=, not >.', ':'],
  ['width:abc', 'error', 6, 9, 'width takes a number or a range such as 10..20.'],
  ['width:"640"', 'error', 6, 11, 'width takes a number or a range such as 10..20.', '640'],
  ['width>1..5', 'error', 6, 10, 'width takes a number.'],
  ['width:1|x', 'error', 8, 9, 'width takes a number or a range such as 10..20.'],
  ['width:6*', 'error', 6, 8, 'width takes a number or a range such as 10..20.'],
  ['size:2XB', 'error', 5, 8, 'size takes a size such as 2MB or 1MB..2MB.'],
  ['size>2MB..3MB', 'error', 5, 13, 'size takes a size such as 2MB.'],
  ['min-width:a', 'error', 10, 11, 'min-width takes one number.'],
  ['min-width:1|2', 'error', 12, 13, 'min-width takes one number.'],
  ['min-width>1', 'error', 9, 10, 'min-width takes : and =, not >.', ':'],
  [
    'taken:2026/5/1',
    'error',
    6,
    14,
    'taken takes a date such as 2026-05-01, today or -2d or a range such as 2026-05-01..2026-05-07.',
    '2026-05-01',
  ],
  [
    'taken:2d',
    'error',
    6,
    8,
    'taken takes a date such as 2026-05-01, today or -2d or a range such as 2026-05-01..2026-05-07.',
    '-2d',
  ],
  [
    'taken:tomorrow',
    'error',
    6,
    14,
    'taken takes a date such as 2026-05-01, today or -2d or a range such as 2026-05-01..2026-05-07.',
  ],
  ['taken>5', 'error', 6, 7, 'taken takes a date such as 2026-05-01, today or -2d.'],
  [
    'taken:2026-02-30',
    'error',
    6,
    16,
    'taken takes a date such as 2026-05-01, today or -2d or a range such as 2026-05-01..2026-05-07.',
  ],
  [
    'taken:2026-05..2026-04',
    'warning',
    6,
    22,
    'This range ends before it begins, so nothing is in it.',
    '2026-04..2026-05',
  ],
  ['path>a', 'error', 4, 5, 'path takes : and = and !=, not >.', ':'],
  [
    'path:2026/site-3',
    'warning',
    5,
    16,
    'This finds one file of exactly this name. For everything below a folder end it with /.',
    '2026/site-3/',
  ],
  [
    'path:"my site"',
    'warning',
    5,
    14,
    'This finds one file of exactly this name. For everything below a folder end it with /.',
    '"my site/"',
  ],
  ['class:forklift', 'error', 0, 5, 'class is not available in this version.'],
  ['class:helmet>=3', 'error', 0, 5, 'class is not available in this version.'],
  ['class:helmet>=', 'error', 12, 14, 'A number is missing here, as in class:helmet>=3.'],
  ['class:a|b>3', 'error', 9, 11, 'Only one class after class: can be counted, as in class:helmet>=3.'],
  ['class:a:3', 'error', 0, 5, 'class is not available in this version.'],
  ['annotations>5', 'error', 0, 11, 'annotations is not available in this version.'],
  ['min-annotations:1', 'error', 0, 15, 'min-annotations is not available in this version.'],
  ['exif.iso>800', 'error', 0, 8, 'exif.iso is not available in this version.'],
  ['xmp.rating:5', 'error', 0, 10, 'xmp.rating is not available in this version.'],
  ['near:59.33,18.06,500m', 'error', 0, 4, 'near is not available in this version.'],
  ['type(metadata.score):string', 'error', 0, 20, 'type(…) is not available in this version.'],
  ['quality:dark|blurry', 'error', 0, 7, 'quality is not available in this version.'],
  ['brightness<20', 'error', 0, 10, 'brightness is not available in this version.'],
  ['like:IMG_0042.jpg', 'error', 0, 4, 'like is not available in this version.'],
  ['like-image:x', 'error', 0, 10, 'like-image is not available in this version.'],
  ['upload.x:1', 'error', 0, 8, 'upload.x is not available in this version.'],
  ['a and b', 'warning', 2, 5, 'Lower-case and is searched for as text. Write AND for the operator.', 'AND'],
  ['and', 'warning', 0, 3, 'Lower-case and is searched for as text. Write AND for the operator.'],
  ['a or not b', 'warning', 2, 4, 'Lower-case or is searched for as text. Write OR for the operator.', 'OR'],
  ['a or not b', 'warning', 5, 8, 'Lower-case not is searched for as text. Write NOT for the operator.', 'NOT'],
  [
    'fork*lift',
    'warning',
    0,
    9,
    'In free text * stands for itself. To use it as a wildcard, search a field.',
    'filename:"*fork*lift*"',
  ],
  ['""', 'error', 0, 2, 'There is nothing between the quotes to search for.'],
]

test.each(ROWS)('%s', (query, ...row) => {
  const [severity, from, to, message, suggestion] = row
  const expected = { severity, message, from, to, ...(suggestion !== undefined && { suggestion }) }
  expect(diagnose(query)).toContainEqual(expected)
  expect(diagnose(query)).toHaveLength(ROWS.filter(([other]) => other === query).length)
})

test('every suggestion mends what it is for', () => {
  const mended = ROWS.filter(([, , , , , suggestion]) => suggestion !== undefined).map(
    ([query, , from, to, message, suggestion]) => {
      const text = query.slice(0, from) + suggestion + query.slice(to)
      return {
        query,
        text,
        isMended: !diagnose(text).some((found) => found.message === message && found.from === from),
      }
    },
  )
  expect(mended.filter(({ isMended }) => !isMended)).toEqual([])
})

test('without known keys nothing is said about them', () => {
  expect(checkQuery('metadata.what:1', { now: NOW })).toMatchObject({ ok: true, warnings: [] })
})

test('extra sort fields are checked, come after those of the text, and count once', () => {
  const check = (sort: string[]) => {
    const result = checkQuery('a sort:-taken', { now: NOW, sort })
    return result.ok ? result.query.order.map(({ source, isDescending }) => [source, isDescending]) : result.error
  }
  expect(check(['path', 'taken', '-metadata.k'])).toEqual([
    [{ kind: 'field', name: 'taken' }, true],
    [{ kind: 'path' }, false],
    [{ kind: 'metadata', key: 'k' }, true],
  ])
  expect(check(['widht'])).toMatchObject({ severity: 'error', from: 13, to: 13 })
})

test('no text is long, deep or broad enough to keep the answer waiting', () => {
  const texts = {
    terms: 'a '.repeat(5000),
    words: 'a '.repeat(501),
    list: `tag:${'a|'.repeat(600)}a`,
    open: '('.repeat(100_000),
    deep: '('.repeat(51) + 'a' + ')'.repeat(51),
    nested: '-('.repeat(50) + 'a' + ')'.repeat(50),
    not: 'NOT '.repeat(1000),
    minus: '-'.repeat(4000),
    bytes: 'é'.repeat(2049),
    fits: 'é'.repeat(2048),
    quotes: '"'.repeat(4000),
    pipes: '|'.repeat(4000),
  }
  const answers = Object.entries(texts).map(([name, text]) => {
    const { result, ms } = timed(() => checkQuery(text, { now: NOW, keys: KEYS }), 100)
    expect(ms).toBeLessThan(100)
    return [name, result.ok ? 'ok' : `${result.error.from}: ${result.error.message}`]
  })
  expect(Object.fromEntries(answers)).toEqual({
    terms: '4096: The query is longer than 4 KB. Shorten it.',
    words: '1000: More than 500 terms. Shorten the query.',
    list: '1004: More than 500 terms. Shorten the query.',
    open: '4096: The query is longer than 4 KB. Shorten it.',
    deep: '50: More than 50 brackets inside one another. Simplify the query.',
    nested: 'ok',
    not: '0: Two negations in a row. Keep one of them, or none.',
    minus: '0: Two negations in a row. Keep one of them, or none.',
    bytes: '2048: The query is longer than 4 KB. Shorten it.',
    fits: 'ok',
    quotes: '1000: More than 500 terms. Shorten the query.',
    pipes: '500: More than 500 terms. Shorten the query.',
  })
})
