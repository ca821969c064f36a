"""Follow-up questions, completed from the conversation by rules."""
