"""What Python's parser makes of a JUnit file, as JSON: python3 junit.py FILE"""

import json
import sys
import xml.etree.ElementTree as tree

root = tree.parse(sys.argv[1]).getroot()
print(json.dumps({
    "attributes": root.attrib,
    "suites": [{
        "attributes": suite.attrib,
        "properties": {p.get("name"): p.get("value") for p in suite.iter("property")},
        "cases": [{
            "attributes": case.attrib,
            "children": {child.tag: {"attributes": child.attrib, "text": child.text or ""} for child in case},
        } for case in suite.iter("testcase")],
    } for suite in root],
}))
