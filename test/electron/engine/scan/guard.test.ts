import { describe, expect, it } from 'vitest'
import { classFolders, findGuards, firstGuard } from '../../../../electron/engine/scan/guard.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { plant } from './support.ts'

const coco = { info: {}, images: [{ id: 1, file_name: 'a.jpg' }], annotations: [] }
const box = '0 0.5 0.5 0.1 0.1\n'

/** Files → what they show, asking every folder as a first scan does. */
const cases: [string, Record<string, string | object>, string | null, string?][] = [
  [
    'COCO beside the images',
    { 'train/_annotations.coco.json': coco, 'train/a.jpg': '' },
    'COCO',
    'train/_annotations.coco.json',
  ],
  ['COCO under any name', { 'meta/anything.json': coco, 'a.jpg': '' }, 'COCO'],
  ['COCO with the name of an image', { 'a.json': coco, 'a.jpg': '' }, 'COCO'],
  ['large COCO', { 'x.json': { images: Array.from({ length: 3000 }, (_, id) => ({ id })), annotations: [] } }, 'COCO'],
  ['CreateML', { '_annotations.createml.json': [{ image: 'a.jpg', annotations: [] }], 'a.jpg': '' }, 'CreateML'],
  ['LabelMe', { 'a.json': { version: '5', shapes: [], imagePath: 'a.jpg' }, 'a.jpg': '' }, 'LabelMe', 'a.json'],
  ['only one of the two LabelMe keys', { 'a.json': { imagePath: 'a.jpg' }, 'a.jpg': '' }, null],
  [
    'package.json and friends',
    { 'package.json': { name: 'x' }, 'tsconfig.json': '{ // comment\n}', 'a.jpg': '' },
    null,
  ],
  [
    'YOLO split-first',
    { 'data.yaml': 'train: ../x\nnames: [a]', 'train/images/a.jpg': '', 'train/labels/a.txt': box },
    'YOLO',
    'data.yaml',
  ],
  ['YOLO kind-first', { 'data.yml': '"names":\n  0: a', 'images/train/a.jpg': '', 'labels/train/a.txt': '' }, 'YOLO'],
  [
    'YOLO OBB',
    { 'data.yaml': 'names: [a]', 'train/images/a.jpg': '', 'train/labelTxt/a.txt': '1 2 3 4 5 6 7 8 a 0' },
    'YOLO',
  ],
  ['YOLO without names', { 'set/images/a.jpg': '', 'set/labels/a.txt': `\n${box}` }, 'YOLO', 'set/labels'],
  ['captions in labels/', { 'images/a.jpg': '', 'labels/a.txt': 'a red car' }, null],
  ['a YAML without labels', { 'config.yaml': 'names: [a]', 'images/a.jpg': '' }, null],
  ['a YAML without names', { 'data.yaml': 'nc: 3\n  names: 1', 'labels/a.txt': 'x' }, null],
  ['Darknet', { 'train/_darknet.labels': 'a', 'train/a.jpg': '', 'train/a.txt': box }, 'YOLO', 'train/_darknet.labels'],
  [
    'Darknet, names above',
    { 'obj.names': 'a', 'obj_train_data/a.jpg': '', 'obj_train_data/a.txt': box },
    'YOLO',
    'obj.names',
  ],
  ['class names with captions', { 'classes.txt': 'a\nb', 'a.jpg': '', 'a.txt': 'a red car' }, null],
  [
    'Pascal VOC',
    { 'a.jpg': '', 'a.xml': '<?xml version="1.0"?>\n<!-- x --><annotation verified="yes"><object/></annotation>' },
    'Pascal VOC',
    'a.xml',
  ],
  ['other XML', { 'a.jpg': '', 'a.xml': '<annotations/>', 'b.xml': '<x:xmpmeta><annotation/></x:xmpmeta>' }, null],
  ['multi-label CSV', { 'train/_classes.csv': 'filename, Acne, Dark Spots\na.jpg, 1, 0' }, 'multi-label CSV'],
  ['masks', { '_classes.csv': '\ufeffPixel Value, Class\n0, background' }, 'semantic masks'],
  ['box CSV by name', { '_annotations.csv': 'a.jpg,1,2,3,4,cat' }, 'box CSV'],
  [
    'box CSV by columns',
    { 'labels.csv': 'File Name;x\n', 'b.csv': 'img_f_name,Class Label\na.jpg,cat\nmissing.jpg,dog', 'a.jpg': '' },
    'box CSV',
    'b.csv',
  ],
  ['a CSV of other files', { 'list.csv': 'file,class\nb.jpg,1\nc.jpg,2\na.jpg,3', 'a.jpg': '' }, null],
  ['a CSV of measurements', { 'log.csv': 'time,temperature\n1,2', 'a.jpg': '' }, null],
  ['JSONL by name', { 'dataset/_annotations.train.jsonl': '' }, 'JSONL'],
  ['JSONL by content', { 'x.jsonl': '{"image":"a.jpg","suffix":"cat"}\n' }, 'JSONL'],
  ['other JSONL', { 'x.jsonl': '{"message":"hi"}\n', 'y.jsonl': 'no' }, null],
  [
    'the first of several',
    { 'a.jpg': '', 'a.xml': '<annotation/>', 'b.json': coco, '_classes.csv': 'filename,x' },
    'COCO',
    'b.json',
  ],
]

