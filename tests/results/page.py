"""What a page of results is made of, as JSON: its elements, attributes and texts, and what its policy allows."""

import base64
import hashlib
import html.parser
import json
import sys


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.elements, self.handlers, self.links, self.texts, self.script, self.policy = {}, [], [], [], "", ""
        self.attributes, self.inside, self.open = [], None, []

    def handle_starttag(self, tag, attributes):
        self.elements[tag] = self.elements.get(tag, 0) + 1
        self.inside = tag
        if tag not in ("meta", "input", "br"):
            self.open.append(tag)
        for name, value in attributes:
            if name.startswith("on") or name in ("style", "src", "srcdoc"):
                self.handlers.append([tag, name])
            if name in ("href", "xlink:href"):
                self.links.append(value)
            if tag == "meta" and (value or "").startswith("default-src"):
                self.policy = value
            self.attributes.append(value or "")

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag):
        self.inside = None
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.handlers.append([tag, "closed, but not open"])

    def handle_data(self, data):
        if self.inside == "script":
            self.script += data
        elif self.inside != "style":
            self.texts.append(data)


with open(sys.argv[1], encoding="utf-8", errors="strict", newline="") as file:
    text = file.read()
page = Page()
page.feed(text)
page.close()
digest = base64.b64encode(hashlib.sha256(page.script.encode()).digest()).decode()
unseen = [c for c in text if (ord(c) < 32 and c != "\n") or 0x7f <= ord(c) < 0xa0 or 0x202a <= ord(c) <= 0x202e
          or 0x2060 <= ord(c) <= 0x206f or 0x200b <= ord(c) <= 0x200f or ord(c) == 0xfffe]
json.dump({"elements": page.elements, "handlers": page.handlers, "links": page.links, "text": "".join(page.texts),
           "policy": page.policy, "digest": "sha256-" + digest, "open": page.open, "unseen": len(unseen),
           "attributes": page.attributes}, sys.stdout)
