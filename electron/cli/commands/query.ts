import type { Client, ImageView } from '../../../shared/contract/index.ts'
import { readNumberOption } from '../args.ts'
import type { Command } from '../command.ts'
import { aboutText, Failure, toFailure } from '../failure.ts'
import { imageToCells, imageToJson, readFields } from '../fields.ts'
import { counted, formatCount, formatTable } from '../table.ts'
import { tellWarnings } from '../warnings.ts'

const PAGE = 1000
const REOPENINGS = 20

export const query: Command = {
  name: 'query',
  usage: ["query 'Q' [--sort F]… [--limit N] [--offset N] [--fields a,b]"],
  summary: 'print the images that match a query',
  details: [
    'One image a line: path below its folder, folder, dimensions, tags and some metadata; with --json everything, one JSON object a line. Path (and with --json id and root) are always there.',
    "Put the whole query between single quotes. An empty query ('') and '*' match every image.",
  ],
  examples: [
    "query 'metadata.quality_score>80 -tag:blurry' --sort -metadata.quality_score",
    "query 'root:captures width>=1920' --fields metadata.cam,tag,width --limit 0",
    "query '-tag:reviewed' --json",
  ],
  options: [
    {
      name: 'sort',
      value: 'F',
      isRepeatable: true,
      help: 'order by this field; -F turns it round; may be given again',
    },
    { name: 'limit', value: 'N', help: 'at most so many images (100 unless given; 0 = all)' },
    { name: 'offset', value: 'N', help: 'leave out the first N' },
    { name: 'fields', value: 'a,b', help: 'show these fields: metadata.KEY, tag, width, taken, size, …' },
  ],
  takes: { min: 1, max: 1 },
  canRunAgain: true,

  async run({ args, connect, isJson, screen }) {
    const [text = ''] = args.words
    const limit = readNumberOption(args, 'limit') ?? 100
    const offset = readNumberOption(args, 'offset') ?? 0
    const fields = readFields(args.value('fields'))
    const client = await connect('brief')
    const question = { text, ...(args.has('sort') && { sort: [...args.values('sort')] }) }
    const asked = await open(client, question)
    await tellWarnings(client, screen, text, asked)
    const end = Math.min(asked.total, limit === 0 ? Infinity : offset + limit)
    for await (const images of pages(client, question, { resultId: asked.resultId, offset, end })) {
      if (isJson) await screen.emit(images.map((image) => imageToJson(image, fields)))
      else await screen.say(formatTable(images.map((image) => imageToCells(image, fields))))
    }
    if (asked.total === 0) screen.note('No image matches.')
    if (asked.total > end)
      screen.note(`${formatCount(asked.total - end)} more; --limit 0 prints all ${counted(asked.total, 'image')}.`)
    return 0
  },
}

/** Opens the result. A fault in --sort has no place in the query's text, so none is shown. */
async function open(client: Client, question: Question) {
  try {
    return await client.query.open(question)
  } catch (error) {
    const { code, message, facts } = toFailure(error)
    if (code !== 'QUERY_SYNTAX') throw error
    await aboutText(question.text, client.query.count({ text: question.text }))
    throw new Failure(code, message, facts.suggestion === undefined ? {} : { suggestion: `--sort ${facts.suggestion}` })
  }
}

type Question = { text: string; sort?: string[] }
type Slice = { resultId: number; offset: number; end: number }

/** The images of a result from `offset` up to `end`, a page at a time; asks again where the result is not kept any more. */
export async function* pages(
  client: Client,
  question: Question,
  slice: Slice,
): AsyncGenerator<ImageView[], void, void> {
  let { resultId, offset } = slice
  let reopenings = 0
  while (offset < slice.end) {
    try {
      const { images } = await client.query.page({ resultId, offset, limit: Math.min(PAGE, slice.end - offset) })
      if (images.length === 0) break
      offset += images.length
      yield images
    } catch (error) {
      if (toFailure(error).code !== 'RESULT_GONE' || reopenings >= REOPENINGS) throw error
      reopenings += 1
      resultId = (await client.query.open(question)).resultId
    }
  }
  await client.query.close({ resultId })
}
