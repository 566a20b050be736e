"""A receipt for people: one sheet of plain words, as a page and on paper."""
