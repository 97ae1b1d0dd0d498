"""The JSON Schema of results, held against results: python3 schema.py ROOT FILE..."""

import json
import pathlib
import re
import sys

try:
    import jsonschema
except ImportError as error:
    print(f"SKIP: {error} (Debian: python3-jsonschema)")
    sys.exit(0)


def keys_of(schema):
    """The names of all properties in a schema."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "properties":
                yield from value
            yield from keys_of(value)


def main(root, files):
    schema = json.loads((root / "docs/results.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    page = (root / "docs/results-json.md").read_text()
    reports = [("the page's example", example) for example in re.findall(r"^```json\n(.*?)^```", page, re.M | re.S)]
    reports += [(str(file), file.read_text(encoding="utf-8")) for file in files]
    wrong = []
    for name, text in reports:
        wrong += [f"{name}: {list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(json.loads(text))]
    wrong += [f"results-json.md does not describe '{key}'" for key in sorted(set(keys_of(schema)))
              if f"`{key}`" not in page]
    print("\n".join(wrong) or f"{len(reports)} reports are accepted")
    return 1 if wrong else 0


sys.exit(main(pathlib.Path(sys.argv[1]), [pathlib.Path(name) for name in sys.argv[2:]]))
