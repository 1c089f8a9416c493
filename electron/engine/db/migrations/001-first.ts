/**
 * One row an image with its effective metadata as JSON text: no rows per key, no dictionary, no expression indexes
 * (performance.md). What a codec measured stands apart, because rewriting a million wide rows costs more than a join.
 *
 * `layer_metadata` and `layer_tags` are the sidecars' own, kept only where they differ from the effective ones.
 * Layer hashes are not stored: they are a function of the layer's text, and only edits ask for them.
 * `image_keys` finds an image by its id; it is filled behind the ingest (write/image-keys.ts).
 */
export const sql = `
create table index_state (
  id integer primary key check (id = 1),
  marker text not null,
  revision integer not null,
  next_image_id integer not null,
  keys_filled_to integer not null,
  is_open integer not null check (is_open in (0, 1))
) strict;

create table settings (name text primary key, value text not null) strict, without rowid;

create table blobs (name text primary key, revision integer not null, data blob not null) strict;

create table roots (
  id integer primary key autoincrement,
  root_id text not null unique,
  slug text not null,
  name text not null,
  path text not null,
  strategy text not null,
  edits text not null,
  is_offline integer not null check (is_offline in (0, 1)),
  is_read_only integer not null check (is_read_only in (0, 1)),
  guard_format text,
  guard_file text
) strict;

create table journals (
  root_id integer not null references roots (id),
  file text not null,
  offset_bytes integer not null,
  head_hash text not null,
  primary key (root_id, file)
) strict, without rowid;

create table folders (
  id integer primary key autoincrement,
  root_id integer not null references roots (id),
  dir text not null,
  digest text not null,
  unique (root_id, dir)
) strict;

create table images (
  id integer primary key,
  folder_id integer not null references folders (id),
  flags integer not null,
  problems integer not null,
  size_bytes integer not null,
  modified_at integer not null,
  name text not null,
  signature text not null,
  sidecars text not null,
  tags text not null,
  metadata text not null,
  edited_at integer,
  split text check (split in ('train', 'valid', 'test')),
  layer_tags text,
  layer_metadata text
) strict;
create unique index images_by_folder on images (folder_id, name);
create index images_unwritten on images (id) where flags & 4;

create table measurements (
  image_id integer primary key,
  quick_hash text,
  flags integer not null,
  problems integer not null,
  width integer,
  height integer,
  format text,
  taken_at integer,
  exif text not null,
  has_facts integer not null check (has_facts in (0, 1))
) strict;
create index measurements_by_hash on measurements (quick_hash);

create table states (
  id integer primary key,
  root_id integer not null references roots (id),
  dir text not null,
  name text not null,
  quick_hash text,
  is_trace integer not null check (is_trace in (0, 1)),
  state text not null,
  unique (root_id, dir, name)
) strict;
create index states_by_hash on states (quick_hash);

create table kept_ids (
  root_id integer not null references roots (id),
  dir text not null,
  name text not null,
  id_text text not null,
  primary key (root_id, dir, name)
) strict, without rowid;

create index kept_ids_by_id on kept_ids (id_text);

create table image_keys (
  key integer not null,
  image_id integer not null,
  primary key (key, image_id)
) strict, without rowid;

create table problems (
  id integer primary key,
  root_id integer not null references roots (id),
  scope text not null,
  owner_id integer not null,
  kind text not null,
  file text not null,
  reason text not null,
  key text
) strict;
create index problems_by_scope on problems (scope, owner_id);
create index problems_by_file on problems (root_id, file, kind, reason, key);

-- Columns are named as in IndexedImage (types.ts), so that a row is an answer without being copied.
create view indexed_images as
select
  i.id as row, f.root_id as root, f.dir as dir, i.name as name, i.metadata as metadata, i.tags as tags,
  i.size_bytes as size, i.modified_at as modifiedMs, i.edited_at as editedMs, m.width as width, m.height as height,
  m.format as format, m.taken_at as takenMs, ifnull(m.exif, '') as exif, i.split as split,
  i.flags | ifnull(m.flags, 0) as flags, i.problems | ifnull(m.problems, 0) as problems
from images i join folders f on f.id = i.folder_id left join measurements m on m.image_id = i.id;

insert into index_state (id, marker, revision, next_image_id, keys_filled_to, is_open)
values (1, 'gleaner index', 0, 1, 0, 0);
pragma application_id = 1733054034;
`
