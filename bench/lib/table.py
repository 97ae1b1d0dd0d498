"""A table that is printed as Markdown and written as JSON, and what fills it."""


class Table:
    def __init__(self, title, columns):
        self.title = title
        self.columns = columns
        self.rows = []
        self.notes = []

    def row(self, *cells):
        assert len(cells) == len(self.columns)
        self.rows.append(cells)

    def bar(self, claim, measured, met):
        """A bar that is stated, and whether it was met here."""
        self.notes.append(f"{claim}: {measured}, **{'met' if met else 'missed'}**")

    def note(self, text):
        self.notes.append(text)

    def markdown(self):
        lines = [f"### {self.title}", "", "| " + " | ".join(self.columns) + " |",
                 "|---" + "|---:" * (len(self.columns) - 1) + "|"]
        lines += ["| " + " | ".join(shown(cell) for cell in row) + " |" for row in self.rows]
        if self.notes:
            lines.append("")
        return "\n".join(lines + [f"- {note}" for note in self.notes]) + "\n"

    def as_dict(self):
        return {"title": self.title, "columns": self.columns, "rows": self.rows, "notes": self.notes}


def shown(cell):
    if cell is None:
        return ""
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:.0f}" if cell >= 100 else f"{cell:.1f}" if cell >= 10 else f"{cell:.2f}"
