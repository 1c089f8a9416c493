import { describe, expect, test } from 'vitest'
import { annotationFormat } from '../../../../electron/engine/sidecar/annotation.ts'

describe('annotationFormat', () => {
  test.each<[string, string, ReturnType<typeof annotationFormat>]>([
    ['COCO', '{"info":{},"images":[{"id":1}],"annotations":[],"categories":[]}', 'COCO'],
    ['COCO in another order, with blanks', '\ufeff{\n "annotations" : [ ],\n "images" :\n[ ]}', 'COCO'],
    ['images alone', '{"images":[]}', null],
    ['annotations that are no list', '{"images":[],"annotations":"3"}', null],
    ['COCO further down', '{"data":{"images":[],"annotations":[]}}', null],
    ['CreateML', '[{"image":"a.jpg","annotations":[{"label":"x"}]}]', 'CreateML'],
    ['an empty list', '[]', null],
    ['a list of other things', '[{"picture":"a.jpg","annotations":[]}]', null],
    ['LabelMe', '{"version":"5","flags":{},"shapes":[],"imagePath":"a.jpg","imageData":null}', 'LabelMe'],
    ['shapes alone', '{"shapes":[]}', null],
    ['an image path alone', '{"imagePath":"a.jpg"}', null],
    ['shapes that are no list', '{"shapes":3,"imagePath":"a"}', null],
    ['the words as values', '{"a":"\\"shapes\\":[","b":"imagePath","shapes":1}', null],
    ['the words in a text with a backslash before the end', '{"a":"\\\\","shapes":[],"imagePath":"x"}', 'LabelMe'],
    ['a sidecar', '{"location":"A","tags":["x"]}', null],
    ['nothing', '', null],
    ['half a file', '{"shapes":[', null],
  ])('%s', (_name, text, expected) => {
    expect(annotationFormat(text)).toBe(expected)
  })

  test('a picture embedded in it, and a hostile depth, are no trouble', () => {
    const picture = 'A'.repeat(8_000_000)
    expect(annotationFormat(`{"shapes":[],"imageData":"${picture}","imagePath":"a"}`)).toBe('LabelMe')
    expect(annotationFormat(`{"shapes":${'['.repeat(500_000)}`)).toBe(null)
  })
})
