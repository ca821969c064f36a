"""The articles as tools of an assistant, over the Model Context Protocol (extra ``geungeo[mcp]``)."""
