"""The script people write first: walk, read JSON, put one row a key into SQLite's JSON column (30 lines, no tricks)."""
import json, os, sqlite3, sys, time

root, db = sys.argv[1], sys.argv[2]
start = time.perf_counter()
con = sqlite3.connect(db)
con.execute("PRAGMA journal_mode=WAL")
con.execute("PRAGMA synchronous=NORMAL")
con.execute("CREATE TABLE image(path TEXT PRIMARY KEY, size INTEGER, mtime REAL, metadata TEXT)")


def flatten(value, prefix, out):
    for key, item in value.items():
        if isinstance(item, dict):
            flatten(item, prefix + key + ".", out)
        elif item is not None:
            out[prefix + key] = item
    return out


rows = []
for folder, _, names in os.walk(root):
    present = set(names)
    for name in names:
        stem, ext = os.path.splitext(name)
        if ext.lower() not in (".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff"):
            continue
        path = os.path.join(folder, name)
        stat = os.stat(path)
        metadata = {}
        if stem + ".json" in present:
            with open(os.path.join(folder, stem + ".json"), encoding="utf-8") as file:
                metadata = flatten(json.load(file), "", {})
        rows.append((path, stat.st_size, stat.st_mtime, json.dumps(metadata)))
con.executemany("INSERT INTO image VALUES (?,?,?,?)", rows)
con.commit()
print(json.dumps({"images": len(rows), "ms": (time.perf_counter() - start) * 1000}))