function foldersOf(files: Record<string, unknown>): string[] {
  const dirs = new Set([''])
  for (const name of Object.keys(files)) {
    const parts = name.split('/').slice(0, -1)
    for (const at of parts.keys()) dirs.add(parts.slice(0, at + 1).join('/'))
  }
  return [...dirs]
}

describe('annotation formats', () => {
  it.each(cases)('%s', (_, files, format, file) => {
    using folder = tempFolder()
    plant(folder.path, files)
    const guard = firstGuard(findGuards({ rootPath: folder.path, dirs: foldersOf(files), files: [] }))
    expect(guard && { format: guard.format, ...(file !== undefined && { file: guard.file }) }).toEqual(
      format && { format, ...(file !== undefined && { file }) },
    )
  })

  it('does not matter which folder of a YOLO dataset comes last', () => {
    using folder = tempFolder()
    const files = { 'data.yaml': 'names: [a]', 'train/images/a.jpg': '', 'train/labels/a.txt': box }
    plant(folder.path, files)
    const found = ['', 'train', 'train/labels'].map((dir) =>
      findGuards({ rootPath: folder.path, dirs: [dir], files: [] }),
    )
    const yolo = [{ format: 'YOLO', file: 'data.yaml' }]
    expect(found).toEqual([
      yolo,
      [{ format: 'YOLO', file: 'train/labels' }],
      [{ format: 'YOLO', file: 'train/labels' }],
    ])
  })

  it('never follows what it looks at out of a broken folder', () => {
    using folder = tempFolder()
    plant(folder.path, { 'a.json': coco })
    const dirs = ['missing', 'a.json', '']
    expect(findGuards({ rootPath: folder.path, dirs, files: ['gone.json'] })).toEqual([
      { format: 'COCO', file: 'a.json' },
    ])
  })

  it('takes folders for classes only below split folders', () => {
    const tree = (folders: Record<string, number>) =>
      classFolders(Object.entries(folders).map(([dir, images]) => ({ dir, images })))
    expect([
      tree({ '': 0, train: 0, 'train/cat': 2, 'train/dog': 1, 'test/cat': 1 }),
      tree({ '': 0, train: 0, 'train/cat': 2, 'valid/cat': 1 }),
      tree({ '': 1, train: 0, 'train/cat': 2, 'train/dog': 1 }),
      tree({ train: 1, 'train/cat': 2, 'train/dog': 1 }),
      tree({ 'train/cat/big': 2, 'train/dog': 1 }),
      tree({ 'site-1/cam-1': 2, 'site-2/cam-2': 1 }),
      tree({}),
    ]).toEqual([{ format: 'folder per class', file: 'test' }, null, null, null, null, null, null])
  })
})
