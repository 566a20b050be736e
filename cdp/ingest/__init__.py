"""Getting data in: every wire, call and file becomes Items, and a batch of them is stored in one transaction."""
