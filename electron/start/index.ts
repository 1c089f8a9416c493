/** What `npm start` runs. Until the window exists it says in one line what there is instead. */
process.stdout.write(
  'Gleaner has no window yet; the engine is here: try "npm run -s gleaner -- --help", or "npm run sample -- --images 200 --out DIR" for pictures to play with.\n',
)
