import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  annotationFormat,
  annotationFormatOfFile,
  isAnnotationJson,
} from '../../../../electron/engine/scan/annotation-json.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const cases: [string, string, ReturnType<typeof annotationFormat>][] = [
  ['COCO', '{"info":{},"images":[],"annotations":[]}', 'COCO'],
  ['COCO, other order and blanks', '\ufeff {\n "annotations" : [ {"image_id":1} ] , "images" : [{}]}', 'COCO'],
  ['CreateML', '[{"image":"a.jpg","annotations":[{"label":"x"}]}]', 'CreateML'],
  ['LabelMe', '{"version":"5","shapes":[],"imageData":"AA\\"A","imagePath":"a.jpg"}', 'LabelMe'],
  ['LabelMe without its image', '{"shapes":[],"imagePath":null}', 'LabelMe'],
  ['only one of the two LabelMe keys', '{"imagePath":"a.jpg","shape":[]}', null],
  ['shapes that is no list', '{"shapes":{},"imagePath":"a"}', null],
  ['COCO keys one level down', '{"coco":{"images":[],"annotations":[]}}', null],
  ['COCO keys as values', '{"a":"images","b":"annotations","images":[]}', null],
  ['lists with the right names, one missing', '{"images":[],"annotation":[],"annotationsx":[]}', null],
  ['annotations as text', '{"images":[],"annotations":"none"}', null],
  ['a plain sidecar', '{"location":"A","annotations":3}', null],
  ['a list of numbers', '[1,{"image":1,"annotations":[]}]', null],
  ['a scalar', '"annotations"', null],
  ['empty', '', null],
  ['cut off before it can tell', '{"images":[1,2', null],
]

describe('annotation JSON', () => {
  it.each(cases)('%s', (_, text, format) => {
    expect({
      text: annotationFormat(text),
      bytes: annotationFormat(Buffer.from(text)),
      isAnnotation: isAnnotationJson(text),
    }).toEqual({ text: format, bytes: format, isAnnotation: format !== null })
  })

  it('reads a file that is larger than one piece', () => {
    using folder = tempFolder()
    const path = join(folder.path, 'labels.json')
    const images = Array.from({ length: 9000 }, (_, id) => ({
      id,
      file_name: `image ${id} {"annotations":[`,
      width: 1,
    }))
    writeFileSync(path, JSON.stringify({ images, annotations: [] }))
    expect(annotationFormatOfFile(path)).toBe('COCO')
    writeFileSync(path, JSON.stringify({ images, notes: [] }))
    expect(annotationFormatOfFile(path)).toBe(null)
  })
})
