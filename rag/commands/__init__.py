"""What each command of ``geungeo`` does; ``rag.options`` says what it takes, ``rag.cli`` runs it."""
