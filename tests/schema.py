"""The JSON Schema of scenario files, held against the files that there are: python3 schema.py ROOT"""

import pathlib
import re
import sys

try:
    import jsonschema
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
except ImportError as error:
    print(f"SKIP: {error} (Debian: python3-jsonschema, python3-ruamel.yaml)")
    sys.exit(0)

import json

# What is wrong in these, only the reader can tell: it knows what one part of a scenario means to another, or
# reads the notation inside of a string.
ONLY_THE_READER = {
    "app_without_script": "an 'app' step beside a stock server",
    "comment_in_payload": "a string that ' #' ends",
    "device_address": "an address that a device cannot have",
    "device_ends": "two ends with one address",
    "names_of_the_other_side": "a number of one stream in the place of one of the other",
    "name_without_peers": "a name in front of a verb where no peer has one",
}


def load(text):
    yaml = YAML(typ="safe", pure=True)  # YAML 1.2, as the reader and the language servers have it
    return yaml.load(text)


def errors_of(validator, text):
    try:
        value = load(text)
    except (YAMLError, ValueError) as error:
        return [f"not YAML: {error}"]
    return [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(value)]


def examples(page):
    for block in re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.M | re.S):
        yield block if block.startswith("scenario:") else "scenario: part\nsteps:\n" + block


def main(root):
    schema = json.loads((root / "docs/scenario.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    wrong = []
    valid = [(str(f.relative_to(root)), f.read_text())
             for folder in ("scenarios", "tests/cli/failing", "tests/cli/tracing")
             for f in sorted((root / folder).rglob("*.scn"))]
    for page in (root / "README.md", root / "docs/scenario-format.md"):
        valid += [(f"{page.name}: {text.splitlines()[0]}", text) for text in examples(page)]
    for name, text in valid:
        wrong += [f"{name} is refused: {error}" for error in errors_of(validator, text)]
    invalid = sorted((root / "tests/cli/invalid").glob("*.scn"))
    for file in invalid:
        refused = bool(errors_of(validator, file.read_text()))
        if refused == (file.stem in ONLY_THE_READER):
            wrong.append(f"invalid/{file.name} is {'refused' if refused else 'accepted'}: ONLY_THE_READER is wrong")
    wrong += [f"there is no invalid/{name}.scn" for name in ONLY_THE_READER
              if not (root / f"tests/cli/invalid/{name}.scn").exists()]
    if len(valid) < 60 or len(invalid) < 15:
        wrong.append("most of the files are not where they were")
    print("\n".join(wrong) or f"{len(valid)} scenarios are accepted, {len(invalid)} are as they should be")
    return 1 if wrong else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
