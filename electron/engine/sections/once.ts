/** Answers a repeated call with the first one's answer: a client that reconnects may send an edit twice. */
const KEPT = 1000

export function createOnce<T>(): (key: string, run: () => Promise<T>) => Promise<T> {
  const answers = new Map<string, Promise<T>>()
  return (key, run) => {
    const earlier = answers.get(key)
    if (earlier) return earlier
    const answer = run()
    answers.set(key, answer)
    // What failed may be asked for again: nothing was acknowledged.
    answer.catch(() => answers.get(key) === answer && answers.delete(key))
    const [oldest] = answers.keys()
    if (answers.size > KEPT && oldest !== undefined) answers.delete(oldest)
    return answer
  }
}
