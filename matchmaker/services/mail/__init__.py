"""Mail: what is told to whom (`outbox`), in which words (`notices`, `letters`), and how it gets there."""
