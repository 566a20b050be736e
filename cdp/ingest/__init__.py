"""Getting data in: every wire, call and file becomes Items; nothing here touches the database."""
