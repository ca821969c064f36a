"""Past one machine: an index kept in Milvus, of the same passages, scores and ranking as the one in a folder."""
