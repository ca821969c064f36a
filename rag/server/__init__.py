"""The server: the chat page, the REST API and the MCP door behind one guard."""
